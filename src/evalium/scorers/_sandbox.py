"""Running code that nobody vouches for: a root of its own, no network, few rights, hard limits."""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from evalium.core import ConfigError

from ._sandbox_process import finish

Kind = Literal["bubblewrap", "namespaces", "none"]
KINDS: tuple[Kind, ...] = ("bubblewrap", "namespaces")
"""The sandboxes, best first."""

_CHILD = Path(__file__).with_name("_sandbox_child.py")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/alternatives")
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_FIRST_USER = 1_000_000_000
_MIB = 1 << 20
_TRIAL = """
import os, socket
try:
    for _ in range(8):
        if os.fork() == 0:
            os.read(os.pipe()[0], 1)
except OSError:
    pass
else:
    raise SystemExit("the number of processes is not limited")
"""
"""Code that reaches its end where the sandbox holds: libraries are there, and a fork bomb would not go far."""
_WAYS_OUT = (
    "install bubblewrap; or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu also "
    "kernel.apparmor_restrict_unprivileged_userns=0; in a container --security-opt seccomp=unconfined); or take the "
    "risk with the scorer's option unsafe_local_exec: true (--unsafe-local-exec)"
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What code may use.

    Attributes:
        seconds: Wall time, and CPU time of each process.
        memory: MiB of address space of each process.
        disk: MiB of all files that it writes.
        processes: Processes and threads at a time.
        prints: KiB that it may print.
    """

    seconds: float = 5.0
    memory: int = 512
    disk: int = 64
    processes: int = 16
    prints: int = 1024


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How it went.

    Attributes:
        finished: Whether the code came to its end without an error.
        reason: What stopped it; empty when it finished.
        output: The end of what it printed.
        seconds: Wall time.
    """

    finished: bool
    reason: str = ""
    output: str = ""
    seconds: float = 0.0


def run_code(source: str, limits: Limits, kind: Kind) -> Outcome:
    r"""Run Python code in a sandbox and wait for it.

    The code runs as `__main__` of this interpreter with its installed packages, in an empty folder, without network,
    without input. It finished only when its last line was reached: `sys.exit(0)` or a crash before that is a failure.

    Args:
        source: The code.
        limits: What it may use.
        kind: The sandbox; `none` is a mere subprocess with limits, which does not hold back code that means harm.

    Example:
        >>> run_code("print(1)", Limits(seconds=30.0), "none").output
        '1\n'
    """
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="evalium-code-") as folder, tempfile.TemporaryFile() as order:
        order.write(json.dumps(_order(source, token, limits, kind, folder)).encode("utf-8", "replace"))
        order.flush()
        answer, report = os.pipe()
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                _command(kind, limits, order.fileno(), report),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_ENVIRONMENT if kind != "none" else {**_ENVIRONMENT, "HOME": folder, "TMPDIR": folder},
                pass_fds=(order.fileno(), report),
                start_new_session=True,
            )
        except BaseException:
            os.close(answer)
            raise
        finally:
            os.close(report)
        told, output, broke = finish(process, answer, started + limits.seconds, limits.prints << 10)
    return _outcome(told, output, broke, token, limits, time.monotonic() - started)


@lru_cache
def find_sandbox() -> Kind:
    """The best sandbox that works on this machine, found out by using each.

    Raises:
        ConfigError: None works.
    """
    why = []
    for kind in KINDS:
        problem = cannot_use(kind)
        if problem is None:
            return kind
        why.append(f"{kind}: {problem}")
    raise ConfigError(f"code from a model runs only in a sandbox, and none works here ({'; '.join(why)}): {_WAYS_OUT}")


@lru_cache
def cannot_use(kind: Kind) -> str | None:
    """Why a sandbox does not work here; None where it does."""
    program = {"bubblewrap": "bwrap", "namespaces": "unshare"}[kind]
    if not sys.platform.startswith("linux"):
        return f"needs Linux, this is {sys.platform}"
    if shutil.which(program) is None:
        return f"there is no {program}"
    tried = run_code(_TRIAL, Limits(seconds=30.0, processes=4), kind)
    return None if tried.finished else (tried.output.strip() or tried.reason)[-300:]


