"""What a confined process cannot do, tried from inside; and what it still can."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from brainviewer.core.process.sandbox import confinement, file_rights, system_call_filter
from brainviewer.core.process.sandbox.confinement import (
    NO_FILES,
    NO_NETWORK,
    NO_PROGRAMS,
    NO_WRITING,
    protections,
)
from brainviewer.core.process.sandbox.system_call_filter import decoder_filter, engine_filter
from brainviewer.core.process.sandbox.system_calls import numbers_on

ROOT = str(Path(confinement.__file__).parents[4])
TRIES = """
import json, os, signal, socket, subprocess, sys, threading
from pathlib import Path
from brainviewer.core.process.sandbox import confinement
from brainviewer.core.process.sandbox.confinement import NO_PROGRAMS

place = Path(sys.argv[1])
own, near = os.open(place / "kept", os.O_RDONLY), socket.socket()
held = {confine}
import ctypes
libc = ctypes.CDLL(None, use_errno=True)

def called(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def thread():
    one = threading.Thread(target=int)
    one.start()
    one.join()

tries = {
    "socket": lambda: socket.socket(),
    "own socket": lambda: socket.socket(socket.AF_UNIX),
    "netlink": lambda: socket.socket(16, socket.SOCK_RAW),
    "connect": lambda: near.connect(("127.0.0.1", 9)),
    "write": lambda: (place / "new").write_text("x"),
    "append": lambda: (place / "kept").open("a"),
    "truncate": lambda: os.truncate(place / "kept", 0),
    "unlink": lambda: (place / "kept").unlink(),
    "rename": lambda: (place / "kept").rename(place / "other"),
    "mode": lambda: (place / "kept").chmod(0o777),
    "times": lambda: os.utime(place / "kept"),
    "folder": lambda: (place / "new").mkdir(),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "start": lambda: subprocess.run(["/bin/true"], check=True),
    "fork": lambda: os.fork() or os._exit(0),
    "read": lambda: (place / "kept").read_bytes(),
    "passwords": lambda: Path("/etc/passwd").read_bytes(),
    "list": lambda: list(place.iterdir()),
    "signal": lambda: os.kill(os.getppid(), 0),
    "trace": lambda: called(101 if os.uname().machine == "x86_64" else 117, 16, os.getppid(), 0, 0),
    "io_uring": lambda: called(425, 1, 0),
    "open file": lambda: os.read(own, 4),
    "own signal": lambda: os.kill(os.getpid(), 0),
    "thread": thread,
    "import": lambda: __import__("wave"),
}
if NO_PROGRAMS not in held:
    del tries["exec"]  # it would take the place of this program
done = {}
for name, attempt in tries.items():
    try:
        attempt()
        done[name] = "done"
    except OSError as error:
        done[name] = type(error).__name__
print(json.dumps([held, done]))
"""
ALLOWED = {"open file", "own signal", "thread", "import"}

needs_filter = pytest.mark.skipif(
    not system_call_filter.can_filter(), reason="the system filters no system calls"
)
needs_rules = pytest.mark.skipif(
    not file_rights.landlock_version(), reason="the system has no rules for files (Landlock)"
)


def tried(confine: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The protections that a process says it has, and what came of each attempt."""
    (folder / "kept").write_text("kept")
    done = subprocess.run(
        [sys.executable, "-c", TRIES.replace("{confine}", confine), str(folder)],
        capture_output=True, check=True, env={**os.environ, "PYTHONPATH": ROOT},
    )  # fmt: skip
    held, attempts = json.loads(done.stdout)
    return held, attempts


@needs_filter
@needs_rules
def test_a_decoder_can_read_what_is_open_and_nothing_else(tmp_path: Path) -> None:
    held, attempts = tried("confinement.confine_decoder()", tmp_path)
    assert held == [NO_NETWORK, NO_PROGRAMS, NO_WRITING, NO_FILES] == list(protections())
    assert {name for name, what in attempts.items() if what == "done"} == ALLOWED
    assert attempts["write"] == attempts["connect"] == attempts["passwords"] == "PermissionError"
    assert (tmp_path / "kept").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@needs_filter
def test_a_system_without_rules_for_files_still_writes_nothing(tmp_path: Path) -> None:
    without = "setattr(confinement, 'allow_reading_only', lambda places: False)"
    held, attempts = tried(f"[{without}, confinement.confine_decoder()][1]", tmp_path)
    assert held == [NO_NETWORK, NO_PROGRAMS, NO_WRITING]
    can_read = {"read", "passwords", "list"}
    assert {name for name, what in attempts.items() if what == "done"} == ALLOWED | can_read


@needs_rules
def test_a_system_without_filters_still_opens_nothing(tmp_path: Path) -> None:
    without = "setattr(confinement, 'install', lambda program: False)"
    held, attempts = tried(f"[{without}, confinement.confine_decoder()][1]", tmp_path)
    assert held == [NO_WRITING, NO_FILES]
    refused = {"write", "append", "unlink", "rename", "folder", "read", "passwords", "list"}
    assert {attempts[name] for name in refused} == {"PermissionError"}


@needs_filter
def test_an_engine_reaches_no_network(tmp_path: Path) -> None:
    held, attempts = tried("confinement.confine_engine()", tmp_path)
    assert held == [NO_NETWORK]
    refused = {name for name, what in attempts.items() if what != "done"}
    assert refused >= {"socket", "netlink", "trace", "io_uring"}
    assert {attempts[name] for name in ("own socket", "write", "start", "list")} == {"done"}


def test_a_system_that_offers_nothing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert confinement.confine_decoder() == confinement.confine_engine() == protections() == ()


def test_a_machine_that_is_not_known_has_no_filter() -> None:
    assert not numbers_on("riscv64")
    assert decoder_filter("riscv64", 7) == engine_filter("riscv64") == ()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_filters_end_at_every_way_through_them(machine: str) -> None:
    """The kernel would refuse them otherwise, and the process would run without."""
    for program in (decoder_filter(machine, 7), engine_filter(machine)):
        assert 20 < len(program) < 4096
        for at, (code, yes, no, _) in enumerate(program):
            assert code in (0x20, 0x15, 0x35, 0x45, 0x06)
            if code in (0x15, 0x35, 0x45):
                assert max(yes, no) < 256
                assert at + 1 + max(yes, no) < len(program)
        assert program[-1][0] == 0x06


MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def answer(machine: str, call: str, *arguments: int, own: int = 7) -> int:
    """What the filter of a decoder says to a call: 0 to go on, an error, or -1 for the end."""
    words = {0: numbers_on(machine)[call], 4: MACHINES[machine]}
    words |= {16 + 8 * n: value for n, value in enumerate(arguments)}
    program, at, word = decoder_filter(machine, own), 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == 0x20:
            word = words.get(value, 0)
        elif code == 0x06:
            kind = value & 0xFFFF0000
            return {0x7FFF0000: 0, 0x80000000: -1}.get(kind, value & 0xFFFF)
        else:
            holds = {0x15: word == value, 0x35: word >= value, 0x45: bool(word & value)}[code]
            at += yes if holds else no


@pytest.mark.parametrize("machine", MACHINES)
def test_both_machines_are_filtered_alike(machine: str) -> None:
    """By an interpreter of the filter's few instructions: one machine runs these tests."""
    refused = ("socket", "connect", "execve", "ptrace", "unlinkat", "io_uring_setup", "mount")
    assert {answer(machine, call) for call in refused} == {1}
    assert answer(machine, "clone3") == answer(machine, "openat2") == 38
    assert answer(machine, "clone", 0x00010000) == 0
    assert answer(machine, "clone", 17) == 13
    assert answer(machine, "openat", 0, 0, os.O_RDONLY | os.O_CLOEXEC) == 0
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC):
        assert answer(machine, "openat", 0, 0, flags) == 13
    assert (answer(machine, "kill", 7), answer(machine, "kill", 8)) == (0, 1)
    assert (answer(machine, "prlimit64", 0), answer(machine, "prlimit64", 8)) == (0, 1)
