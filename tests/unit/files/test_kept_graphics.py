"""What is remembered of the graphics: the probe, what it depends on, starts that ended badly."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.files.graphics.conditions import display_kind, graphics_conditions
from brainviewer.files.graphics.kept_probe import keep_probe, kept_probe, probe_file
from brainviewer.files.graphics.start_mark import StartMark, left_marks, remove_marks

ROOT = Path(__file__).parents[3]
PROBE = GraphicsProbe(Outcome.DRAWN, "ACME", "Rocket", "4.6", (4, 6), 2048, False, 0.01)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_probe_is_kept_for_its_conditions() -> None:
    assert kept_probe("a") is None
    keep_probe(PROBE, "a")
    assert kept_probe("a") == PROBE
    assert kept_probe("b") is None
    if sys.platform != "win32":
        assert probe_file().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("outcome", [Outcome.NO_OPENGL, Outcome.HUNG, Outcome.NOT_TRIED])
def test_what_may_have_been_mended_is_asked_again(outcome: Outcome) -> None:
    keep_probe(replace(PROBE, outcome=outcome, problem="Something."), "a")
    assert kept_probe("a") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"3",
        b"[" * 15_000,
        b"{}",
        b'{"format": 1, "conditions": "a"}',
        b'{"format": 2, "conditions": "a", "probe": {}}',
        b'{"format": 1, "conditions": "a", "probe": {"vendor": "ACME"}}',
        b" " * 30_000,
    ],
    ids=range(11),
)
def test_a_damaged_or_foreign_file_is_no_probe_and_is_replaced(content: bytes) -> None:
    keep_probe(PROBE, "a")
    probe_file().write_bytes(content)
    assert kept_probe("a") is None
    keep_probe(PROBE, "a")
    assert kept_probe("a") == PROBE


def test_a_file_of_a_newer_version_is_no_probe() -> None:
    keep_probe(PROBE, "a")
    stored = json.loads(probe_file().read_text())
    probe_file().write_text(json.dumps({**stored, "format": 2}))
    assert kept_probe("a") is None


def test_a_place_that_cannot_be_written_to_is_no_error(home: Path) -> None:
    home.write_text("a file where the folder should be")
    keep_probe(PROBE, "a")
    assert kept_probe("a") is None
    mark = StartMark()
    assert left_marks() == []
    mark.drawn()
    mark.end()


def test_conditions_change_with_drivers_and_displays_and_name_nothing() -> None:
    usual = {"DISPLAY": ":0", "HOME": "/home/jane", "PATH": "/bin"}
    same = graphics_conditions(usual)
    assert graphics_conditions({**usual, "HOME": "/elsewhere", "DISPLAY": ":1"}) == same
    others = [
        graphics_conditions({**usual, **other})
        for other in (
            {"DISPLAY": "localhost:10.0"},
            {"DISPLAY": ""},
            {"LIBGL_ALWAYS_SOFTWARE": "1"},
            {"LIBGL_ALWAYS_SOFTWARE": "0"},
            {"MESA_GL_VERSION_OVERRIDE": "2.1"},
            {"__EGL_VENDOR_LIBRARY_DIRS": "/home/jane/egl"},
            {"BRAINVIEWER_NO_3D": "1"},
        )
    ]
    assert len({same, *others}) == len(others) + 1
    assert all(len(each) == 64 and int(each, 16) >= 0 for each in others)


@pytest.mark.parametrize(
    ("display", "kind"),
    [(":0", "here"), ("unix:0", "here"), ("pc7:10.0", "elsewhere"), ("", "none")],
)
def test_kinds_of_display(display: str, kind: str) -> None:
    assert display_kind({"DISPLAY": display}) == kind
    assert display_kind({"WAYLAND_DISPLAY": "wayland-0"}) == "wayland"


def test_a_new_version_of_brainviewer_or_vtk_probes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    before = graphics_conditions({})
    monkeypatch.setattr("brainviewer.files.graphics.conditions.__version__", "99.0")
    newer = graphics_conditions({})
    monkeypatch.setattr("brainviewer.files.graphics.conditions.version", lambda _: "99.1")
    assert len({before, newer, graphics_conditions({})}) == 3


def _child(then: str) -> None:
    """A process that marks its start, and ends without a word."""
    code = (
        "import os, signal; from brainviewer.files.graphics.start_mark import StartMark; "
        f"mark = StartMark(); {then}"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False, timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_dies_leaves_its_mark_and_a_living_one_does_not() -> None:
    _child("os.kill(os.getpid(), signal.SIGKILL)")
    assert len(left_marks()) == 1
    _child("mark.end(); os._exit(0)")
    assert len(left_marks()) == 1
    mine = StartMark()
    assert len(left_marks()) == 1  # this process lives
    mine.end()
    mine.end()
    assert len(left_marks()) == 1  # nothing was drawn
    another = StartMark()
    another.drawn()
    assert left_marks() == []
    another.drawn()


def test_marks_that_are_gone_can_be_removed(tmp_path: Path) -> None:
    remove_marks([tmp_path / "nowhere"])
