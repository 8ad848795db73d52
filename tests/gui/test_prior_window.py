"""Study and prior side by side: one cursor, zoom and window, and what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton

from brainviewer.app.opening.opened import Opened
from brainviewer.app.prior.beside import Beside
from brainviewer.app.prior.comparison import Comparison, compare, followed
from brainviewer.app.prior.dates import DatedStudy
from brainviewer.app.prior.prior import TimePoint
from brainviewer.app.state import Tool
from brainviewer.app.study_list.listed import ListedStudy, StudyOnNode
from brainviewer.app.study_list.rows import StudyRow
from brainviewer.core.errors import FileError, Report
from brainviewer.core.findings.tumour import OtherLesion, TumourFinding
from brainviewer.core.study import LabelMap, Modality, Scan, Study
from brainviewer.core.voi.voi_window import Window, auto_window
from brainviewer.files.study.said_by_names import patient_and_study, patient_folder
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.notices import NoticeBar
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.prior.curve import VolumeCurve
from brainviewer.gui.prior.panes import PriorSide
from brainviewer.gui.prior.window import PriorWindow
from brainviewer.gui.window_size import open_with
from brainviewer.imaging.measure.lesion import measured
from tests.follow_up_phantom import LARGE, NEW, SMALL, current, prior, turned_mask
from tests.gui.conftest import show_study
from tests.gui.hands import RIGHT, click, drag, wheel
from tests.phantoms import marker_study

pytestmark = pytest.mark.window


def find(study: Study, _report: object) -> TumourFinding:
    mask = turned_mask(SMALL) if study.name == "prior" else LARGE
    index = int(np.flatnonzero(mask.any(axis=(0, 1))).mean())
    return measured(study, TumourFinding("lesion", True, index=index, mask=mask))


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(DatedStudy(current()), [DatedStudy(prior())], find)


def beside_of(compared: Comparison) -> Beside:
    volumes = compared.prior.study.volumes
    windows = {m: auto_window(v.data) for m, v in volumes.items()}
    return Beside.of(compared, windows, ((Path("/nowhere/before"),),) * len(compared.priors))


@pytest.fixture
def beside(window: MainWindow, compared: Comparison) -> Iterator[PriorWindow]:
    session = window.session
    show_study(session, current(), compared.finding)
    session.prior.beside = beside_of(compared)
    session.prior.changed.emit()
    window.parts.prior.bring_up()
    shown = window.parts.prior.window
    assert shown is not None and shown.isVisible()
    shown.resize(1000, 560)
    yield shown


def listed_nifti(folder: Path) -> ListedStudy:
    patient, day = patient_and_study(folder)
    return ListedStudy((folder,), day, patient, day, patient_folder=patient_folder(folder))


def texts(shown: PriorWindow) -> str:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    said = " | ".join(label.text() for label in shown.findChildren(QLabel))
    return said.replace("\u00a0", " ")


def test_the_change_is_said_with_its_limits(beside: PriorWindow) -> None:
    said = texts(beside)
    assert "By diameters: Progression: +" in said
    assert "RANO 2.0, CRITERIA ON SIZE ONLY" in said
    assert "mL (+" in said and "here it is this prior alone" in said


def test_the_wheel_on_one_side_moves_both(beside: PriorWindow, window: MainWindow) -> None:
    before = beside.prior_side.index
    wheel(beside.prior_side, QPointF(50, 50))
    assert beside.prior_side.index == beside.study_side.index != before
    assert window.grid.shown[0].index == beside.prior_side.index


def test_names_of_folders_follow_the_patient_s_name(
    beside: PriorWindow, window: MainWindow, compared: Comparison
) -> None:
    session = window.session
    undated = [replace(compared.prior, name=f"Smith_John_{n}") for n in (2, 1)]
    study = DatedStudy(current(), "Smith_John_0")
    session.prior.beside = beside_of(followed(study, compared.finding, undated))
    session.prior.changed.emit()
    choices = beside.change.priors
    # As the table has them, although the names are in another order.
    assert beside.change.curve.texts == ["Smith_John_2", "Smith_John_1", "Smith_John_0"]
    assert [choices.itemText(n) for n in (0, 1)] == ["Smith_John_2", "Smith_John_1"]
    window.parts.appearance.toggle_patient()
    assert beside.change.curve.texts == ["prior 1", "prior 2", "study"]
    assert [choices.itemText(n) for n in (0, 1)] == ["prior 1", "prior 2"]
    assert "Smith" not in texts(beside)


def test_zoom_is_linked(beside: PriorWindow) -> None:
    geometry = beside.study_side.geometry_mm
    assert geometry is not None
    beside.study_side.move_camera(geometry.zoomed(2.0, QPointF(40, 40)))
    assert beside.prior_side.camera == beside.study_side.camera


def test_the_prior_s_window_follows_that_of_the_study(
    beside: PriorWindow, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    opened = Window(100.0, 200.0)
    monkeypatch.setattr(session.documents, "opening_window", lambda _: opened)
    own = session.prior.beside.windows[Modality.FLAIR]
    session.view.set_window(Modality.FLAIR, opened)
    assert session.prior.window_of(Modality.FLAIR) == own
    session.view.set_window(Modality.FLAIR, Window(150.0, 400.0, True))
    moved = session.prior.window_of(Modality.FLAIR)
    assert moved.width == pytest.approx(2 * own.width)
    assert moved.level == pytest.approx(own.level + own.width / 4)
    assert moved.inverted


def test_both_lesions_or_their_difference_are_on_the_study(beside: PriorWindow) -> None:
    scene = beside.study_side.scene
    assert scene is not None and scene.shows_difference and not scene.shows_lesion
    beside._difference.setChecked(False)
    scene = beside.study_side.scene
    assert scene is not None and scene.shows_lesion and scene.labels_shown
    there = beside.prior_side.scene
    assert there is not None and there.finding is not None
    assert np.count_nonzero(there.finding.mask & SMALL) > 0.9 * np.count_nonzero(SMALL)
    assert not beside.grab().toImage().isNull()


def test_another_sequence_and_another_study(beside: PriorWindow, window: MainWindow) -> None:
    window.session.view.set_active(Modality.T2)
    assert beside.prior_side.modality is beside.study_side.modality is Modality.T2
    show_study(window.session, marker_study())
    assert not beside.isVisible()
    assert window.session.prior.beside is None


def test_a_prior_that_does_not_fit_is_said_where_it_would_stand(
    beside: PriorWindow, window: MainWindow, compared: Comparison
) -> None:
    alone = replace(compared.prior, place=None)
    without_place = followed(DatedStudy(current()), compared.finding, [alone])
    window.session.prior.beside = beside_of(without_place)
    window.session.prior.changed.emit()
    assert beside.prior_side.scene is None
    assert "could not be laid over" in beside.prior_side.why_missing
    assert "mL (+" in texts(beside)
    assert "Where the prior lies on it is not known" in texts(beside)
    assert not beside._difference.isEnabled()
    beside.grab()


def test_what_came_with_the_study_is_never_taken_for_the_prior(
    beside: PriorWindow, window: MainWindow, compared: Comparison
) -> None:
    own = LabelMap(LARGE.astype(np.uint8), current().grid)
    supplied = replace(current(), segmentation=own)
    alone = replace(compared.prior, place=None)
    found = followed(DatedStudy(supplied), compared.finding, [alone])
    window.session.prior.beside = beside_of(found)
    window.session.prior.changed.emit()
    scene = beside.study_side.scene
    assert scene is not None
    assert scene.study.segmentation is None
    assert scene.shows_lesion and not scene.shows_difference


def test_a_lesion_in_one_of_both_alone_is_outlined(
    beside: PriorWindow, window: MainWindow, compared: Comparison
) -> None:
    nothing = replace(compared.prior.finding, mask=None, others=None)
    before = replace(compared.prior, finding=nothing)
    found = followed(DatedStudy(current()), compared.finding, [before])
    window.session.prior.beside = beside_of(found)
    window.session.prior.changed.emit()
    scene = beside.study_side.scene
    assert scene is not None
    assert scene.shows_lesion and not scene.shows_difference
    assert "Contours on the study" in texts(beside)


def test_a_curve_by_days_where_all_are_known(qtbot) -> None:
    curve = VolumeCurve()
    qtbot.addWidget(curve)
    curve.resize(352, 170)
    days = date(2024, 1, 1), date(2024, 1, 11), date(2024, 4, 10)
    points = tuple(TimePoint(str(n), day, 5.0 + n, None) for n, day in enumerate(days))
    curve.show_points(points)
    first, second, last = curve.places()
    assert (second - first) / (last - first) == pytest.approx(0.1)
    curve.show_points((replace(points[0], day=None), *points[1:]))
    first, second, last = curve.places()
    assert second - first == pytest.approx(last - second)
    curve.grab()
    curve.show_points(points[:1])
    assert not curve.isVisibleTo(None)


@pytest.fixture
def reading(compared: Comparison, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is opened, by the names of folders; nothing is searched by a network."""
    asked: list[Path] = []

    def read(paths: Sequence[Path], _report: object) -> Opened:
        asked.extend(paths)
        if "broken" in str(paths[0]):
            raise FileError("This study cannot be read.")
        # Each day is a study of its own.
        study = replace(prior(), content_hash=paths[0].name)
        return Opened(study, beside_of(compared).windows, tuple(paths))

    monkeypatch.setattr("brainviewer.app.opening.opened.Opened.read", read)
    monkeypatch.setattr(
        "brainviewer.models.segmentation.detection.find_tumour",
        lambda study, *_, **__: find(study, None),
    )
    monkeypatch.setattr(
        "brainviewer.models.segmentation.network.segmentation_network", lambda _: None
    )
    place = compared.prior.place
    monkeypatch.setattr("brainviewer.app.prior.comparison.place_prior", lambda *_: place)
    return asked


