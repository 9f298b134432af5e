#!/bin/sh
# Resolve requirements/full.txt once, then cut every smaller set out of it, so that all sets agree on every version.
# Extra arguments go to the first resolution: `sh scripts/lock.sh --upgrade`.
set -eu
cd "$(dirname "$0")/.."
UV=${UV:-.venv/bin/uv}

compile() {
    out=$1
    shift
    "$UV" pip compile --quiet --universal --python-version 3.11 --excludes requirements/unlocked.txt \
        --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --output-file "requirements/$out.txt" "$@" >/dev/null
    echo "requirements/$out.txt: $(grep -c '==' "requirements/$out.txt") pins"
}

compile full pyproject.toml --all-extras requirements/full.in requirements/build.in requirements/lock.in "$@"
for extra in test lint docs; do
    compile "$extra" pyproject.toml --extra "$extra" --constraints requirements/full.txt
done
compile base pyproject.toml --constraints requirements/full.txt
compile demo pyproject.toml --extra images --extra sklearn --constraints requirements/full.txt
compile build requirements/build.in --constraints requirements/full.txt
compile lock requirements/lock.in --constraints requirements/full.txt
