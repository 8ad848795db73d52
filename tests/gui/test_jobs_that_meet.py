"""Two jobs at a time, in threads: what each of them shows, and what it must not."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting import queue as export_queue
from brainviewer.app.exporting.exports import ExportRequest
from brainviewer.app.status import Status
from brainviewer.app.stores import age
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.gui.dialogs.closing import ClosingDialog
from brainviewer.gui.main_window import MainWindow
from tests.phantoms import marker_finding
from tests.unit.app.desk import Verbs, a_result

pytestmark = pytest.mark.window
SOON = 20.0
ANNOTATION = Annotation(
    Kind.RULER, Plane.AXIAL, ((-10.0, -30.0, 42.0), (-5.0, -30.0, 42.0)), Modality.T1
)


def another(study: Study) -> Study:
    return replace(study, name="the next", content_hash="9" * 64)


class Met:
    """A window, and how to wait for what happens in it."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot
        self.session, self.state = window.session, window.session.state
        self.said: list[str] = []
        self.state.noticed.connect(lambda notice: self.said.append(notice.text))

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=int(SOON * 1000))

    def settle(self) -> None:
        self.until(lambda: not self.state.progress)

    def open(self, study: Study, verbs: Verbs) -> None:
        """Open a study and wait until it is shown; what follows goes on."""
        verbs.predictions["open"] = study
        self.session.documents.open([Path("somewhere")])
        self.until(lambda: self.state.study is study)


@pytest.fixture
def met(threaded: MainWindow, qtbot: QtBot) -> Met:
    return Met(threaded, qtbot)


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Verbs:
    return Verbs(monkeypatch)