def test_what_is_asked_for_is_opened_and_compared(
    window: MainWindow, compared: Comparison, reading: list[Path]
) -> None:
    session = window.session
    show_study(session, current(), compared.finding)
    session.prior.compare([Path("/nowhere/2020-01-02")])
    assert reading == [Path("/nowhere/2020-01-02")]
    assert session.prior.beside is not None
    assert [point.name for point in session.prior.time_points()] == ["2020-01-02", "current"]


def test_other_studies_of_the_patient_are_measured_and_shown(
    window: MainWindow, compared: Comparison, reading: list[Path]
) -> None:
    session = window.session
    show_study(session, current(), compared.finding)
    here = Path("/list/A/2024-06-01")
    session.state.opened_from = (here,)
    days = ["A/2024-06-01", "A/2024-03-01", "A/2023-09-01", "A/broken-2021-01-01", "B/2022-01-01"]
    listed = [listed_nifti(Path("/list") / day) for day in days]
    listed[3] = replace(listed[3], patient_folder=Path("/list/A"))
    # Another A of another collection, and one on a node.
    listed.append(listed_nifti(Path("/list of others/A/2023-02-02")))
    listed.append(replace(listed[0], paths=(), on_node=StudyOnNode(None, None)))
    session.studies.rows = [StudyRow(one) for one in listed]
    session.prior.compare([Path("/list/A/2024-03-01")])
    assert [path.name for path in reading] == ["2024-03-01", "2023-09-01", "broken-2021-01-01"]
    window.parts.prior.bring_up()
    shown = window.parts.prior.window
    assert shown is not None and session.prior.pending == 0
    said = texts(shown)
    assert "since the prior of 2024-03-01 (smallest)" in said
    assert [shown.change.priors.itemText(n) for n in (0, 1)] == ["2024-03-01", "2023-09-01"]
    assert [point.name for point in session.prior.time_points()] == [
        "2023-09-01", "2024-03-01", "2024-06-01"
    ]  # fmt: skip
    assert shown.change.curve.texts == ["2023-09-01", "2024-03-01", "2024-06-01"]
    shown.resize(1024, 700)
    QCoreApplication.processEvents()
    scroll = shown.change.area
    assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()
    # Its images are read again when it is to be shown.
    shown.change.priors.activated.emit(1)
    assert reading[3:] == [Path("/list/A/2023-09-01")]
    beside = session.prior.beside
    assert beside is not None and beside.compared.shown == 1
    assert beside.prior is not None and Modality.FLAIR in beside.prior.volumes
    assert not beside.compared.priors[0].study.volumes
    assert "PRIOR  2023-09-01" in texts(shown)


