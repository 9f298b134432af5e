"""What runs inside the sandbox: shuts the door behind itself, then runs the code. Passed on as text, stdlib only."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import resource
import signal
import sys
import types
from contextlib import suppress
from typing import Any

_BIND, _REMOUNT, _RECURSIVE, _NOSUID, _NODEV, _NOEXEC = 0x1000, 32, 0x4000, 2, 4, 8
_PRIVATE, _DETACH = 1 << 18, 2
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_NO_NEW_PRIVILEGES, _DROP_BOUND = 38, 24
_DEVICES = ("null", "zero", "random", "urandom")
_SHOWN = 2000


def main() -> None:
    """Read the order from the file descriptor argv[1], obey it, answer on argv[2]."""
    with os.fdopen(int(sys.argv[1]), "rb") as file:
        file.seek(0)
        order = json.load(file)
    report = int(sys.argv[2])
    os.set_inheritable(report, False)
    if order["root"] is not None:
        _enter(order["root"])
        _stay_behind(order["seconds"])
    _limit(order["limits"])
    _drop(order["drop_to"], bool(order["root"]))
    os.chdir(order["folder"])
    os.write(report, _run(order["source"], order["token"]).encode("utf-8", "replace"))
    # Threads and exit handlers of the code have no say in when it is over.
    os._exit(0)


def _run(source: str, token: str) -> str:
    """Run the code as `__main__`; the token when it came to its end, else what went wrong."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        try:
            exec(compile(source, "<code>", "exec"), module.__dict__)
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
    except BaseException as error:
        return _told(error)
    return token


def _told(error: BaseException) -> str:
    try:
        text = f"{type(error).__name__}: {error}".removesuffix(": ")
    except BaseException:
        text = "an exception that cannot be shown"
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<code>" else line
        trace = trace.tb_next
    return f"{text[:_SHOWN]} (line {line})" if line else text[:_SHOWN]


def _limit(limits: dict[str, int]) -> None:
    for name, most in limits.items():
        which = getattr(resource, name)
        hard = resource.getrlimit(which)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (least, least))


def _stay_behind(seconds: float) -> None:
    """Fork: the first process of the namespace keeps its rights, waits, and takes all others with it when it ends."""
    payload = os.fork()
    if payload == 0:
        return
    signal.signal(signal.SIGALRM, lambda *_: os._exit(1))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    while os.wait()[0] != payload:
        pass
    os._exit(0)


def _drop(user: int | None, in_namespace: bool) -> None:
    """Give up every right for good."""
    libc = ctypes.CDLL(None, use_errno=True)
    if user is not None:
        os.setgroups([])
        for one in (user, 65534):
            with suppress(OSError):
                os.setresgid(one, one, one)
                os.setresuid(one, one, one)
                break
        if 0 in (*os.getresuid(), *os.getresgid()):
            raise PermissionError("cannot become another user")
    elif in_namespace:
        for capability in range(64):
            libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
        header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        _checked(libc.capset(header, nothing), "capset")
    if hasattr(libc, "prctl"):
        _checked(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")


def _checked(returned: int, what: str) -> None:
    if returned != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _enter(root: dict[str, Any]) -> None:
    """Change to a root of its own that holds the interpreter and the system's libraries, all of it read-only."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
        named = kind.encode() if kind else None
        _checked(libc.mount(source.encode(), target.encode(), named, flags, data.encode()), f"mount {target}")

    def pivot(new: str, old: str) -> None:
        _checked(libc.syscall(_PIVOT_ROOT[platform.machine()], new.encode(), old.encode()), "pivot_root")

    mount("none", "/", None, _PRIVATE | _RECURSIVE)
    mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, "mode=0755,size=1m")
    os.chdir("/tmp")
    os.mkdir("old")
    os.mkdir("new")
    mount("new", "new", None, _BIND | _RECURSIVE)
    pivot(".", "old")
    os.chdir("/")
    _furnish(root, mount)
    os.chdir("/new")
    pivot(".", ".")
    _checked(libc.umount2(b".", _DETACH), "umount")
    os.chdir("/")
    # struct mount_attr: attr_set, attr_clr, propagation, userns_fd
    attributes = (ctypes.c_uint64 * 4)(1 | _NOSUID, 0, 0, 0)
    done = libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, attributes, ctypes.c_size_t(32))
    _checked(done, "mount_setattr")
    mount("none", "/tmp", None, _REMOUNT | _BIND | _NOSUID | _NODEV)


def _furnish(root: dict[str, Any], mount: Any) -> None:
    # The interpreter may lie below /tmp, so that the code's own comes first.
    os.mkdir("/new/tmp")
    mount("tmpfs", "/new/tmp", "tmpfs", _NOSUID | _NODEV, f"mode=1777,size={root['disk']},nr_inodes=4096")
    for path in root["shown"]:
        target = f"/new{path}"
        if os.path.isdir(f"/old{path}"):
            os.makedirs(target, exist_ok=True)
        else:
            _touch(target)
        mount(f"/old{path}", target, None, _BIND | _RECURSIVE)
    for path, to in root["links"]:
        os.makedirs(os.path.dirname(f"/new{path}"), exist_ok=True)
        os.symlink(to, f"/new{path}")
    for name in _DEVICES:
        _touch(f"/new/dev/{name}")
        mount(f"/old/dev/{name}", f"/new/dev/{name}", None, _BIND)
    os.makedirs("/new/proc", exist_ok=True)
    # Where a container masks parts of /proc a new one is refused; the code then sees none at all.
    with suppress(OSError):
        mount("proc", "/new/proc", "proc", _NOSUID | _NODEV | _NOEXEC)


def _touch(path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))


if __name__ == "__main__":
    main()
