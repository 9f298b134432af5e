"""What code in the sandbox cannot do. Every attempt is real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalium.scorers._sandbox import KINDS, Kind, Limits, Outcome, cannot_use, run_code
from tests.extras import not_here

PATIENT = Limits(seconds=60.0)
WRITE_EVERYWHERE = """for fd in range(3, 60):
    try:
        os.write(fd, b'0' * {size})
    except OSError:
        pass"""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    problem = cannot_use(chosen)
    if problem:
        not_here(f"{chosen} does not work here: {problem}")
    return chosen


def run(kind: Kind, source: str, limits: Limits = PATIENT) -> Outcome:
    return run_code(source, limits, kind)


def test_ordinary_code_runs(kind: Kind) -> None:
    source = "import json, tempfile, threading, numpy\nopen('a.txt', 'w').write('1')\nprint(open('a.txt').read())"
    assert run(kind, source).output == "1\n", run(kind, source)
    assert run(kind, "import subprocess; print(subprocess.run(['echo', 'x'], capture_output=True).stdout)").finished


@pytest.mark.parametrize("address", [("127.0.0.1", 0), ("1.1.1.1", 53)])
def test_no_network(kind: Kind, address: tuple[str, int]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = address[0], address[1] or server.getsockname()[1]
        source = f"import socket\nsocket.create_connection(({host!r}, {port}), timeout=5)"
        found = run(kind, source)
        assert not found.finished and "Error" in found.reason
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert run(kind, "import socket; assert {n for _, n in socket.if_nameindex()} <= {'lo'}").finished


def test_no_abstract_socket_of_the_machine(kind: Kind) -> None:
    import socket

    name = f"\0evalium-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        source = f"import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect({name!r})"
        assert "ConnectionRefused" in run(kind, source).reason


@pytest.mark.parametrize("folder", ["/", "/usr", "/etc", "/dev", "/proc", sys.prefix])
def test_no_writing_outside(kind: Kind, folder: str) -> None:
    name = f"evalium-test-{os.getpid()}-{kind}"
    found = run(kind, f"open({str(Path(folder) / name)!r}, 'w')")
    assert not found.finished and "Error" in found.reason
    assert not (Path(folder) / name).exists()


def test_no_trace_is_left(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("1", encoding="utf-8")
    assert run(kind, f"import os\nassert not os.path.exists({str(tmp_path)!r})\nopen('/tmp/left', 'w')").finished
    # Only an interpreter that lies below /tmp itself is there.
    seen = f"[name for name in os.listdir('/tmp') if not {sys.prefix!r}.startswith(f'/tmp/{{name}}')]"
    assert run(kind, f"import os\nassert {seen} == []").finished
    assert not Path("/tmp/left").exists()


def test_no_reading_of_secrets(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key", encoding="utf-8")
    monkeypatch.setenv("EVALIUM_TEST_KEY", "key")
    assert "Error" in run(kind, f"open({str(secret)!r})").reason
    assert "Error" in run(kind, "open('/etc/passwd')").reason
    assert run(kind, "import os\nassert 'EVALIUM_TEST_KEY' not in os.environ").finished
    search = (
        "import glob\nfor path in glob.glob('/proc/[0-9]*/environ'):\n"
        "    try:\n        text = open(path, 'rb').read()\n    except OSError:\n        continue\n"
        "    assert b'EVALIUM_TEST_KEY' not in text, path"
    )
    assert run(kind, search).finished


def test_no_rights(kind: Kind) -> None:
    source = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "assert libc.mount(b'none', b'/', None, 32, None) != 0\n"
        "assert libc.mount(b'tmpfs', b'/usr', b'tmpfs', 0, None) != 0\n"
        "assert libc.umount2(b'/tmp', 2) != 0\n"
        "assert libc.sethostname(b'x', 1) != 0\n"
        "assert not int(next(l for l in open('/proc/self/status') if l.startswith('CapEff')).split()[1], 16)"
    )
    assert run(kind, source).finished, run(kind, source)


def test_rights_in_a_further_namespace_do_not_help(kind: Kind) -> None:
    source = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "libc.unshare(0x10000000 | 0x20000)\n"
        "libc.mount(b'none', b'/usr', None, 32 | 4096, None)\n"
        "libc.mount(b'none', b'/', None, 32 | 4096, None)\n"
        "open('/usr/evalium-test', 'w')"
    )
    assert "Error" in run(kind, source).reason
    assert not Path("/usr/evalium-test").exists()


def test_fork_bomb_is_held(kind: Kind) -> None:
    source = (
        "import os, time\nborn = 0\ntry:\n    while born < 500:\n"
        "        if os.fork() == 0:\n            time.sleep(100)\n            os._exit(0)\n        born += 1\n"
        "except OSError:\n    pass\nprint(born)"
    )
    found = run(kind, source)
    assert found.finished and 0 < int(found.output) < PATIENT.processes
    assert not run(kind, "import os\nwhile True:\n    os.fork()", Limits(seconds=1.0)).finished


def test_memory_hog_is_held(kind: Kind) -> None:
    assert run(kind, "x = bytearray(1 << 31)").reason.startswith("MemoryError")
    assert run(kind, "x = bytearray(1 << 27)").finished


def test_disk_is_held(kind: Kind) -> None:
    limits = Limits(seconds=60.0, disk=4)
    assert "Error" in run(kind, "open('big', 'wb').write(b'x' * (5 << 20))", limits).reason
    several = "for i in range(9):\n    open(f'/tmp/{i}', 'wb').write(b'x' * (1 << 20))"
    assert "Error" in run(kind, several, limits).reason
    assert "Error" in run(kind, several.replace("/tmp/", "/dev/shm/"), limits).reason


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time; time.sleep(1e6)",
        "import signal, time\nfor s in (2, 14, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(1e6)",
    ],
)
def test_endless_loop_is_ended(kind: Kind, source: str) -> None:
    assert run(kind, source, Limits(seconds=0.5)).reason == "ran past 0.5 s"


def test_huge_output_is_ended(kind: Kind) -> None:
    found = run(kind, "while True: print('x' * 10_000)")
    assert found.reason == "printed more than 1024 KiB" and len(found.output) <= 4000


def test_children_end_with_it(kind: Kind) -> None:
    mark = f"{os.getpid()}{time.monotonic_ns() % 10**6}"
    child = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execvp('sleep', ['sleep', '{mark}'])\n    os._exit(0)\n"
    )
    for ending in ("time.sleep(0.3)", "time.sleep(100)"):
        run(kind, child + ending, Limits(seconds=2.0))
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert f"sleep {mark}" not in listed


def test_a_killed_test_is_a_failed_one(kind: Kind) -> None:
    assert run(kind, "import os; os.kill(os.getpid(), 9)").reason == "ended before its last line was reached"
    assert not run(kind, "import ctypes; ctypes.string_at(0)").finished


def test_cannot_answer_for_itself(kind: Kind) -> None:
    source = f"import os\n{WRITE_EVERYWHERE.format(size=32)}\nos._exit(0)"
    assert not run(kind, source).finished


def test_a_flood_of_answers_is_no_answer(kind: Kind) -> None:
    source = f"import os\nwhile True:\n    {WRITE_EVERYWHERE.format(size=4096).replace(chr(10), chr(10) + '    ')}"
    assert not run(kind, source, Limits(seconds=2.0)).finished