def _outcome(told: bytes, output: bytes, broke: str, token: str, limits: Limits, seconds: float) -> Outcome:
    text = output.decode("utf-8", "replace")
    if told == token.encode():
        return Outcome(finished=True, output=text, seconds=seconds)
    reason = {
        "time": f"ran past {limits.seconds:g} s",
        "output": f"printed more than {limits.prints} KiB",
    }.get(broke) or told.decode("utf-8", "replace")[:2100]
    return Outcome(
        finished=False, reason=reason or "ended before its last line was reached", output=text, seconds=seconds
    )


def _order(source: str, token: str, limits: Limits, kind: Kind, folder: str) -> dict[str, Any]:
    shown, links = _visible()
    as_root = os.getuid() == 0 and kind != "none"
    return {
        "source": source,
        "token": token,
        "root": {"shown": shown, "links": links, "disk": limits.disk * _MIB} if kind == "namespaces" else None,
        "seconds": limits.seconds + 5,
        "folder": folder if kind == "none" else "/tmp",
        # The kernel counts no processes of user 0, so root's code becomes somebody whom nobody else is.
        "drop_to": _FIRST_USER + os.getpid() if as_root else None,
        "limits": {
            "RLIMIT_AS": limits.memory * _MIB,
            "RLIMIT_CPU": math.ceil(limits.seconds) + 1,
            "RLIMIT_FSIZE": limits.disk * _MIB,
            "RLIMIT_NOFILE": 128,
            "RLIMIT_NPROC": limits.processes,
            "RLIMIT_CORE": 0,
        },
    }


def _command(kind: Kind, limits: Limits, order: int, report: int) -> list[str]:
    python = [sys.executable, "-s", "-P", "-B", "-c", _child(), str(order), str(report)]
    if kind == "none":
        return python
    return [*(_bubblewrap(limits) if kind == "bubblewrap" else _unshare()), *python]


@lru_cache
def _child() -> str:
    return _CHILD.read_text("utf-8")


def _unshare() -> list[str]:
    own = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    kinds = ["--mount", "--net", "--ipc", "--uts", "--pid"]
    return [str(shutil.which("unshare")), *own, *kinds, "--fork", "--kill-child", "--"]


def _bubblewrap(limits: Limits) -> list[str]:
    shown, links = _visible()
    rights = (
        ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        if os.getuid() == 0
        else ["--unshare-user", "--cap-drop", "ALL"]
    )
    size = str(limits.disk * _MIB)
    return [
        str(shutil.which("bwrap")),
        *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--new-session"),
        *rights,
        # The interpreter may lie below /tmp, so that its own comes first.
        *("--perms", "1777", "--size", size, "--tmpfs", "/tmp"),
        # bubblewrap makes the folders above what is bound for its own user only.
        *(part for folder in _above(shown) for part in ("--perms", "0755", "--dir", folder)),
        *(part for path in shown for part in ("--ro-bind", path, path)),
        *(part for path, to in links for part in ("--symlink", to, path)),
        *("--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"),
        *("--remount-ro", "/", "--chdir", "/tmp", "--"),
    ]


def _above(paths: tuple[str, ...]) -> list[str]:
    return sorted({str(parent) for path in paths for parent in Path(path).parents} - {"/", "/tmp"})


@lru_cache
def _visible() -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Paths that the code may read, and symbolic links among them: the system's programs and this interpreter."""
    shown = [path for path in _SYSTEM if os.path.exists(path) and not os.path.islink(path)]
    links = [(path, os.readlink(path)) for path in _SYSTEM if os.path.islink(path)]
    homes = (sys.prefix, sys.exec_prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable)))
    for home in homes:
        if not any(Path(home).is_relative_to(path) for path in shown):
            shown.append(home)
    return tuple(shown), tuple(links)
