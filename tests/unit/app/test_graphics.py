"""When it is probed and when not, what is chosen then, and what a crash of the window changes."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.app.graphics.finding import find_graphics
from brainviewer.app.graphics.graphics import Graphics
from brainviewer.app.graphics.probing import Probing
from brainviewer.app.graphics.words import graphics_lines
from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import Cancelled
from brainviewer.core.graphics.choice import DrawnBy, choose_graphics
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.files.graphics.kept_probe import probe_file
from brainviewer.files.user_folders import graphics_folder

GOOD = GraphicsProbe(Outcome.DRAWN, "ACME", "Rocket", "4.6", (4, 6), 2048, False, 0.01)
CRASHED = replace(GOOD, outcome=Outcome.CRASHED, problem="The driver crashed.")
LATE = 30


class Scripted(Probing):
    """Finds what the test says, and counts."""

    def __init__(self, *found: GraphicsProbe) -> None:
        super().__init__(["nothing"])
        self.found, self.runs = list(found), 0

    def run(self) -> GraphicsProbe:
        self.runs += 1
        return self.found.pop(0)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BRAINVIEWER_NO_3D", raising=False)


def leave_mark() -> None:
    """What a process leaves that ended while OpenGL was starting."""
    folder = graphics_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{len(list(folder.iterdir()))}.starting").touch()


def marks() -> int:
    return len(list(graphics_folder().glob("*.starting")))


def test_it_is_asked_once() -> None:
    probing = Scripted(GOOD)
    assert find_graphics(probing) == GOOD
    assert find_graphics(probing) == GOOD
    assert probing.runs == 1


def test_a_crash_of_the_probe_is_remembered() -> None:
    probing = Scripted(CRASHED, GOOD)
    assert find_graphics(probing) == CRASHED
    assert find_graphics(probing) == CRASHED
    assert find_graphics(probing, anew=True) == GOOD
    assert find_graphics(probing) == GOOD
    assert probing.runs == 2


def test_it_is_asked_again_under_other_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    probing = Scripted(GOOD, CRASHED)
    find_graphics(probing)
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "whatever")
    assert find_graphics(probing) == CRASHED


def test_a_damaged_file_is_asked_again() -> None:
    probing = Scripted(GOOD, GOOD)
    find_graphics(probing)
    probe_file().write_text("{")
    assert find_graphics(probing) == GOOD
    assert probing.runs == 2


def test_after_a_start_that_ended_it_is_asked_again_and_may_draw_once_more() -> None:
    probing = Scripted(GOOD, GOOD)
    find_graphics(probing)
    leave_mark()
    assert find_graphics(probing) == GOOD
    assert probing.runs == 2
    assert marks() == 1  # until an image is drawn


def test_after_a_start_that_ended_and_a_probe_that_crashes_opengl_is_left_alone() -> None:
    probing = Scripted(GOOD, CRASHED)
    find_graphics(probing)
    leave_mark()
    probe = find_graphics(probing)
    assert probe.outcome is Outcome.ENDED_PROGRAM
    assert probe.problem == (
        "BrainViewer ended while the 3D view started, and then: The driver crashed."
    )
    assert marks() == 0
    assert find_graphics(probing) == probe  # and it is not tried any more
    assert not choose_graphics(probe).opengl


def test_two_starts_that_ended_are_enough_whatever_the_probe_says() -> None:
    probing = Scripted(GOOD, GOOD, GOOD)
    for _ in range(2):
        leave_mark()
    probe = find_graphics(probing)
    assert probe.outcome is Outcome.ENDED_PROGRAM
    assert "ended 2 times" in probe.problem
    assert find_graphics(probing) == probe
    assert probing.runs == 1
    # Until the user wants it.
    assert find_graphics(probing, anew=True) == GOOD
    assert find_graphics(probing) == GOOD


class Desk:
    """The graphics of a window, with what is posted to its main thread."""

    def __init__(self, settings: Settings) -> None:
        self.posted: list[Callable[[], None]] = []
        self.graphics = Graphics(settings, self.posted.append)
        self.changes: list[str] = []
        self.graphics.changed.connect(lambda: self.changes.append("changed"))
        self.graphics.probed.connect(lambda: self.changes.append("probed"))

    def drain(self) -> None:
        while self.posted:
            self.posted.pop(0)()


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(Settings())
    yield desk
    desk.graphics.close()


def use(monkeypatch: pytest.MonkeyPatch, probing: Probing) -> None:
    monkeypatch.setattr("brainviewer.app.graphics.graphics.Probing", lambda: probing)


def test_who_draws_waits_for_a_probe_of_a_moment_and_the_window_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Scripted(GOOD))
    assert desk.graphics.known is None
    assert desk.graphics.choice().by is DrawnBy.GRAPHICS_CARD
    desk.graphics.close()
    desk.drain()
    assert desk.graphics.probe == GOOD


def test_the_setting_holds_at_once(desk: Desk) -> None:
    desk.graphics.use(GOOD)
    settings = desk.graphics._settings
    settings.update(graphics="processor")
    assert desk.changes == ["changed"]
    choice = desk.graphics.known
    assert choice is not None
    assert choice.by is DrawnBy.PROCESSOR
    assert "chosen by you" in choice.why
    settings.update(theme="light")
    assert desk.changes == ["changed"]


@pytest.mark.parametrize("off", ["setting", "variable"])
def test_switched_off_nothing_is_probed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, off: str
) -> None:
    probing = Scripted(GOOD)
    use(monkeypatch, probing)
    if off == "setting":
        desk.graphics._settings.update(graphics="off")
    else:
        monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    choice = desk.graphics.choice()
    assert choice.by is DrawnBy.NOTHING
    assert "switched off" in choice.why
    assert probing.runs == 0


def test_meanwhile_the_processor_draws_and_closing_does_not_wait_for_the_probe(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = threading.Event(), threading.Event()

    class Slow(Probing):
        def run(self) -> GraphicsProbe:
            begun.set()
            assert stopped.wait(LATE)
            raise Cancelled

        def stop(self) -> None:
            stopped.set()

    use(monkeypatch, Slow(["nothing"]))
    choice = desk.graphics.choice()
    assert begun.wait(LATE)
    assert desk.graphics.probing
    assert (choice.by, choice.opengl) == (DrawnBy.PROCESSOR, False)
    assert not choice.draws_as(choose_graphics(GOOD))
    desk.graphics.close()
    assert stopped.is_set()
    assert not desk.graphics.probing
    with pytest.raises(Cancelled):
        desk.graphics.choice()


def test_an_error_of_ours_is_not_that_of_the_driver(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("brainviewer.app.graphics.graphics.find_graphics", fail)
    assert desk.graphics.choice().by is DrawnBy.PROCESSOR


def test_probing_again_tells_when_it_is_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.graphics.use(CRASHED)
    probing = Scripted(GOOD)
    use(monkeypatch, probing)
    desk.graphics.probe_again()
    thread = desk.graphics._thread
    if thread is not None:
        thread.join(LATE)
    desk.drain()
    assert desk.graphics.probe == GOOD
    assert desk.changes == ["probed", "probed", "changed"]
    assert probing.runs == 1


def test_lines_say_what_is_known() -> None:
    lines = dict(graphics_lines(GOOD, choose_graphics(GOOD)))
    assert lines["Renderer"] == "Rocket"
    assert lines["Largest 3D texture"] == "2048 × 2048 × 2048 voxels"
    assert lines["Volumes are drawn by"] == "the graphics card"
    old = replace(CRASHED, outcome=Outcome.NO_OPENGL, version="", number=(2, 1))
    assert dict(graphics_lines(old, None))["OpenGL"] == "2.1"
    unknown = dict(graphics_lines(None, None))
    assert set(unknown.values()) == {"not known"}
