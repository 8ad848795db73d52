"""The panels left and right: what they say in every state, and what they ask of the session."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from brainviewer.app.head_motion import HeadMotion
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.tumour import Candidate
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.annotations import AnnotationList
from brainviewer.gui.panels.display import DisplayPanel
from brainviewer.gui.panels.folding import SectionHeader
from brainviewer.gui.panels.result.result import ResultPanel
from brainviewer.gui.panels.sequences import SequenceList, fitting_lines
from brainviewer.gui.panels.study import StudyPanel
from brainviewer.gui.theme import apply_theme
from tests.gui.conftest import show_study
from tests.gui.eyes import button, texts
from tests.phantoms import marker_finding, marker_study, oblique_grid, with_parts
from tests.unit.app.desk import a_result, nothing_found


def named(widget: QWidget, kind: type[QWidget], name: str) -> QWidget:
    return next(w for w in widget.findChildren(kind) if w.accessibleName() == name)


@pytest.fixture
def asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What was asked of the slow verbs."""
    calls: list[tuple[object, ...]] = []
    for part, verb, name in (
        (session.segmentation, "find", "find_tumour"),
        (session.classification, "run", "classify"),
        (session.jobs, "cancel", "cancel"),
    ):
        monkeypatch.setattr(part, verb, lambda *given, v=name: calls.append((v, *given)))
    return calls


# -- result -------------------------------------------------------------------------------------


def test_the_card_always_warns(card: ResultPanel) -> None:
    assert "Research use only, not for diagnosis" in texts(card)


def test_the_card_without_a_study(card: ResultPanel) -> None:
    assert "No study" in texts(card)
    assert not button(card, "Classify").isEnabled()
    assert not button(card, "This slice").isEnabled()


def test_the_card_before_it_was_run(card: ResultPanel, shown: Session, asked: list) -> None:
    assert "Not run" in texts(card)
    button(card, "Classify").click()
    button(card, "This slice").click()
    slice_index = shown.state.slice_index(Plane.AXIAL)
    assert asked == [("classify",), ("classify", slice_index)]


def test_the_card_while_it_runs(card: ResultPanel, shown: Session, asked: list) -> None:
    shown.state.show_classification(None, Status.RUNNING)
    assert "running" in texts(card)
    assert not button(card, "Classify").isVisibleTo(card)
    button(card, "Cancel").click()
    assert asked == [("cancel", "classify")]


def test_the_card_with_a_result(card: ResultPanel, shown: Session) -> None:
    shown.state.show_classification(a_result(shown.state.study), Status.DONE)
    said = texts(card)
    for part in (
        "Glioblastoma, IDH-wildtype",
        "done",
        "slice 21",
        "T1ce",
        "Toy 1",
        "ONNX on CPU",
        "0.02\u00a0s",
        "balanced accuracy 0.61",
        "0.70",
        "0.20",
        "0.10",
        "age\u00a0not\u00a0given",
        "not calibrated",
        "Only gliomas are in scope",
    ):
        assert part in said, part
    assert not button(card, "Cancel").isVisibleTo(card)
    wanted: list[str] = []
    card.card_wanted.connect(wanted.append)
    next(w for w in card.findChildren(QLabel) if "href" in w.text()).linkActivated.emit("toy")
    assert wanted == ["toy"]


def test_the_card_never_shows_a_probability_as_a_certainty(
    card: ResultPanel, shown: Session
) -> None:
    sure = a_result(shown.state.study, classes={"A": 0.0004, "O": 0.0, "G": 0.9996})
    shown.state.show_classification(sure, Status.DONE)
    assert "1.00" not in texts(card)
    assert "0.00" not in texts(card)
    assert "> 0.99" in texts(card)
    assert "< 0.01" in texts(card)


def test_the_card_says_why_a_result_is_stale(card: ResultPanel, shown: Session) -> None:
    result = a_result(shown.state.study, notices=("Slice 3 of T1 is empty.",))
    shown.state.show_classification(result, Status.DONE)
    shown.classification.mark_stale("The tumour was looked for again.")
    assert "stale" in texts(card)
    assert "The tumour was looked for again." in texts(card)
    assert "Slice 3 of T1 is empty." in texts(card)
    assert "Glioblastoma" in texts(card)


def test_the_card_says_why_a_run_failed(card: ResultPanel, shown: Session) -> None:
    shown.state.show_classification(None, Status.FAILED, "The engine stopped. Classify again.")
    assert "No answer" in texts(card)
    assert "failed" in texts(card)
    assert "The engine stopped. Classify again." in texts(card)
    assert button(card, "Classify").isEnabled()


