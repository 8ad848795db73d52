"""A study that arrives from a PACS: its first series is shown while the others are on their way."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from brainviewer.app.facts import Fact
from brainviewer.app.opening import study as opening
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import Report
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panes.camera import Camera
from brainviewer.pacs.node_changes import keep_node
from tests.dicom_writer import write_study
from tests.gui.conftest import show_study
from tests.phantoms import marker_study
from tests.slow_node import SlowNode, slow_node

pytestmark = pytest.mark.window


class Reader:
    """A user who retrieves the study of a slow node in the window."""

    def __init__(self, window: MainWindow, node: SlowNode, qtbot: QtBot) -> None:
        self.window, self.node, self._qtbot = window, node, qtbot
        self.session, self.state = window.session, window.session.state
        self.searched: list[tuple[Modality, ...]] = []
        self.said: list[str] = []
        self.state.noticed.connect(lambda notice: self.said.append(notice.text))
        self.session.segmentation.find = lambda *_, **__: self.searched.append(self.shown)

    @property
    def shown(self) -> tuple[Modality, ...]:
        return () if self.state.study is None else self.state.study.modalities

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()))

    def retrieve(self) -> None:
        keep_node(self.node.node)
        self.window.actions_by_id["pacs"].trigger()
        pacs = self.window.parts.pacs.window
        pacs.search()
        self.until(pacs.open_button.isEnabled)
        pacs.open_button.click()

    def until_part(self) -> None:
        """Until the first series is shown."""
        self.node.let(1)
        self.until(lambda: self.state.arriving is not None)

    def until_whole(self) -> None:
        self.until(lambda: self.state.study is not None and self.state.arriving is None)

    def cancel(self) -> None:
        (button,) = (
            one
            for one in self.window.status.findChildren(QPushButton)
            if one.text() == "Cancel" and one.isVisible()
        )
        button.click()


@pytest.fixture
def reader(
    threaded: MainWindow, qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    files = write_study(tmp_path_factory.mktemp("sent"), marker_study())
    with slow_node(list(files.values())) as node:
        yield Reader(threaded, node, qtbot)


def test_the_first_series_is_read_while_the_others_arrive(reader: Reader) -> None:
    state, session, grid = reader.state, reader.session, reader.window.grid
    reader.retrieve()
    reader.until_part()
    assert reader.shown == (Modality.FLAIR,)
    assert reader.searched == []
    assert not {Fact.CLASSIFIABLE, Fact.CLASSIFIABLE_HERE} & state.facts
    assert reader.said == []
    assert session.settings.recent == ()

    session.view.go_to_slice(Plane.AXIAL, 7)
    session.view.set_window(Modality.FLAIR, Window(300.0, 90.0))
    near = Camera((30.0, 40.0), 2.5)
    grid._link(grid.shown[0], near)
    session.annotations.add(
        Annotation(Kind.RULER, Plane.AXIAL, ((0.0, 0.0, 40.0), (9.0, 0.0, 40.0)), Modality.FLAIR)
    )
    cursor, (ruler,) = state.cursor, state.annotations

    reader.node.let(4)
    reader.until_whole()
    assert reader.shown == tuple(marker_study().modalities)
    assert reader.searched == [reader.shown]
    assert np.allclose(state.cursor, cursor)
    assert session.view.moved
    assert state.windows[Modality.FLAIR] == Window(300.0, 90.0)
    assert state.windows[Modality.T2] != Window(300.0, 90.0)
    assert [pane.camera for pane in grid.shown] == [near] * 4
    assert state.annotations == (ruler,)
    assert Fact.CLASSIFIABLE in state.facts
    assert session.settings.recent == (tuple(map(str, state.opened_from)),)
    # It is kept with the whole study.
    show_study(session, marker_study(modalities=(Modality.T2,)))
    session.documents.open(state.opened_from or [Path(session.settings.recent[0][0])])
    reader.until(lambda: len(reader.shown) == 4)
    assert [one.id for one in state.annotations] == [ruler.id]


def test_what_is_whole_stays_when_the_retrieval_is_cancelled(reader: Reader) -> None:
    reader.retrieve()
    reader.until_part()
    reader.node.let(2)
    retrieval = reader.session.pacs.retrieval
    reader.until(lambda: retrieval._arriving is not None and retrieval._arriving.whole == 2)
    reader.cancel()
    reader.until_whole()
    assert reader.shown == (Modality.FLAIR, Modality.T1)
    assert reader.said == ["Only 2 of 4 series arrived from Slow. T1ce and T2 are missing."]
    assert reader.searched == [reader.shown]
    # The node is still silent, and nobody waits for it.
    reader.until(lambda: not any(t.name == "job retrieve" for t in threading.enumerate()))


def test_what_is_whole_stays_when_the_node_fails(reader: Reader) -> None:
    reader.retrieve()
    reader.until_part()
    reader.node.fail()
    reader.until_whole()
    assert reader.shown == (Modality.FLAIR,)
    assert reader.searched == [reader.shown]
    cause = "Only 1 of 4 series arrived from Slow. T1, T1ce and T2 are missing."
    assert cause in reader.said
    assert len([said for said in reader.said if "missing" in said]) == 1
    assert any("series 2" in sentence for sentence in reader.said)


def test_nothing_stays_of_a_study_that_was_cancelled_before_it_was_shown(reader: Reader) -> None:
    reader.retrieve()
    (folder,) = reader.session.pacs.retrieval.folders
    reader.until(lambda: reader.state.progress)
    reader.cancel()
    reader.until(lambda: not folder.path.exists())
    assert reader.state.study is None
    assert reader.said == []


def test_another_study_that_was_opened_meanwhile_stays(reader: Reader) -> None:
    reader.retrieve()
    reader.until_part()
    other = marker_study(modalities=(Modality.T2,))
    show_study(reader.session, other)
    reader.node.let(4)
    reader.until(lambda: reader.said)
    assert reader.said == ["A study from Slow is here, among the recent studies."]
    assert reader.state.study is other
    assert reader.state.arriving is None


def test_what_arrives_does_not_break_off_what_the_user_opens(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's own study takes its time, and the first series comes meanwhile."""
    own = tmp_path / "own"  # beside what is retrieved
    own.mkdir()
    (own / "flair.nii.gz").touch()
    go, other = threading.Event(), marker_study(modalities=(Modality.T2,))
    real = opening.open_study

    def slow(paths: object, report: Report, which: object = None) -> object:
        if paths != [own]:
            return real(paths, report, which)  # type: ignore[arg-type]
        assert go.wait(60)
        return other

    monkeypatch.setattr(opening, "open_study", slow)
    reader.retrieve()
    reader.session.documents.open([own])
    reader.node.let(4)
    reader.until(lambda: "A study from Slow is here, among the recent studies." in reader.said)
    go.set()
    reader.until(lambda: reader.state.study is other)
