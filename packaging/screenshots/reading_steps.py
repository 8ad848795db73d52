"""A reading up to the report, step by step, by mouse and keys; each says what must hold after it.

All raise AssertionError where something is not as a user would expect.
"""

from pathlib import Path

import numpy as np
from hands import CTRL, SHIFT, Hands
from PySide6.QtCore import QPoint, QPointF, Qt

from brainviewer.app.correction.measuring import MEASURE
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.measurements import Diameters
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.gui.dialogs.target_table import TargetPage
from brainviewer.gui.measurements.row import MeasurementRow
from brainviewer.gui.notices import NoticeBar
from brainviewer.gui.panels.result.feedback_row import FeedbackRow
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.prior.window import PriorWindow

Key = Qt.Key
_TABLE_HEIGHT = 450


def open_study(hands: Hands, study: Path) -> None:
    """By the dialog for folders; the lesion is found, and the study classified."""
    hands.take("reading-empty")
    hands.name_in_dialog(study, lambda: hands.press(Key.Key_O, CTRL))
    state = hands.session.state
    hands.wait(lambda: state.study is not None and state.arriving is None)
    hands.wait(lambda: state.classification_status in (Status.DONE, Status.FAILED))
    hands.wait(lambda: not state.progress)
    hands.settle()
    assert state.finding is not None and state.finding.found, "no lesion was found"
    assert state.classification is not None, state.classification_message
    hands.take_screen("reading-opened")
    hands.dismiss()


def hang_and_window(hands: Hands) -> None:
    """Six panes, another sequence in one, another window; from slice to slice and back."""
    state, grid = hands.session.state, hands.window.grid
    hands.press(Key.Key_4, CTRL)
    assert len(grid.shown) == 6, len(grid.shown)
    before = grid.shown[0].modality
    there = [one for one in SEQUENCES if one in state.study.volumes]
    other = next(one for one in reversed(there) if one is not before)
    hands.drag_sequence(other, grid.shown[0])
    assert grid.shown[0].modality is other, "the sequence did not come onto the pane"
    hands.choose_by_right_button(grid.shown[0], "Show in this pane", str(before))
    assert grid.shown[0].modality is before
    index = state.slice_index(Plane.AXIAL)
    hands.wheel(grid.shown[0], 3)
    assert state.slice_index(Plane.AXIAL) != index, "the wheel did not scroll"
    hands.press(Key.Key_T)
    assert state.on_tumour_slice
    hands.rest()
    windows = dict(state.windows)
    middle = grid.shown[0].rect().center()
    hands.stroke(grid.shown[0], middle, middle + QPoint(-20, 10))
    assert dict(state.windows) != windows, "no window was changed"
    hands.settle()
    hands.take_screen("reading-hung")


def find(hands: Hands) -> None:
    """Look for the lesion again, from the menu."""
    state = hands.session.state
    found = state.finding
    hands.choose("Tumour", "Find the lesion")
    hands.wait(lambda: state.finding is not found and state.finding_status is Status.DONE)
    hands.wait(lambda: not state.progress)
    assert state.finding.measurements.volume_ml == found.measurements.volume_ml
    hands.settle()
    hands.take_screen("reading-found")
    hands.dismiss()


def correct(hands: Hands) -> None:
    """Paint at the border on the FLAIR, erase a little, take that back."""
    state = hands.session.state
    hands.press(Key.Key_1, CTRL)
    hands.press(Key.Key_T)
    hands.press(Key.Key_B, CTRL)
    assert state.tool is Tool.PAINT
    pane = hands.pane(first_of(hands, Modality.FLAIR))
    width = state.editing.diameter_mm
    hands.wheel(pane, -2)
    assert state.editing.diameter_mm != width, "the wheel did not change the brush"
    found = state.finding.measurements.volume_ml
    ends = [_on(pane, one) for one in lesion(hands).longest_ends]
    along = QPointF(ends[1] - ends[0])
    across = QPointF(-along.y(), along.x()) / 9
    hands.stroke(pane, (ends[1] - across).toPoint(), (ends[1] + across).toPoint())
    painted = _new_volume(hands, found)
    assert painted > found, "nothing was painted"
    assert state.finding.correction is not None
    assert state.classification_status is Status.STALE, state.classification_status
    hands.stroke(pane, ends[0].toPoint(), (ends[0] + across).toPoint(), held=SHIFT)
    erased = _new_volume(hands, painted)
    assert erased < painted, "nothing was erased"
    hands.press(Key.Key_Z, CTRL)
    assert _new_volume(hands, erased) == painted, "it was not taken back"
    hands.settle()
    hands.take_screen("reading-corrected")
    hands.press(Key.Key_W)
    assert state.tool is Tool.WINDOW