def test_the_card_without_a_lesion_still_takes_a_slice_by_hand(
    card: ResultPanel, session: Session, asked: list
) -> None:
    show_study(session, marker_study(), nothing_found())
    assert "No lesion found" in texts(card)
    assert not button(card, "Classify").isEnabled()
    asked.clear()  # a study that is shown cancels what ran for the one before
    button(card, "This slice").click()
    assert asked == [("classify", session.state.slice_index(Plane.AXIAL))]


def test_the_card_forgets_the_result_with_its_study(card: ResultPanel, shown: Session) -> None:
    shown.state.show_classification(a_result(shown.state.study), Status.DONE)
    show_study(shown, marker_study(modalities=(Modality.T1,)))
    assert "Glioblastoma" not in texts(card)
    assert "ONNX" not in texts(card)


@pytest.mark.parametrize(
    ("typed", "years"),
    [("61", 61.0), (" 7,5 ", 7.5), ("0", 0.0), ("120", 120.0), ("", None)],
)
def test_an_age_is_taken(card: ResultPanel, shown: Session, typed: str, years: object) -> None:
    shown.classification.set_age(33)
    age = card.findChild(QLineEdit)
    age.setText(typed)
    age.editingFinished.emit()
    assert shown.state.age_years == years


@pytest.mark.parametrize(
    ("typed", "shown_as"), [(" 7,5 ", "7.5"), ("061", "61"), ("45.50", "45.5")]
)
def test_an_age_stands_there_as_it_was_understood(
    card: ResultPanel, shown: Session, typed: str, shown_as: str
) -> None:
    age = card.findChild(QLineEdit)
    age.setText(typed)
    age.editingFinished.emit()
    assert age.text() == shown_as


def test_an_age_that_is_half_entered_is_of_the_study_that_is_still_shown(
    qtbot: QtBot, card: ResultPanel, shown: Session
) -> None:
    before = shown.state.study
    qtbot.keyClicks(card.findChild(QLineEdit), "47")
    show_study(shown, replace(before, content_hash="9" * 64))
    assert (shown.state.age_years, card.findChild(QLineEdit).text()) == (None, "")
    show_study(shown, before)
    assert shown.state.age_years == 47


def test_an_age_needs_a_study(card: ResultPanel, session: Session) -> None:
    assert not card.findChild(QLineEdit).isEnabled()


WRONG_AGES = ["-1", "121", "old", "nan", "inf", "1e9", "6 1", "4_5", "1e1", "-0", "+5", "٤٥"]


@pytest.mark.parametrize("typed", WRONG_AGES)
def test_a_wrong_age_is_refused_with_advice(card: ResultPanel, shown: Session, typed: str) -> None:
    said: list[str] = []
    shown.state.noticed.connect(lambda notice: said.append(notice.text))
    age = card.findChild(QLineEdit)
    age.setText(typed)
    age.editingFinished.emit()
    assert shown.state.age_years is None
    assert age.text() == ""
    assert len(said) == 1
    assert "from 0 to 120" in said[0]


def test_the_age_belongs_to_the_study(card: ResultPanel, shown: Session) -> None:
    age = card.findChild(QLineEdit)
    age.setText("61")
    age.editingFinished.emit()
    study = shown.state.study
    show_study(shown, marker_study(oblique_grid()))
    assert age.text() == ""
    assert shown.state.age_years is None
    show_study(shown, study)
    assert age.text() == "61"
    assert shown.state.age_years == 61


@pytest.mark.parametrize("text", ["sixty", "-1", "121", "nan"])
def test_an_age_that_cannot_be_one_leaves_the_one_before(
    card: ResultPanel, shown: Session, text: str
) -> None:
    age = card.findChild(QLineEdit)
    for entered in ("61", text):
        age.setText(entered)
        age.editingFinished.emit()
    assert (age.text(), shown.state.age_years) == ("61", 61)


# -- study --------------------------------------------------------------------------------------


@pytest.fixture
def left(qtbot: QtBot, session: Session) -> StudyPanel:
    panel = StudyPanel(session)
    qtbot.addWidget(panel)
    panel.resize(236, 700)
    panel.show()
    return panel


def test_sequences_are_listed_and_missing_ones_said(left: StudyPanel, session: Session) -> None:
    show_study(session, marker_study(modalities=(Modality.FLAIR, Modality.T2)))
    rows = left.findChild(SequenceList)
    items = {rows.item(n).text(): rows.item(n) for n in range(rows.count())}
    assert list(items) == ["FLAIR", "T1", "T1ce", "T2"]
    usable = {name for name, item in items.items() if item.flags() & Qt.ItemFlag.ItemIsEnabled}
    assert usable == {"FLAIR", "T2"}
    assert "40×48×32" in items["FLAIR"].toolTip()
    rows.setCurrentItem(items["T2"])
    assert session.state.active is Modality.T2
    session.view.set_active(Modality.FLAIR)
    assert rows.currentItem().text() == "FLAIR"


