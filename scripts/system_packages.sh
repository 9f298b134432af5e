#!/bin/sh
# What tests use of the system: a Chromium for pages, bubblewrap and ps for the sandbox that runs models' code, WordNet
# for METEOR. What is not there is installed where apt-get and root are.
set -eu
wanted=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || wanted="chromium fonts-dejavu-core"
command -v bwrap >/dev/null 2>&1 || wanted="$wanted bubblewrap"
command -v ps >/dev/null 2>&1 || wanted="$wanted procps"
[ -f /usr/share/wordnet/data.noun ] || wanted="$wanted wordnet-base"
[ -n "$wanted" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing $wanted"
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
else
    echo "not here and no way to install them: $wanted; the tests that need them will be left out" >&2
fi
