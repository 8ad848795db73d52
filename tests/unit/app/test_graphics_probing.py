"""The process that probes: what it finds, and what becomes of one that crashes, hangs or lies."""

import json
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from brainviewer.app.graphics import probing
from brainviewer.app.graphics.probing import Probing
from brainviewer.core.errors import Cancelled
from brainviewer.core.graphics.choice import DrawnBy, Wanted, choose_graphics
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome

STARTED = 'print(\'{"step": "started"}\', flush=True)\n'
FOUND = (
    STARTED + 'print(\'{"step": "found", "vendor": "ACME", "renderer": "Rocket", "version": '
    '"4.6", "number": [4, 6], "largest_3d_texture": 2048, "software": false}\', flush=True)\n'
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def probe_of_child(program: str) -> GraphicsProbe:
    return Probing([sys.executable, "-c", f"import os, signal, time, sys\n{program}"]).run()


def test_a_driver_that_draws() -> None:
    probe = probe_of_child(FOUND + 'print(\'{"step": "drawn", "seconds": 0.01}\')')
    assert probe == GraphicsProbe(Outcome.DRAWN, "ACME", "Rocket", "4.6", (4, 6), 2048, False, 0.01)


@posix
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL"])
def test_a_driver_that_crashes(name: str) -> None:
    probe = probe_of_child(
        "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        f"{FOUND}os.kill(os.getpid(), signal.{name})"
    )
    assert probe.outcome is Outcome.CRASHED
    assert probe.problem == f"The graphics driver crashed when it was probed ({name})."
    assert probe.renderer == "Rocket"  # as far as it came
    assert not choose_graphics(probe).opengl


@posix
def test_a_real_segmentation_fault() -> None:
    program = "import ctypes, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    probe = probe_of_child(program + STARTED + "ctypes.string_at(0)")
    assert probe.outcome is Outcome.CRASHED
    assert "SIGSEGV" in probe.problem


@posix
def test_a_probe_that_is_killed_for_memory() -> None:
    probe = probe_of_child(STARTED + "os.kill(os.getpid(), signal.SIGKILL)")
    assert probe.outcome is Outcome.CRASHED
    assert "want of memory" in probe.problem


def test_a_driver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "DRIVER_SECONDS", 0.5)
    began = time.monotonic()
    probe = probe_of_child(FOUND + "time.sleep(100)")
    assert probe.outcome is Outcome.HUNG
    assert "did not answer within" in probe.problem
    assert time.monotonic() - began < 30


def test_a_computer_that_is_too_busy_is_no_broken_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "START_SECONDS", 0.3)
    probe = probe_of_child("time.sleep(100)")
    assert probe.outcome is Outcome.NOT_TRIED
    assert choose_graphics(probe).by is DrawnBy.PROCESSOR


def test_a_process_that_cannot_be_started() -> None:
    assert Probing(["/nonexistent/python"]).run().outcome is Outcome.NOT_TRIED
    assert probe_of_child("raise ImportError").outcome is Outcome.NOT_TRIED


@pytest.mark.parametrize(
    "lines",
    [
        "print('Mesa warning: driver missing')",
        STARTED + "print('[1, 2]')",
        STARTED + "print('{}')",
        STARTED + "print('[' * 9000)",
        STARTED + 'print(\'{"step": "flown"}\')',
        STARTED + 'print(\'{"step": "found", "vendor": 3}\')',
        STARTED + 'print(\'{"step": "found", "unheard": ""}\')',
        STARTED + 'print(\'{"step": "drawn", "seconds": NaN}\')',
        STARTED + "sys.stdout.buffer.write(bytes(range(256)) * 9000)",
        STARTED + 'while True: print(\'{"step": "found"}\')',
        STARTED * 3,
        STARTED,
        FOUND,
    ],
    ids=range(13),
)
def test_garbage(lines: str) -> None:
    probe = probe_of_child(lines)
    assert probe.outcome is Outcome.SENSELESS
    assert probe.problem in (
        "The graphics probe gave an answer that makes no sense.",
        "The graphics probe ended without an answer.",
    )


def test_no_opengl_and_an_old_one() -> None:
    none = probe_of_child(STARTED + 'print(\'{"step": "no OpenGL", "number": [0, 0]}\')')
    old = probe_of_child(STARTED + 'print(\'{"step": "no OpenGL", "number": [2, 1]}\')')
    assert none.problem == "OpenGL 3.2 is not available."
    assert old.problem == "The graphics driver offers OpenGL 2.1, and the 3D view needs 3.2."
    assert {none.outcome, old.outcome} == {Outcome.NO_OPENGL}


def test_an_error_in_the_probe() -> None:
    probe = probe_of_child(FOUND + 'print(\'{"step": "failed", "kind": "MemoryError"}\')')
    assert (probe.outcome, probe.vendor) == (Outcome.CRASHED, "ACME")
    assert probe.problem == "The graphics probe failed (MemoryError)."


def test_a_probe_can_be_stopped_and_leaves_no_process() -> None:
    asked = Probing([sys.executable, "-c", f"import time\n{STARTED}time.sleep(100)"])
    threading.Timer(0.5, asked.stop).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        asked.run()
    assert time.monotonic() - began < 30
    process = asked._process
    assert process is not None
    assert process.returncode is not None  # it was waited for
    with pytest.raises(Cancelled):
        asked.run()


@pytest.mark.skipif(sys.platform != "linux", reason="OpenGL is chosen by variables of Mesa's")
def test_the_real_graphics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "1")
    probe = Probing().run()
    if probe.outcome is Outcome.NO_OPENGL:
        pytest.skip("no OpenGL here")
    assert (probe.outcome, probe.problem) == (Outcome.DRAWN, "")
    assert probe.vendor
    assert probe.renderer
    assert probe.number >= (3, 2)
    assert probe.version.startswith("{}.{}".format(*probe.number))
    assert probe.largest_3d_texture >= 256
    assert 0 < probe.seconds < 10
    if probe.software:
        assert choose_graphics(probe).by is DrawnBy.PROCESSOR
    assert choose_graphics(probe, Wanted.GRAPHICS_CARD).by is DrawnBy.GRAPHICS_CARD


@pytest.mark.skipif(sys.platform != "linux", reason="OpenGL is taken away by variables of Mesa's")
@pytest.mark.parametrize(
    ("name", "value"),
    [("MESA_GL_VERSION_OVERRIDE", "2.1"), ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent")],
)
def test_really_without_opengl(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv(name, value)
    probe = Probing().run()
    assert probe.outcome is Outcome.NO_OPENGL
    assert not choose_graphics(probe).opengl


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="makes a driver for EGL"
)
@pytest.mark.parametrize(
    ("does", "outcome"),
    [("*(volatile int *) 0 = 1;", Outcome.CRASHED), ("for (;;) pause();", Outcome.HUNG)],
    ids=["crashes", "hangs"],
)
def test_a_native_driver(
    does: str, outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, library, vendor = (tmp_path / f"driver.{end}" for end in ("c", "so", "json"))
    source.write_text(f"#include <unistd.h>\nint __egl_Main(void) {{ {does} return 0; }}\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True, timeout=60)
    described = {"file_format_version": "1.0.0", "ICD": {"library_path": str(library)}}
    vendor.write_text(json.dumps(described))
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", str(vendor))
    monkeypatch.setattr(probing, "DRIVER_SECONDS", 3.0)
    probe = Probing().run()
    if probe.outcome is Outcome.NO_OPENGL:
        pytest.skip("EGL takes no driver from a file here")
    assert probe.outcome is outcome
    assert not choose_graphics(probe).opengl
