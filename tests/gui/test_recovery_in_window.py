"""A window is killed with work in it, as by ``kill -9``; the next one offers the work."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.study_folders import write_study

pytestmark = pytest.mark.window

# The program, with a search and an answer that are made up, driven from its own event loop. ``act``
# is a generator: it is gone on with while the window works, and yields what it waits for.
_DRIVER = """
import json, os, sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QPushButton

import brainviewer.models.segmentation.detection as detection
import brainviewer.models.subtype.prediction as prediction
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.view_choice import Layout, Tool
from brainviewer.gui import workplace
from brainviewer.gui.faults.start_offer import StartOffer
from brainviewer.imaging.correction.brush import ball_stroke
from brainviewer.imaging.correction.label_edit import Paint
from tests.phantoms import marker_finding, marker_position, with_parts
from tests.unit.app.desk import a_result

detection.find_tumour = lambda study, *_, **__: with_parts(marker_finding(study), study)
prediction.classify = lambda study, *_, **__: a_result(study)


class Window(workplace.MainWindow):
    def __init__(self, session):
        super().__init__(session)
        session.engine.start = lambda: None
        self.doing = act(self, session, session.state)
        self.waited = lambda: True
        self.look = QTimer(self, interval=20)
        self.look.timeout.connect(self.go_on)
        self.look.start()

    def go_on(self):
        if self.waited():
            self.waited = next(self.doing, None) or self.end

    def end(self):
        self.look.stop()
        self.close()
        return False

    def offers(self):
        return [one for one in self.findChildren(StartOffer) if one.isVisible()]

    def press(self, words):
        for one in self.offers()[0].findChildren(QPushButton):
            if one.text() == words and one.isVisible():
                return one.click()
        raise LookupError(words)

    def texts(self):
        return [one.text() for offer in self.offers() for one in offer.findChildren(QLabel)]


def tell(**what):
    print(json.dumps(what), flush=True)


def work(window, session, state):
    yield lambda: state.classification_status is Status.DONE and not state.progress
    x, y, z = marker_position(state.study.grid)
    for n in range(3):
        points = ((x, y + n, z), (x + 10, y + n, z))
        session.annotations.add(Annotation(Kind.RULER, Plane.AXIAL, points, Modality.FLAIR, str(n)))
    for by in range(2):
        place = marker_position(state.study.grid) + (3.0 * by, 0, 0)
        paint = lambda labels: ball_stroke(
            labels, state.study.grid, [place, place], 6.0, Paint(state.editing.value))
        session.correction.apply("brush", paint, "nothing")
        yield lambda: not session.jobs.running("measure")
    session.report_text.write(ReportText(findings="A lesion on the left."))
    session.feedback.give("agree")
    session.view.set_layout(Layout.THREE_PLANES)
    session.view.set_tool(Tool.RULER)
    session.view.step(Plane.AXIAL, 3)
    until = time.monotonic() + {pause}
    yield lambda: time.monotonic() > until and not session.jobs.unsaved
    tell(**told(session, state))
    yield lambda: False


def told(session, state):
    kept = session.correction.kept
    return dict(
        annotations=sorted(one.text for one in state.annotations),
        steps=0 if kept is None else len(kept.steps.done),
        findings=state.report_text.findings,
        feedback=state.feedback is not None,
        layout=state.layout.value,
        cursor=[round(float(value), 3) for value in state.cursor],
        tool=state.tool.value,
    )


{act}

workplace.MainWindow = Window
from brainviewer.__main__ import main
if __name__ == "__main__":
    sys.argv[0] = "brainviewer"
    main()
"""
_WORK = "act = work"
_LOOK = """
def act(window, session, state):
    yield lambda: window.offers()
    tell(texts=window.texts())
    window.press("{button}")
    {then}
"""
_OPENED = """
    yield lambda: state.study is not None and state.finding_status is Status.DONE
    yield lambda: not state.progress and not session.jobs.unsaved
    tell(offers=len(window.offers()), **told(session, state))
"""
_NOTHING = """
def act(window, session, state):
    until = time.monotonic() + 2.0
    yield lambda: time.monotonic() > until and not session.jobs.running("look for what was left")
    tell(texts=window.texts())
"""


class Program:
    """A start of the program."""

    def __init__(self, home: Path, act: str, *paths: Path) -> None:
        driver = home.parent / f"driver{len(list(home.parent.glob('driver*')))}.py"
        code = _DRIVER.replace("{act}", act).replace("{pause}", "1.0")
        driver.write_text(code)
        self.process = subprocess.Popen(
            [sys.executable, str(driver), *map(str, paths)],
            env={
                **os.environ,
                "BRAINVIEWER_HOME": str(home),
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def told(self) -> dict[str, Any]:
        """What it says next."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        told = json.loads(line)
        assert isinstance(told, dict)
        return told

    def kill(self) -> None:
        """As ``kill -9`` does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)

    def ends(self) -> None:
        """It ends in order, and complains of nothing."""
        _, said = self.process.communicate(timeout=60)
        assert (self.process.returncode, said) == (0, "")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "home"
    made.mkdir()
    (made / "settings.json").write_text('{"hints_seen": true}')
    yield made


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "Doe^Jane")


_REOPEN = _LOOK.format(button="Open it again", then=_OPENED.strip())


def test_a_killed_window_is_offered_and_opened_with_all_that_was_made(
    home: Path, study: Path, tmp_path: Path
) -> None:
    killed = Program(home, _WORK, study)
    running = Program(home, _WORK, write_study(tmp_path / "other", level=7))
    made = killed.told()
    assert made["annotations"] == ["0", "1", "2"]
    assert (made["steps"], made["layout"], made["tool"]) == (2, "three planes", "ruler")
    running.told()
    killed.kill()

    second = Program(home, _REOPEN)
    told = second.told()["texts"]
    assert "BrainViewer was not closed." in told
    (sentence,) = [text for text in told if text.startswith("Your work")]
    assert sentence.startswith("Your work on Doe^Jane up to ")
    assert sentence.endswith(": 3 annotations, 2 corrections, report text, feedback.")
    back = second.told()
    assert back.pop("offers") == 0
    assert back == made
    second.ends()

    running.process.send_signal(signal.SIGTERM)
    running.process.communicate(timeout=60)
    assert running.process.returncode in (0, 128 + signal.SIGTERM)
    third = Program(home, _NOTHING)
    assert third.told()["texts"] == []
    third.ends()
    assert not list(home.rglob("*.open"))
    assert not list((home / "crashes").iterdir())