def test_what_a_third_study_makes_certain_is_painted(
    window: MainWindow,
    compared: Comparison,
    reading: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(study: Study, mask: np.ndarray) -> TumourFinding:
        certain = study.content_hash == "2023-09-01"
        other = OtherLesion.SIZEABLE if certain else OtherLesion.FAINT
        return replace(find(study, None), others=np.where(mask, np.uint8(other), np.uint8(0)))

    monkeypatch.setattr(
        "brainviewer.models.segmentation.detection.find_tumour",
        lambda study, *_, **__: found(study, turned_mask(NEW)),
    )
    painted = []

    def update(side: PriorSide) -> None:
        painted.append(side)

    monkeypatch.setattr(PriorSide, "update", update)
    session = window.session
    show_study(session, current(), found(current(), NEW))
    session.state.opened_from = (Path("/list/A/2024-06-01"),)
    session.studies.rows = [
        StudyRow(listed_nifti(Path(f"/list/A/{day}"))) for day in ("2024-06-01", "2023-09-01")
    ]
    ahead = []
    session.prior.changed.connect(window.parts.prior.bring_up)
    session.prior.measured.connect(painted.clear)  # what is painted before that does not count
    session.prior.changed.connect(lambda: ahead.append(session.prior.beside))
    session.prior.compare([Path("/list/A/2024-03-01")])
    beside, shown = session.prior.beside, window.parts.prior.window
    assert beside is not None and len(beside.paths) == 2 and shown is not None
    (first,) = ahead
    assert not (first.finding.mask & NEW).any()
    assert beside.finding.mask is not None and beside.finding.mask[NEW].all()
    scene = shown.prior_side.scene
    assert scene is not None and scene.finding is not None and scene.finding.mask is not None
    assert (scene.finding.mask & NEW).sum() > 0.8 * NEW.sum()
    assert shown.prior_side in painted


def test_a_lesion_in_the_table_leads_to_its_place(
    beside: PriorWindow, window: MainWindow, compared: Comparison
) -> None:
    (go,) = (one for one in beside.findChildren(QPushButton) if one.text() == "Lesion 1")
    window.session.view.set_cursor((0.0, 0.0, 0.0))
    go.click()
    (lesion,) = compared.follow_up.lesions
    assert window.session.state.cursor == pytest.approx(lesion.position_mm, abs=1)


def test_the_longest_number_of_the_axis_has_room(qtbot) -> None:
    curve = VolumeCurve()
    qtbot.addWidget(curve)
    curve.resize(420, 170)
    for most in (5.0, 1234.5):
        curve.show_points(tuple(TimePoint(str(n), None, most, None) for n in range(2)))
        metrics = QFontMetricsF(QFont(curve.font()))
        assert curve.left > 0.8 * metrics.horizontalAdvance(f"{most:.1f} mL")
    assert curve.places()[0] == curve.left


def middle(pane: SlicePane) -> QPointF:
    return pane.rect().center().toPointF()


def test_a_ruler_is_drawn_seen_and_changed_on_the_study_and_never_on_the_prior(
    beside: PriorWindow, window: MainWindow
) -> None:
    session, by = window.session, QPointF(60, 0)
    session.view.set_tool(Tool.RULER)
    start = middle(beside.prior_side)
    opened = dict(session.state.windows)
    drag(beside.prior_side, start, start + by)
    assert not session.state.annotations and session.state.windows == opened
    assert beside.prior_side.cursor().shape() is Qt.CursorShape.ForbiddenCursor
    assert "drawn on the study" in beside._legend.text()
    drag(beside.study_side, start, start + by)
    (ruler,) = session.state.annotations
    scene = beside.study_side.scene
    assert scene is not None and scene.annotations_shown == (ruler,)
    there = beside.prior_side.scene
    assert there is not None and not there.annotations
    # At the same place lies no handle for the hand on the prior, nor is anything deleted there.
    session.view.set_tool(Tool.WINDOW)
    session.annotations.select(ruler.id)
    drag(beside.prior_side, start, start - by)
    QTest.keyClick(beside.prior_side, Qt.Key.Key_Delete)
    assert session.state.annotations == (ruler,)
    drag(beside.study_side, start, start - by)
    (moved,) = session.state.annotations
    assert moved.id == ruler.id and moved != ruler
    session.annotations.select(ruler.id)
    QTest.keyClick(beside.study_side, Qt.Key.Key_Delete)
    assert not session.state.annotations


def test_original_grids_of_the_main_window_forbid_nothing_on_the_study_s_side(
    beside: PriorWindow, window: MainWindow
) -> None:
    session, by = window.session, QPointF(60, 0)
    study = session.state.study
    assert study is not None
    volumes = {m: replace(v, scan=Scan(v.data, v.grid)) for m, v in study.volumes.items()}
    session.state.study = replace(study, volumes=volumes)
    session.view.toggle_original_grids()
    assert session.state.original_grids.shown(session.state.study)
    session.view.set_tool(Tool.RULER)
    pane = window.grid.panes[0]
    drag(pane, middle(pane), middle(pane) + by)
    assert not session.state.annotations
    drag(beside.prior_side, middle(beside.prior_side), middle(beside.prior_side) + by)
    assert not session.state.annotations
    start = middle(beside.study_side)
    drag(beside.study_side, start, start + by)
    (ruler,) = session.state.annotations
    scene = beside.study_side.scene
    assert scene is not None and scene.annotations_shown == (ruler,) and not scene.original
    assert beside.study_side.cursor().shape() is not Qt.CursorShape.ForbiddenCursor


def test_hidden_overlays_are_hidden_in_both_ways_of_marking(
    beside: PriorWindow, window: MainWindow
) -> None:
    for difference in (True, False):
        beside._difference.setChecked(difference)
        window.session.view.toggle_overlays()
        scene = beside.study_side.scene
        assert scene is not None
        assert not (scene.shows_difference or scene.shows_lesion or scene.labels_shown)
        assert "hidden" in beside._legend.text()
        window.session.view.toggle_overlays()
        scene = beside.study_side.scene
        assert scene is not None and (scene.shows_difference or scene.shows_lesion)


def test_a_comparison_is_told_and_comes_back_at_once(
    window: MainWindow,
    compared: Comparison,
    reading: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, opener = window.session, window.parts.prior
    before = Path("/nowhere/2024-03-01")
    asked = []
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_: (asked.append(1), str(before))[1]
    )
    show_study(session, current(), compared.finding)
    session.notices.tell("Merely good to know.")
    window.actions_by_id["compare-prior"].trigger()
    # Nothing comes up under the hand: the notice offers it, before what is merely good to know.
    assert asked == [1] and opener.window is None
    bar = window.findChild(NoticeBar)
    assert bar.sentences[0] == "The study is compared with the prior."
    (offer,) = [one for one in bar.findChildren(QPushButton) if one.text() == "Show"]
    offer.click()
    shown = opener.window
    assert shown is not None and shown.isVisible() and len(bar.sentences) == 1
    shown.close()
    window.actions_by_id["compare-prior"].trigger()
    assert shown.isVisible() and asked == [1]
    # Asked for again, in the list or by its folder, nothing is read or searched.
    shown.close()
    session.prior.compare([before])
    assert shown.isVisible() and reading == [before]
    # Another lesion of the study is another comparison.
    other = replace(compared.finding, mask=SMALL)
    session.state.show_finding(other, session.state.finding_status)
    session.prior.compare([before])
    assert reading == [before, before]
    assert session.prior.beside is not None and session.prior.beside.compared.finding is other


def test_keys_menus_and_buttons_of_the_images_act_here(
    beside: PriorWindow, window: MainWindow, qtbot
) -> None:
    session = window.session
    beside.activateWindow()
    qtbot.waitUntil(beside.isActiveWindow)
    assert beside.focusWidget() is beside.study_side
    QTest.keyClick(beside.study_side, Qt.Key.Key_F8)
    assert session.state.active is Modality.T2
    for key, tool in ((Qt.Key.Key_Q, Tool.CURSOR), (Qt.Key.Key_R, Tool.RULER)):
        QTest.keyClick(beside.study_side, key)
        assert session.state.tool is tool
    # One truth: what is chosen is lit, and chosen again it stays.
    buttons = {one.text(): one for one in beside.findChildren(QPushButton)}
    assert not buttons["Cursor"].isChecked() and not buttons["Window"].isChecked()
    for _ in range(2):
        buttons["Cursor"].click()
        assert session.state.tool is Tool.CURSOR and buttons["Cursor"].isChecked()
    # After a click on a lesion the keys act on the images again.
    QTest.mouseClick(buttons["Lesion 1"], Qt.MouseButton.LeftButton)
    assert beside.focusWidget() is beside.study_side
    before = beside.study_side.index
    QTest.keyClick(beside.focusWidget(), Qt.Key.Key_Up)
    assert beside.study_side.index == before + 1
    QTest.keyClick(beside.study_side, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert beside.prior_side.camera.zoom > 1 and window.grid.shown[0].camera.zoom == 1
    QTest.keyClick(beside.study_side, Qt.Key.Key_F)
    assert beside.prior_side.camera.zoom == 1
    QTest.keyClick(beside.study_side, Qt.Key.Key_F11)
    assert beside.change.isHidden() and not window.parts.appearance.only_images
    opened: list[str] = []
    made = beside._menu
    assert made is not None
    beside._menu = lambda name: (opened.append(name), made(name))[1]
    for side, deletes in ((beside.study_side, True), (beside.prior_side, False)):
        click(side, middle(side), RIGHT)
        menu = made(opened[-1])
        entries = [action.text().replace("&", "") for action in menu.actions()]
        assert ("Delete annotation" in entries) is deletes and "Tumour slice" in entries[0]
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        menu.close()
    assert opened == ["study side", "prior side"]


def test_the_window_fits_its_screen_and_the_panel_the_window(beside: PriorWindow) -> None:
    beside.resize(1024, 700)
    assert beside.change.width() < 0.4 * beside.width()
    beside.resize(1500, 700)
    assert beside.change.width() == 490
    open_with(beside, 9000, 9000)
    room = beside.screen().availableGeometry()
    assert beside.width() < room.width() and beside.height() < room.height()


def test_progress_of_a_comparison_never_runs_back(
    window: MainWindow, compared: Comparison, reading: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    show_study(session, current(), compared.finding)
    told: list[tuple[float, str]] = []

    def tell(key: str, fraction: float | None, text: str) -> None:
        if fraction is not None:
            told.append((fraction, text))

    def lying(study: Study, report: Report) -> Study:
        for fraction in (0.0, 0.5, 1.0):
            report(fraction, "Bringing the sequences over each other")
        return study

    def searched(study: Study, *_: object, report: Report, **__: object) -> TumourFinding:
        for fraction in (0.0, 0.6, 1.0):
            report(fraction, "Looking for the tumour")
        return find(study, None)

    monkeypatch.setattr(session.jobs, "_progress", tell)
    monkeypatch.setattr("brainviewer.app.prior.prior.over_each_other", lying)
    monkeypatch.setattr("brainviewer.app.prior.others.over_each_other", lying)
    monkeypatch.setattr("brainviewer.models.segmentation.detection.find_tumour", searched)
    session.state.opened_from = (Path("/list/A/2024-06-01"),)
    session.studies.rows = [
        StudyRow(listed_nifti(Path(f"/list/A/{day}")))
        for day in ("2024-06-01", "2023-09-01", "2022-09-01")
    ]
    session.prior.compare([Path("/list/A/2024-03-01")])
    first = next(n for n, one in enumerate(told) if one == (0.0, "") and n)
    for run in (told[:first], told[first:]):
        fractions = [round(fraction, 9) for fraction, _ in run]
        assert len(run) > 6 and fractions == sorted(fractions)
    assert told[first - 1][1] == "Bringing the prior onto the grid of the study"
