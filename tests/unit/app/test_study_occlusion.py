"""What if a part of the lesion, a sequence or the age were another: tests of a study's answer."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject, request_figure
from brainviewer.app.exporting.series_figures import series_of_view
from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.app.exporting.slice_series import SeriesRequest, SeriesSubject
from brainviewer.app.facts import Fact
from brainviewer.app.prediction.left_out import AS_IT_IS, NO_AGE, UNKNOWN_AGE
from brainviewer.app.prediction.occlusion_edit import Fill
from brainviewer.app.prediction.study_occlusion import Basis, StudyOcclusion
from brainviewer.app.prediction.study_what_if import HIDDEN, NOTHING_LEFT, hide
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.reporting.gathering import report_sources
from brainviewer.app.saved_session.snapshot import saved_results
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError, ModelError
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.painting.text.wording import HIDDEN_PART
from tests.phantoms import MARKER_VALUE, marker_finding, marker_mask, marker_study
from tests.unit.app.desk import Desk, Verbs
from tests.unit.app.study_tests import CARD, NO_T1, ToyTyping, toy_answer


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> ToyTyping:
    Verbs(monkeypatch)
    return ToyTyping(monkeypatch)


@pytest.fixture
def tested(desk: Desk, typing: ToyTyping, tmp_path: Path) -> Desk:
    """A study is open, searched and classified, and a test of it begun."""
    desk.session.settings.model = CARD
    desk.session.documents.open([tmp_path])
    desk.until(lambda: desk.state.classification_status is Status.DONE)
    desk.settle()
    desk.session.occlusion.start()
    typing.asked.clear()
    typing.findings.clear()
    return desk


def half(desk: Desk) -> np.ndarray:
    """Half of the lesion."""
    mask = desk.state.finding.mask.copy()
    mask[int(np.argwhere(mask)[:, 0].mean()) + 1 :] = False
    return mask


def basis(**changes: Any) -> Basis:
    study = marker_study()
    return Basis(study, marker_finding(study), toy_answer(study), **changes)


# -- the region -----------------------------------------------------------------------------


@pytest.mark.parametrize("plane", Plane)
def test_a_stroke_goes_as_deep_as_the_lesion_or_stays_on_its_slice(plane: Plane) -> None:
    test = StudyOcclusion.of(basis())
    mask = test.basis.finding.mask
    view = SliceView.of(test.original.grid, plane)
    others = tuple(n for n in range(3) if n != view.axis)
    (slices,) = np.nonzero(mask.any(axis=others))
    index = int(slices[1])
    covered = np.zeros(view.shape, bool)
    covered[5:9, 11:20] = True
    deep = test.drawn(view, index, covered)
    for n in range(view.count):
        expected = covered if slices[0] <= n <= slices[-1] else np.zeros_like(covered)
        np.testing.assert_array_equal(view.cut(deep, n), expected)
    flat = replace(test, through_lesion=False).drawn(view, index, covered)
    np.testing.assert_array_equal(flat, deep & (np.indices(deep.shape)[view.axis] == index))
    # One slice beyond the lesion is hidden with all that lies between.
    beyond = test.drawn(view, 0, covered)
    assert view.cut(beyond, 0).any()
    # Taken away again by a stroke that erases, where it went through.
    kept = test.with_edits(test.edits.painted(deep))
    rest = covered.copy()
    rest[5:7] = False
    np.testing.assert_array_equal(view.cut(kept.drawn(view, index, rest), int(slices[-1])), rest)


def test_what_is_hidden_is_filled_in_every_sequence_and_told() -> None:
    study, finding = marker_study(), marker_finding(marker_study())
    finding = replace(finding, brain=study.volumes[Modality.FLAIR].data > 0)
    mask = marker_mask(study.grid)
    region = np.zeros_like(mask)
    region[: study.grid.shape[0] // 2] = True
    region &= finding.brain
    part = hide(study, finding, region, Fill.SURROUNDINGS)
    assert part.study.edited
    assert part.study.content_hash == study.content_hash
    for modality, volume in part.study.volumes.items():
        before = study.volumes[modality].data
        assert volume.data[region & mask].max(initial=0) < MARKER_VALUE
        np.testing.assert_array_equal(volume.data[~region], before[~region])
    voxels = study.grid.voxel_volume / 1000
    assert part.hidden_ml == pytest.approx(region.sum() * voxels)
    assert part.lesion_hidden_ml == pytest.approx((region & mask).sum() * voxels)
    apart = replace(study.volumes[Modality.T2], unplaced=True)
    study = replace(study, volumes={**study.volumes, Modality.T2: apart})
    part = hide(study, finding, mask, Fill.FLAT)
    assert part.study.volumes[Modality.T2] is apart
    assert part.lesion_hidden_ml == part.lesion_ml == pytest.approx(mask.sum() * voxels)
    assert "(100\u00a0%)" in part.sentence
    elsewhere = np.zeros_like(mask)
    elsewhere[0, 0, 0] = True
    assert hide(study, finding, elsewhere, Fill.FLAT).sentence.endswith("outside of the lesion.")
    for wrong in (np.zeros_like(mask), np.ones_like(mask)):
        with pytest.raises(BrainViewerError):
            hide(study, finding, wrong, Fill.FLAT)


# -- the answer for it ----------------------------------------------------------------------


def test_hiding_half_of_the_lesion_changes_the_answer_and_nothing_else(
    tested: Desk, typing: ToyTyping
) -> None:
    session, state = tested.session, tested.state
    study, finding, before = state.study, state.finding, state.classification
    assert state.tool is Tool.BRUSH
    assert Fact.ANNOTATABLE not in state.facts
    session.occlusion.paint(half(tested))
    tested.settle()
    test = state.occlusion
    assert (test.status, test.after.predicted) == (Status.DONE, "A")
    assert test.comparison.sentence.startswith("Glioblastoma, IDH-wildtype (80\u00a0%) became")
    assert {change.code for change in test.comparison.changes} == {"A", "O", "G"}
    assert HIDDEN in test.after.reason
    assert test.after.abstained
    assert state.shown_result is test.after
    # What was asked is the study with it hidden, with what is left of its finding.
    assert not (typing.findings[0].mask & half(tested)).any()
    # The study itself, its finding and its answer are as they were; panes show the test.
    assert (state.study, state.finding, state.classification) == (study, finding, before)
    assert not state.study.edited
    seen = state.seen(Modality.FLAIR)
    assert seen.study.edited
    assert seen.study is state.shown_study
    assert seen.finding is test.part.finding
    session.occlusion.undo()
    assert state.shown_result is before
    assert state.seen(Modality.FLAIR).study is study
    session.occlusion.redo()
    session.occlusion.fill_with(Fill.MIRRORED)
    tested.settle()
    assert len(state.occlusion.edits.steps) == 3
    session.occlusion.reset()
    assert not state.occlusion.edits.edited
    session.occlusion.stop()
    assert state.occlusion is None
    assert state.tool is Tool.WINDOW
    assert (state.study, state.finding, state.classification) == (study, finding, before)


def test_hiding_it_all_leaves_nothing_to_type(tested: Desk, typing: ToyTyping) -> None:
    tested.session.occlusion.paint(tested.state.finding.mask)
    tested.settle()
    test = tested.state.occlusion
    assert (test.status, test.after, test.comparison.changes) == (Status.DONE, None, ())
    assert test.comparison.sentence == NOTHING_LEFT
    assert typing.asked == []


def test_a_refused_study_says_so_beside_its_test(
    desk: Desk, typing: ToyTyping, tmp_path: Path
) -> None:
    session, state = desk.session, desk.state
    session.documents.open([tmp_path])
    desk.until(lambda: state.classification_status is Status.DONE)
    refused = toy_answer(state.study, in_scope=False, reason=NO_T1, classes={}, predicted="")
    state.show_classification(refused, Status.DONE)
    session.occlusion.start()
    session.occlusion.paint(half(desk))
    desk.settle()
    said = state.occlusion.comparison.sentence
    assert said.startswith(f"The study was out of scope. {NO_T1} Edited, it is answered: Astro")
    assert f"Before, it was refused: {NO_T1}" in state.occlusion.after.reason


def test_without_an_answer_there_is_nothing_to_test(desk: Desk, typing: ToyTyping) -> None:
    desk.session.settings.classify_on_opening = False
    desk.session.documents.open([Path("somewhere")])
    desk.settle()
    assert desk.state.study is not None
    assert Fact.OCCLUSION_POSSIBLE not in desk.state.facts
    desk.session.occlusion.start()
    assert desk.state.occlusion is None


def test_a_stale_answer_is_waited_for_and_the_test_follows_the_new_one(
    tested: Desk, typing: ToyTyping
) -> None:
    session, state = tested.session, tested.state
    session.occlusion.paint(half(tested))
    tested.settle()
    corrected = replace(state.finding, mask=state.finding.mask.copy())
    state.show_finding(corrected, Status.DONE)
    assert state.classification_status is Status.STALE
    test = state.occlusion
    assert (test.status, test.comparison) == (Status.STALE, None)
    assert "Classify again" in test.message
    session.leaving_out.run()
    assert test.rows.rows == ()
    asked = len(typing.asked)
    session.occlusion.fill_with(Fill.FLAT)  # shown, and not compared with what is stale
    tested.settle()
    assert (state.occlusion.status, state.occlusion.made) == (Status.STALE, True)
    assert len(typing.asked) == asked
    session.classification.run()
    tested.settle()
    assert state.occlusion.status is Status.DONE
    assert state.occlusion.basis.finding is corrected
    assert state.occlusion.before is state.classification
    assert state.occlusion.edits.edited
    # The age is part of what the answer rests on, too.
    session.classification.set_age(40)
    tested.settle()
    assert state.occlusion.basis.age_years == 40
    assert typing.asked[-1][1] == 40
    assert state.occlusion.status is Status.DONE


def test_the_slice_that_was_asked_for_is_asked_for_again(tested: Desk, typing: ToyTyping) -> None:
    tested.session.classification.run(7)
    tested.settle()
    tested.session.occlusion.paint(half(tested))
    tested.settle()
    assert typing.asked[-1][2] == 7


def test_it_can_be_stopped_and_a_failure_is_told(tested: Desk, typing: ToyTyping) -> None:
    session, state = tested.session, tested.state
    gate = threading.Event()
    typing.hook = lambda: gate.wait(20)
    session.occlusion.paint(half(tested))
    tested.until(lambda: typing.asked)
    session.occlusion.cancel()
    assert (state.occlusion.status, state.occlusion.after) == (Status.NOT_RUN, None)
    gate.set()

    def fail() -> None:
        raise ModelError("The engine is gone.", "Restart it.")

    typing.hook = fail
    session.occlusion.fill_with(Fill.FLAT)
    tested.settle()
    assert state.occlusion.status is Status.FAILED
    assert state.occlusion.message == "The engine is gone. Restart it."
    assert state.occlusion.part is not None


def test_stopped_before_it_is_filled_nothing_is_shown_as_hidden(
    tested: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, state = tested.session, tested.state
    gate, begun = threading.Event(), threading.Event()

    def slow(*_: Any) -> None:
        begun.set()
        gate.wait(20)

    monkeypatch.setattr("brainviewer.app.prediction.study_occlusion.hide", slow)
    session.occlusion.paint(half(tested))
    tested.until(begun.is_set)
    session.occlusion.cancel()
    gate.set()
    assert state.occlusion.part is None
    assert state.seen(Modality.FLAIR).study is state.study


def test_a_new_engine_is_asked_what_the_one_before_was(tested: Desk, typing: ToyTyping) -> None:
    gate = threading.Event()
    typing.hook = lambda: gate.wait(20)
    tested.session.occlusion.paint(half(tested))
    tested.until(lambda: len(typing.asked) == 1)
    tested.state.engine_replaced.emit()
    gate.set()
    tested.settle()
    assert len(typing.asked) == 2
    assert tested.state.occlusion.status is Status.DONE


def test_another_study_ends_it(tested: Desk, tmp_path: Path) -> None:
    tested.session.occlusion.paint(half(tested))
    tested.session.leaving_out.run()
    tested.session.documents.open([tmp_path / "other"])
    tested.until(lambda: tested.state.occlusion is None)
    tested.settle()
    assert not tested.state.study.edited
    assert tested.state.tool is not Tool.BRUSH


# -- what goes out --------------------------------------------------------------------------


def test_the_view_says_that_it_is_a_test_and_nothing_else_holds_it(
    tested: Desk, tmp_path: Path
) -> None:
    session, state = tested.session, tested.state
    before = state.classification
    session.occlusion.paint(half(tested))
    tested.settle()
    figure = request_figure(state, ExportRequest())
    record = provenance_record(figure, 2)
    assert record["study"]["edited"] is True
    assert record["classification"]["predicted"] == "A"
    assert figure.result_note.startswith(HIDDEN_PART)
    assert all(pane.painted_over is not None for pane in figure.panes)
    for subject in (ExportSubject.TUMOUR_SLICE, ExportSubject.VOLUME):
        other = request_figure(
            state, ExportRequest(subject=subject), volume_image=np.zeros((9, 9, 3), np.uint8)
        )
        assert other.study is state.study
        assert other.classification is before
        assert other.result_note == ""
    with pytest.raises(BrainViewerError, match="hidden for a test"):
        series_of_view(state, SeriesRequest(SeriesSubject.SLICES, tmp_path))
    sources = report_sources(state)
    assert sources.study is state.study
    assert sources.result is before
    assert saved_results(state, None).classification is before
    session.occlusion.stop()
    assert not provenance_record(request_figure(state, ExportRequest()), 2)["study"]["edited"]


def test_a_sequence_that_lies_elsewhere_is_shown_as_it_is(tested: Desk) -> None:
    state = tested.state
    apart = replace(state.study.volumes[Modality.T2], unplaced=True)
    study = replace(state.study, volumes={**state.study.volumes, Modality.T2: apart})
    tested.session.occlusion.stop()
    state.study = study
    tested.session.occlusion.start()
    tested.session.occlusion.paint(half(tested))
    tested.settle()
    assert state.seen(Modality.T2).study is study
    assert scene_of(state, study, Modality.T2, Plane.AXIAL).painted_over is None
    assert scene_of(state, study, Modality.T1, Plane.AXIAL).painted_over is not None


# -- sequences and age ----------------------------------------------------------------------


def test_each_sequence_is_left_out_in_turn(tested: Desk, typing: ToyTyping) -> None:
    state = tested.state
    tested.session.leaving_out.run()
    assert state.occlusion.rows.status is Status.RUNNING
    tested.settle()
    rows = {row.name: row for row in state.occlusion.rows.rows}
    assert list(rows) == [AS_IT_IS, "without FLAIR", "without T1", "without T1ce", "without T2"]
    assert rows[AS_IT_IS].classes == state.classification.classes
    assert rows["without FLAIR"].why == "This model gives no answer without FLAIR."
    assert rows["without T1"].why == NO_T1
    assert rows["without T1ce"].classes["G"] == pytest.approx(0.7)
    assert rows["without T2"].why == "This model does not look at T2."
    assert [asked[0] for asked in typing.asked] == ["FLAIR+T1ce+T2", "FLAIR+T1+T2"]
    assert typing.findings[1].parts is None
    assert state.occlusion.rows.status is Status.DONE


def test_other_ages_are_tried_and_kept_nowhere(tested: Desk, typing: ToyTyping) -> None:
    session, state = tested.session, tested.state
    session.leaving_out.run()
    tested.settle()
    asked = len(typing.asked)
    session.leaving_out.try_age(30)
    tested.settle()
    assert len(typing.asked) == asked + 1  # what is known already is not asked again
    row = state.occlusion.rows.rows[-1]
    assert (row.name, row.predicted) == ("age 30", "G")
    assert row.classes["G"] == pytest.approx(0.5)
    assert state.age_years is None
    for years in (70, 20, 50, 10):
        session.leaving_out.try_age(years)
        tested.settle()
    ages = [one.name for one in state.occlusion.rows.rows if one.name.startswith("age")]
    assert ages == ["age 10", "age 20", "age 50", "age 70"]
    with pytest.raises(BrainViewerError):
        session.leaving_out.try_age(900)
    session.classification.set_age(60)
    tested.settle()
    session.leaving_out.run()
    tested.settle()
    unknown = next(one for one in state.occlusion.rows.rows if one.name == UNKNOWN_AGE)
    assert unknown.classes["G"] == pytest.approx(0.8)


def test_a_model_without_ages_says_so(tested: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from brainviewer.app.prediction import left_out

    card = left_out.model(CARD)
    head = replace(card.fusion_head, age=None)
    monkeypatch.setattr(left_out, "model", lambda _: replace(card, fusion_head=head))
    tested.session.leaving_out.try_age(30)
    tested.settle()
    assert tested.state.occlusion.rows.rows[-1].why == NO_AGE


def test_the_only_sequence_leaves_nothing(typing: ToyTyping) -> None:
    from brainviewer.app.prediction.left_out import answers_without
    from brainviewer.core.errors import silent

    study = marker_study(modalities=(Modality.T1, Modality.T2))
    rows = answers_without(study, marker_finding(study), toy_answer(study), None, silent)
    assert [row.name for row in rows] == [AS_IT_IS, "without T1", "without T2"]
    assert rows[1].why == "Without it, nothing is left that this model looks at."
    assert typing.asked == []


def test_leaving_out_can_be_stopped_and_gone_on_with(tested: Desk, typing: ToyTyping) -> None:
    session, state = tested.session, tested.state
    gate = threading.Event()
    typing.hook = lambda: gate.wait(20)
    session.leaving_out.run()
    tested.until(lambda: typing.asked)
    session.leaving_out.cancel()
    assert (state.occlusion.rows.status, state.occlusion.rows.message) == (
        Status.NOT_RUN,
        "Stopped.",
    )
    gate.set()
    session.leaving_out.run()
    tested.settle()
    assert state.occlusion.rows.status is Status.DONE
    state.engine_replaced.emit()  # nothing runs, so that nothing is asked again
    assert not state.progress

    def fail() -> None:
        raise ModelError("The engine is gone.", "Restart it.")

    typing.hook = fail
    session.leaving_out.try_age(30)
    tested.settle()
    assert state.occlusion.rows.status is Status.FAILED
    assert "engine is gone" in state.occlusion.rows.message
