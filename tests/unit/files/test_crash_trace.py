"""The trace that a native crash leaves: found again, without paths; and no file at other ends."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from brainviewer.files.unexpected_end.crash_trace import (
    CrashTrace,
    left_traces,
    nameless_trace,
    traces_folder,
)

pytestmark = pytest.mark.usefixtures("home")
_STARTED = """
import faulthandler, os, signal, sys, time
from brainviewer.files.unexpected_end.crash_trace import CrashTrace
trace = CrashTrace()
print("started", flush=True)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def child(then: str) -> subprocess.Popen[str]:
    code = _STARTED + textwrap.dedent(then)
    made = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert made.stdout is not None
    assert made.stdout.readline() == "started\n"
    return made


def files() -> list[Path]:
    return list(traces_folder().iterdir())


def test_a_crash_leaves_a_trace_that_is_told_until_it_is_deleted() -> None:
    with child("faulthandler._sigsegv()") as crashed:
        assert crashed.wait(60) == -signal.SIGSEGV
    for _ in range(2):
        (trace,) = left_traces()
    assert stat.S_IMODE(trace.path.stat().st_mode) == 0o600
    assert trace.lines[0].startswith("BrainViewer ")
    assert "Fatal Python error: Segmentation fault" in trace.lines
    assert any(line.startswith("Current thread 0x") for line in trace.lines)
    assert trace.lines[-1].endswith(":6 <module>") or "Extension modules" in trace.lines[-1]
    trace.delete()
    assert not files()
    assert not left_traces()


def test_an_end_in_order_leaves_no_file() -> None:
    with child(
        "trace.end(); print(os.listdir(os.environ['BRAINVIEWER_HOME'] + '/crashes'))"
    ) as one:
        assert one.stdout is not None
        assert one.stdout.read() == "[]\n"
    trace = CrashTrace()
    assert len(files()) == 1
    trace.end()
    trace.end()
    assert not files()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_killed_process_left_goes_unseen(number: signal.Signals) -> None:
    with child("time.sleep(60)") as killed:
        assert not left_traces()
        assert len(files()) == 1  # it still runs
        killed.send_signal(number)
        assert killed.wait(60) == -number
    assert not left_traces()
    assert not files()


def test_where_no_file_can_be_made_everything_goes_on(home: Path) -> None:
    home.mkdir()
    (home / "crashes").write_text("")
    CrashTrace().end()
    assert not left_traces()


def test_a_link_and_what_holds_no_trace_are_no_traces(home: Path, tmp_path: Path) -> None:
    (home / "crashes").mkdir(parents=True)
    other = tmp_path / "Doe^Jane.txt"
    other.write_text("Fatal Python error: Aborted\nDoe^Jane\n  ...\n")
    (home / "crashes" / "a.trace").symlink_to(other)
    (home / "crashes" / "b.trace").write_bytes(os.urandom(5000))
    assert not left_traces()
    assert other.exists()
    assert [file.name for file in files()] == ["a.trace"]


@pytest.mark.parametrize(
    ("file", "module"),
    [
        ("/home/doe/.venv/lib/python3.11/site-packages/numpy/_core/x.py", "numpy._core.x"),
        ("/home/doe/.venv/lib/python3.11/site-packages/numpy/__init__.py", "numpy"),
        ("/usr/lib/python3.11/threading.py", "threading"),
        ("/usr/lib/python3/dist-packages/numpy/x.py", "numpy.x"),
        ("/home/doe/brainviewer/brainviewer/gui/main_window.py", "brainviewer.gui.main_window"),
        (r"C:\Users\Doe\brainviewer\app\jobs.py", "brainviewer.app.jobs"),
        ("brainviewer/app/jobs.py", "brainviewer.app.jobs"),
        ("<frozen importlib._bootstrap>", "importlib._bootstrap"),
        ("<string>", "?"),
        ("/home/doe/Jane Doe.py", "?"),
        ("/home/doe/jane.py", "?"),
    ],
)
def test_modules_take_the_place_of_files(file: str, module: str) -> None:
    said = f'  File "{file}", line 12 in Job.run'
    assert nameless_trace(said) == (f"  {module}:12 Job.run",)


def test_lines_that_are_not_known_are_left_out() -> None:
    said = """BrainViewer 1.0.0, Python 3.11.7, Linux 6.1.0
Fatal Python error: Segmentation fault

Thread 0x00007f67 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 1 in wait
  ...
/home/doe/Doe^Jane/t1.nii
Extension modules: numpy._core.x, PySide6.QtCore (total: 2)
Extension modules: /home/doe (total: 1)
"""
    assert nameless_trace(said) == (
        "BrainViewer 1.0.0, Python 3.11.7, Linux 6.1.0",
        "Fatal Python error: Segmentation fault",
        "Thread 0x00007f67 (most recent call first):",
        "  threading:1 wait",
        "  ...",
        "Extension modules: numpy._core.x, PySide6.QtCore (total: 2)",
    )
