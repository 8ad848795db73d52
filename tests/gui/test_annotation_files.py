"""Files of annotations in the window, and a second window on the same study."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.gui.dialogs import files
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study
from tests.unit.app.desk import Desk

pytestmark = pytest.mark.window


@pytest.fixture
def annotation(study: Study) -> Annotation:
    x, y, z = (float(v) for v in study.grid.centre)
    return Annotation(Kind.RULER, Plane.AXIAL, ((x, y, z), (x + 5, y, z)), Modality.FLAIR)


@pytest.fixture
def file(
    window: MainWindow, study: Study, annotation: Annotation, tmp_path: Path, monkeypatch
) -> Iterator[Path]:
    """A file of annotations of the study, which the dialogs choose."""
    path = tmp_path / "marks.json"
    chosen = (str(path), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: chosen)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: chosen)
    show_study(window.session, study)
    window.session.annotations.add(annotation)
    window.parts.files.save_annotations()
    yield path


@pytest.mark.parametrize("wanted", [False, True])
def test_annotations_of_another_study_are_asked_about(
    window: MainWindow,
    session: Session,
    study: Study,
    annotation: Annotation,
    file: Path,
    wanted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def ask(_parent: object, what: str, _question: str, _yes: str) -> bool:
        asked.append(what)
        return wanted

    monkeypatch.setattr(files, "ask", ask)
    window.parts.files.open_annotations()
    assert asked == []
    show_study(session, replace(study, content_hash="ab" * 32))
    window.parts.files.open_annotations()
    assert asked == ["The annotations in 'marks.json' were made on another study."]
    assert session.state.annotations == ((annotation,) if wanted else ())


def test_annotations_of_a_damaged_file_are_a_notice(
    window: MainWindow, session: Session, annotation: Annotation, file: Path
) -> None:
    said: list[str] = []
    session.state.noticed.connect(lambda notice: said.append(notice.text))
    file.write_text("{")
    window.parts.files.open_annotations()
    assert "not a file of annotations" in said[0]
    assert session.state.annotations == (annotation,)


def test_what_another_window_made_is_there_when_this_one_is_used_again(
    window: MainWindow, session: Session, study: Study, annotation: Annotation, monkeypatch
) -> None:
    show_study(session, study)
    other = Desk()
    other.session.segmentation.find = lambda *_, **__: None
    other.session.documents.show(study, dict(session.state.windows))
    other.session.annotations.add(annotation)
    other.save()
    assert session.state.annotations == ()
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    assert session.state.annotations == (annotation,)
    other.close()


@pytest.mark.parametrize("verb", ["open_annotations", "save_annotations"])
def test_a_file_that_was_chosen_for_one_study_is_not_taken_for_the_next(
    window: MainWindow,
    session: Session,
    study: Study,
    file: Path,
    verb: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was opened before goes on opening while a dialog waits for a name."""
    other = replace(study, name="the next", content_hash="9" * 64)

    def choose(*_: object, **__: object) -> tuple[str, str]:
        show_study(session, other)
        return str(file), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    monkeypatch.setattr(files, "ask", lambda *_: True)
    said: list[str] = []
    session.state.noticed.connect(lambda notice: said.append(notice.text))
    before = file.read_bytes()
    getattr(window.parts.files, verb)()
    assert session.state.annotations == ()
    assert file.read_bytes() == before
    assert len(said) == 1 and "Another study" in said[0]


def test_annotations_of_another_study_are_shown_only_on_the_one_that_was_asked_about(
    window: MainWindow, session: Session, study: Study, file: Path, monkeypatch
) -> None:
    show_study(session, replace(study, content_hash="8" * 64))

    def ask(*_: object) -> bool:
        show_study(session, replace(study, content_hash="9" * 64))
        return True

    monkeypatch.setattr(files, "ask", ask)
    window.parts.files.open_annotations()
    assert session.state.annotations == ()