def test_the_unit_of_a_spacing_is_never_cut_off(qapp: QApplication) -> None:
    font = QFont(qapp.font())
    font.setPixelSize(11)
    metrics = QFontMetrics(font)
    short, long = "240×240×155 · 1 mm", "256×224×26 · 0.9²×5.5 mm"
    room = metrics.horizontalAdvance(short)
    assert fitting_lines(short, room, metrics) == ("", short)
    assert fitting_lines(long, room, metrics) == ("0.9²×5.5 mm", "256×224×26")
    assert fitting_lines("missing", 1, metrics) == ("", "missing")


def test_the_tumour_is_told_in_numbers_with_units(left: StudyPanel, shown: Session) -> None:
    finding = shown.state.finding
    said = texts(left)
    assert f"{finding.index + 1} of {len(finding.area_mm2)}" in said
    assert f"{finding.area_mm2[finding.index]:.0f} mm²" in said
    assert "0.4 mL" in said
    assert "0.97" in said


def test_every_state_of_the_search_has_words(
    left: StudyPanel, shown: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(HeadMotion, "running", True)
        shown.state.show_finding(None, Status.RUNNING)
        assert "Aligning the sequences first…" in texts(left)
    shown.state.show_finding(None, Status.RUNNING)
    assert "Looking for the tumour…" in texts(left)
    shown.state.show_finding(None, Status.FAILED)
    assert "Could not look" in texts(left)
    shown.state.show_finding(nothing_found(), Status.DONE)
    assert "No lesion found." in texts(left)
    assert "mm²" not in texts(left)


def test_candidates_are_one_click_away(left: StudyPanel, shown: Session) -> None:
    finding = marker_finding(shown.state.study)
    x, y, z = (float(v) for v in shown.state.study.grid.centre)
    other = Candidate(10, (x + 5, y - 5, z - 4), 0.2, 0.4)
    shown.state.show_finding(replace(finding, candidates=(*finding.candidates, other)), Status.DONE)
    button(left, "2").click()
    assert tuple(shown.state.cursor) == pytest.approx(other.position_mm)
    button(left, "1").click()
    assert shown.state.on_tumour_slice


def test_the_method_and_its_threshold_are_chosen_here(
    left: StudyPanel, shown: Session, asked: list
) -> None:
    method, level = left.findChild(QComboBox), left.findChild(QDoubleSpinBox)
    assert not level.isVisibleTo(left)
    method.setCurrentIndex(method.findData("threshold"))
    method.activated.emit(method.currentIndex())
    assert level.isVisibleTo(left)
    level.setValue(300)
    assert asked == [("find_tumour", "threshold", 450.0), ("find_tumour", "threshold", 300.0)]
    assert level.text() == "300"
    level.setValue(0.25)  # of a study scaled to 0..1
    assert (level.text(), asked[-1]) == ("0.25", ("find_tumour", "threshold", 0.25))


def test_annotations_are_listed_with_their_measures_and_lead_to_their_place(
    left: StudyPanel, shown: Session
) -> None:
    x, y, z = shown.state.finding.position_mm
    annotation = Annotation(Kind.RULER, Plane.AXIAL, ((x, y, z), (x + 12.5, y, z)), Modality.T1)
    region = Annotation(
        Kind.ELLIPSE, Plane.AXIAL, ((x - 3, y - 3, z), (x + 3, y + 3, z)), Modality.FLAIR
    )
    rows = left.findChild(AnnotationList)
    assert not rows.isVisibleTo(left)
    shown.annotations.add(annotation)
    shown.annotations.add(region)
    assert rows.isVisibleTo(left)
    assert "12.5 mm" in rows.model().index(0).data()
    assert "mean 1000" in rows.model().index(1).data()
    shown.view.go_to_slice(Plane.AXIAL, 1)
    rows.clicked.emit(rows.model().index(0))
    assert shown.state.on_tumour_slice
    assert shown.state.selection == annotation.id
    shown.annotations.delete_all()
    assert not rows.isVisibleTo(left)


# -- display ------------------------------------------------------------------------------------


@pytest.fixture
def display(qtbot: QtBot, session: Session) -> DisplayPanel:
    panel = DisplayPanel(session)
    qtbot.addWidget(panel)
    panel.resize(236, 500)
    panel.show()
    return panel


def box(panel: QWidget, text: str) -> QCheckBox:
    return next(b for b in panel.findChildren(QCheckBox) if b.text() == text)


def test_level_and_width_follow_the_window_and_set_it(
    display: DisplayPanel, shown: Session
) -> None:
    level = named(display, QDoubleSpinBox, "Level")
    width = named(display, QDoubleSpinBox, "Width")
    shown.view.set_window(Modality.FLAIR, Window(120, 80))
    assert (level.value(), width.value()) == (120, 80)
    width.setValue(60)
    assert shown.state.windows[Modality.FLAIR] == Window(120, 60)
    width.setValue(0)
    assert shown.state.windows[Modality.FLAIR].width > 0
    shown.view.set_window(Modality.FLAIR, Window(0.5, 0.25))
    assert (level.value(), width.value()) == (0.5, 0.25)
    width.setValue(-3)
    assert shown.state.windows[Modality.FLAIR].width > 0


@pytest.mark.parametrize("unit", [1e-9, 1e-6, 1e-3, 1e3, 1e9])
def test_level_and_width_are_true_in_every_unit(
    display: DisplayPanel, shown: Session, unit: float
) -> None:
    """Entering one of them left the other as its field could show it: 0, or ten million."""
    level = named(display, QDoubleSpinBox, "Level")
    width = named(display, QDoubleSpinBox, "Width")
    there = Window(948.25 * unit, 926.5 * unit)
    shown.view.set_window(Modality.FLAIR, there)
    for field, value in ((level, there.level), (width, there.width)):
        assert field.value() == pytest.approx(value, rel=1e-2)
        assert float(field.text()) == field.value()
    level.setValue(500 * unit)
    assert shown.state.windows[Modality.FLAIR].width == there.width
    assert shown.state.windows[Modality.FLAIR].level == pytest.approx(500 * unit)


def test_showing_a_window_does_not_change_it(display: DisplayPanel, shown: Session) -> None:
    odd = Window(123.456, 789.123)
    shown.view.set_window(Modality.FLAIR, odd)
    shown.view.set_active(Modality.T1)
    shown.view.set_active(Modality.FLAIR)
    assert shown.state.windows[Modality.FLAIR] == odd


def test_the_controls_act_on_the_active_sequence(display: DisplayPanel, shown: Session) -> None:
    shown.view.set_active(Modality.T2)
    assert any("T2" in w.text() for w in display.findChildren(SectionHeader))
    before = dict(shown.state.windows)
    button(display, "Invert").click()
    assert shown.state.windows[Modality.T2].inverted
    colours = named(display, QComboBox, "Colours")
    colours.setCurrentIndex(2)
    colours.activated.emit(2)
    assert shown.state.colour_maps[Modality.T2] == "hot"
    preset = named(display, QComboBox, "Preset")
    assert "Fluid" in [preset.itemText(n) for n in range(preset.count())]
    preset.textActivated.emit("Fluid")
    assert shown.state.windows[Modality.T2] != before[Modality.T2]
    assert shown.state.windows[Modality.FLAIR] == before[Modality.FLAIR]


def test_overlays_are_switched_and_faded(display: DisplayPanel, shown: Session) -> None:
    for text, field in (
        ("Lesion contour", "lesion"),
        ("Segmentation", "segmentation"),
        ("Crosshair", "crosshair"),
    ):
        before = getattr(shown.state.overlays, field)
        box(display, text).click()
        assert getattr(shown.state.overlays, field) is not before, text
    named(display, QSlider, "Lesion contour opacity").setValue(40)
    assert shown.state.overlays.lesion_opacity == pytest.approx(0.4)
    shown.view.set_overlay(lesion_opacity=0.9)
    assert named(display, QSlider, "Lesion contour opacity").value() == 90
    assert not box(display, "Heatmap").isEnabled()


def test_without_a_study_nothing_can_be_set(display: DisplayPanel, qtbot: QtBot) -> None:
    assert not named(display, QDoubleSpinBox, "Level").isEnabled()
    assert not box(display, "Crosshair").isEnabled()


def test_keys_walk_through_the_sequences(left: StudyPanel, shown: Session) -> None:
    rows = left.findChild(SequenceList)
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert shown.state.active is Modality.T1
    assert isinstance(rows, QListWidget)


def test_the_left_panel_is_wide_enough_for_all_of_its_sections(
    window: MainWindow, study: Study, qapp: QApplication
) -> None:
    assert {h.text() for h in window.findChildren(SectionHeader) if not h.isChecked()} == {
        "FUSION",
        "PLANES AND SLAB",
    }
    apply_theme(qapp, "dark")  # the bars that scroll are narrower in it
    for head in window.findChildren(SectionHeader):
        head.setChecked(True)
    show_study(window.session, study, with_parts(marker_finding(study), study))
    qapp.processEvents()
    scroll = window._left.widget()
    assert isinstance(scroll, QScrollArea)
    assert scroll.verticalScrollBar().isVisible()
    assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()