def measure(hands: Hands) -> None:
    """The longest diameter by hand on the T1ce, where the list of measurements leads."""
    state = hands.session.state
    rows = hands.window.findChildren(MeasurementRow)
    there = {row.accessibleName().partition(":")[0]: row for row in rows if row.isEnabled()}
    enhancing = there.get("Diameters T1ce")
    hands.click(enhancing or there["Diameters FLAIR"])
    made = state.finding.measurements
    seen = made.enhancing if enhancing else made.lesion
    assert state.overlays.diameters and state.slice_index(Plane.AXIAL) == seen.index
    pane = hands.pane(first_of(hands, Modality.T1CE))
    hands.click(pane)
    hands.press(Key.Key_3, CTRL)
    hands.rest()
    (pane,) = hands.window.grid.shown
    hands.press(Key.Key_D, SHIFT)
    hands.stroke(pane, *(_on(pane, one).toPoint() for one in seen.longest_ends))
    (drawn,) = state.annotations
    assert drawn.kind is Kind.BIDIRECTIONAL
    assert abs(drawn.length - seen.longest_mm) < 2, (drawn.length, seen.longest_mm)
    part = "enhancing part" if enhancing else "lesion"
    hands.choose("Edit", f"Longest diameters of the {part}")
    hands.wait(lambda: state.annotations != (drawn,))
    (fitted,) = state.annotations
    sizes = [value for _, value in fitted.measures][:2]
    assert np.allclose(sizes, (seen.longest_mm, seen.perpendicular_mm), atol=0.5), sizes
    hands.press(Key.Key_W)
    hands.press(Key.Key_D)
    assert not state.overlays.diameters
    hands.rest()
    hands.take_screen("reading-measured")
    hands.press(Key.Key_M, SHIFT)
    targets = hands.session.targets
    hands.wait(lambda: bool(targets.tables) and len(targets.tables[0].targets) == 1)
    assert all(table.current_mm2 for table in targets.tables), targets.tables
    hands.rest(1.0)
    hands.take_screen("reading-measured-table")
    hands.leave(hands.window.findChild(TargetPage))


def compare(hands: Hands, prior: Path) -> None:
    """With the prior; the table of RANO has both."""
    hands.name_in_dialog(prior, lambda: hands.press(Key.Key_L, CTRL | SHIFT))
    hands.wait(lambda: hands.session.prior.beside is not None)
    hands.wait(lambda: not hands.session.state.progress)
    hands.rest()
    hands.click_button(hands.window.findChild(NoticeBar), "Show")
    beside = hands.window.parts.prior.window
    assert isinstance(beside, PriorWindow) and beside.isVisible()
    hands.rest()
    hands.take("reading-compared", beside)
    hands.leave(beside)
    hands.dismiss()
    hands.press(Key.Key_M, SHIFT)
    targets = hands.session.targets
    hands.wait(lambda: bool(targets.tables) and targets.tables[1].with_prior)
    assert targets.tables[1].targets, "no lesion to compare"
    page = hands.window.findChild(TargetPage)
    page.resize(page.width(), _TABLE_HEIGHT)  # as a user would, by its frame
    hands.rest(1.0)
    hands.take("reading-targets", page)
    hands.leave(page)


def classify(hands: Hands) -> None:
    """Again, from the corrected lesion; agree with the answer."""
    state = hands.session.state
    assert state.classification_status is Status.STALE
    hands.press(Key.Key_1, CTRL)
    hands.press(Key.Key_C)
    hands.wait(lambda: state.classification_status is Status.DONE)
    hands.wait(lambda: not state.progress)
    row = hands.window.findChild(FeedbackRow)
    if state.classification.in_scope:
        hands.click(row._agree)
        assert state.feedback is not None and state.feedback.opinion == "agree"
    hands.settle()
    hands.take_screen("reading-classified")


def mark_key_image(hands: Hands) -> None:
    """A star on the slice that is shown."""
    state = hands.session.state
    before = len(state.annotations)
    hands.press(Key.Key_I, SHIFT)
    pane = hands.pane(first_of(hands, Modality.T1CE))
    hands.click(pane, QPoint(pane.width() // 3, pane.height() // 3))
    assert len(state.annotations) == before + 1
    assert state.annotations[-1].kind is Kind.KEY_IMAGE
    hands.press(Key.Key_W)
    hands.rest(1.0)
    hands.take_screen("reading-key-image")


def first_of(hands: Hands, wanted: Modality) -> Modality:
    """A sequence of the study, or the first where it lacks that."""
    there = hands.session.state.study.volumes
    return wanted if wanted in there else next(iter(there))


def lesion(hands: Hands) -> Diameters:
    """The diameters that the eye sees on the tumour slice."""
    made = hands.session.state.finding.measurements
    assert made.lesion is not None
    return made.lesion


def _new_volume(hands: Hands, before: float) -> float:
    """The volume in mL once it follows what was edited."""
    state = hands.session.state
    hands.wait(lambda: state.finding.measurements.volume_ml != before)
    hands.wait(lambda: not hands.session.jobs.running(MEASURE))
    return state.finding.measurements.volume_ml


def _on(pane: SlicePane, place_mm: tuple[float, float, float]) -> QPointF:
    (at,) = pane.geometry_mm.to_pixels([place_mm])
    return at