class Slow:
    """Work that waits until the test lets it go on, in place of another function."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.calls: list[tuple[Any, ...]] = []
        self.error: FileError | None = None
        self._real = real

    def __call__(self, *given: Any) -> Any:
        self.calls.append(given)
        self.begun.set()
        assert self.go.wait(SOON)
        if self.error is not None:
            raise self.error
        return self._real(*given)


def test_a_study_opened_during_a_search_has_a_finding_of_its_own(
    met: Met, verbs: Verbs, study: Study
) -> None:
    verbs.gates["find"].clear()
    met.open(study, verbs)
    met.until(lambda: verbs.calls[-1][0] == "find")
    following = another(study)
    met.open(following, verbs)
    assert met.state.finding is None
    verbs.gates["find"].set()
    met.settle()
    searched = [given[0] for name, given, _ in verbs.calls if name == "find"]
    assert searched == [study, following]
    assert met.state.finding_status is Status.DONE
    assert met.state.study is following


def test_the_latest_of_two_studies_is_shown(met: Met, verbs: Verbs, study: Study) -> None:
    verbs.gates["open"].clear()
    verbs.predictions["open"] = study
    met.session.documents.open([Path("first")])
    met.until(lambda: verbs.calls)
    following = verbs.predictions["open"] = another(study)
    met.session.documents.open([Path("second")])
    met.until(lambda: len(verbs.calls) == 2)
    verbs.gates["open"].set()
    met.until(lambda: met.state.study is not None)
    met.settle()
    assert met.state.study is following
    assert met.session.settings.recent == ((str(Path("second").absolute()),),)


def test_a_search_during_a_classification_makes_it_stale(
    met: Met, verbs: Verbs, study: Study
) -> None:
    met.open(study, verbs)
    met.settle()
    verbs.gates["classify"].clear()
    verbs.predictions["classify"] = a_result(study)
    met.session.classification.run()
    met.until(lambda: verbs.calls[-1][0] == "classify")
    verbs.predictions["find"] = marker_finding(study)
    met.session.segmentation.find("model-free")
    met.until(lambda: met.state.finding_status is Status.DONE)
    assert met.state.classification_status is Status.RUNNING
    verbs.gates["classify"].set()
    met.settle()
    assert met.state.classification_status is Status.STALE
    assert "looked for again" in met.state.classification_message


def test_a_classification_of_the_study_before_is_not_shown(
    met: Met, verbs: Verbs, study: Study
) -> None:
    met.open(study, verbs)
    met.settle()
    verbs.gates["classify"].clear()
    met.session.classification.run()
    met.until(lambda: verbs.calls[-1][0] == "classify")
    met.open(another(study), verbs)
    verbs.gates["classify"].set()
    met.settle()
    assert met.state.classification is None
    assert met.state.classification_status is Status.NOT_RUN


def test_an_export_goes_on_while_a_study_is_opened_and_shows_the_one_before(
    met: Met, verbs: Verbs, study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = Slow(export_queue.export_figure)
    monkeypatch.setattr(export_queue, "export_figure", slow)
    met.open(study, verbs)
    met.settle()
    path = tmp_path / "a.png"
    met.window.export_image.save(ExportRequest(path=path))
    met.until(slow.begun.is_set)
    following = another(study)
    met.open(following, verbs)
    slow.go.set()
    met.settle()
    assert path.is_file()
    assert slow.calls[0][0].study is study
    assert met.state.study is following
    assert any(path.name in sentence for sentence in met.said)


def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """A journal that is written when the test lets it."""
    slow = Slow(AnnotationJournal.keep)

    def keep(*given: Any) -> Any:
        return slow(*given)

    monkeypatch.setattr(AnnotationJournal, "keep", keep)
    return slow


def while_waiting(window: MainWindow, act: Callable[[ClosingDialog], object]) -> list[str]:
    """Do something once, when the window waits before it closes; what its dialog says."""
    said: list[str] = []
    timer = QTimer(window, interval=10)

    def look() -> None:
        for dialog in window.findChildren(ClosingDialog):
            if dialog.isVisible():
                timer.stop()
                said.append(dialog.text)
                assert dialog.drop_button.isHidden()
                act(dialog)

    timer.timeout.connect(look)
    timer.start()
    return said


def test_closing_waits_for_annotations_and_says_so(
    met: Met, verbs: Verbs, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    met.open(study, verbs)
    met.settle()
    slow = slow_disk(monkeypatch)
    met.session.annotations.add(ANNOTATION)
    met.until(slow.begun.is_set)
    said = while_waiting(met.window, lambda _: slow.go.set())
    assert met.window.close()
    assert said == ["Your last changes are being saved. BrainViewer closes when that is done."]
    assert AnnotationJournal(study).restore().annotations == (ANNOTATION,)


def test_closing_waits_for_an_age_and_stays_if_it_cannot_be_kept(
    met: Met, verbs: Verbs, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    met.open(study, verbs)
    met.settle()
    slow = Slow(age.keep_value)
    slow.error = FileError("The disk is full.", "Make room.")
    monkeypatch.setattr(age, "keep_value", slow)
    met.session.classification.set_age(61)
    met.until(slow.begun.is_set)
    said = while_waiting(met.window, lambda _: slow.go.set())
    assert not met.window.close()
    assert said == ["Your last changes are being saved. BrainViewer closes when that is done."]
    assert met.said[-1] == "The disk is full. Make room."
    slow.error = None
    met.session.classification.set_age(62)
    assert met.window.close()
    assert age.kept_age(study.content_hash) == 62


def test_the_window_stays_if_the_last_change_cannot_be_kept(
    met: Met, verbs: Verbs, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    met.open(study, verbs)
    met.settle()
    slow = slow_disk(monkeypatch)
    slow.error = FileError("The disk is full.", "Make room.")
    met.session.annotations.add(ANNOTATION)
    met.until(slow.begun.is_set)
    while_waiting(met.window, lambda _: slow.go.set())
    assert not met.window.close()
    assert met.window.isVisible()
    assert met.said[-1] == "The disk is full. Make room."
    assert met.window.close()


def test_a_study_can_be_opened_while_annotations_are_saved_to_a_file(
    met: Met, verbs: Verbs, study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from brainviewer.app import annotations

    met.open(study, verbs)
    met.session.annotations.add(ANNOTATION)
    slow = Slow(annotations.annotation_file.save_annotations)
    monkeypatch.setattr(annotations.annotation_file, "save_annotations", slow)
    met.session.annotations.save(tmp_path / "marks.json")
    met.until(slow.begun.is_set)
    met.open(another(study), verbs)
    assert met.state.annotations == ()
    slow.go.set()
    met.settle()
    monkeypatch.undo()
    met.session.annotations.open(tmp_path / "marks.json", other_study=True)
    assert len(met.state.annotations) == 1


def test_closing_cancels_what_nobody_waits_for(met: Met, verbs: Verbs, study: Study) -> None:
    verbs.gates["find"].clear()
    met.open(study, verbs)
    met.until(lambda: verbs.calls[-1][0] == "find")
    threading.Timer(0.1, verbs.gates["find"].set).start()
    assert met.window.close()
    assert met.state.finding is None
