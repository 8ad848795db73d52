"""The segmentation is corrected: taken back without an end, kept as it is made, measured."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from brainviewer.app.correction.correction import SegmentationCorrection
from brainviewer.app.correction.keeping import KEEP
from brainviewer.app.correction.measuring import MEASURE
from brainviewer.app.correction.origin import CLEAR, RESET
from brainviewer.app.correction.tools import SAVE
from brainviewer.app.dicom_export.export import export_dicom
from brainviewer.app.dicom_export.request import DicomExportRequest, DicomResults
from brainviewer.app.facts import Fact
from brainviewer.app.report.records import finding_record
from brainviewer.app.report.text import finding_text
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.app.study_list.kept_results import kept_finding
from brainviewer.core.correction.steps import WHOLE
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality, Study
from brainviewer.files.dicom.export.algorithm import segmentation_algorithm
from brainviewer.files.journal.corrections import CorrectionJournal
from brainviewer.imaging.correction.brush import ball_stroke
from brainviewer.imaging.correction.label_edit import Paint
from tests.dicom_results import segments_read
from tests.phantoms import marker_finding, marker_position, marker_study, with_parts
from tests.unit.app.desk import Desk, Verbs, nothing_found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Verbs:
    verbs = Verbs(monkeypatch)
    study = marker_study()
    verbs.predictions["find"] = with_parts(marker_finding(study), study)
    return verbs


@pytest.fixture
def desk(home: Path, verbs: Verbs) -> Iterator[Desk]:
    desk = Desk(Settings(classify_on_opening=False))
    reopen(desk)
    yield desk
    desk.close()
    assert not desk.crashes


def reopen(desk: Desk) -> None:
    """Open the study, and search it."""
    desk.session.documents.open([Path("study")])
    desk.until(lambda: desk.state.finding_status is Status.DONE and not desk.state.progress)


def at_rest(desk: Desk) -> None:
    desk.until(lambda: not desk.session.jobs.running(MEASURE))
    desk.session.jobs.finish(KEEP)


def dab(
    desk: Desk, by: tuple[float, float, float], diameter: float = 8.0, value: int | None = None
) -> None:
    """A stroke of the brush beside the marker."""
    correction, study = desk.session.correction, desk.state.study
    assert study is not None
    at = marker_position(study.grid) + np.array(by)
    stroke = correction.begin()
    assert stroke is not None
    painted = desk.state.editing.value if value is None else value
    paint = Paint(painted)
    for end in (at, at + 2.0):
        correction.go_on(ball_stroke(stroke.labels, study.grid, [at, end], diameter, paint))
    correction.end("brush")
    at_rest(desk)


def labels(desk: Desk) -> np.ndarray:
    assert desk.state.editing.labels is not None
    return desk.state.editing.labels.copy()


def test_what_is_slow_waits_for_the_end_of_a_stroke(desk: Desk) -> None:
    """Keeping the finding in the study list held up the hand at every part of a stroke."""
    correction, state = desk.session.correction, desk.state
    kept: list[object] = []
    desk.session.studies._show_on = lambda *_, **results: kept.append(results)
    before = state.finding
    stroke = correction.begin()
    assert stroke is not None and state.editing.drawing
    at = marker_position(state.study.grid)
    correction.go_on(ball_stroke(stroke.labels, state.study.grid, [at, at + 4.0], 9.0, Paint(2)))
    at_rest(desk)
    assert state.finding is not before  # measurements follow while the hand draws
    assert kept == []
    correction.end("brush")
    assert not state.editing.drawing
    at_rest(desk)
    assert len(kept) == 1
    correction.begin()
    correction.end("brush")  # nothing was drawn
    assert not state.editing.drawing


def test_the_finding_follows_and_says_who_edited_it(desk: Desk, monkeypatch) -> None:
    monkeypatch.setenv("LOGNAME", "reader")
    state = desk.state
    before = state.finding
    assert before is not None and before.measurements is not None
    desk.session.correction.set(part=LesionPart.ENHANCING)
    dab(desk, (6, 0, 0))
    after = state.finding
    assert after is not None and after.correction is not None and after.measurements is not None
    assert np.array_equal(after.parts, labels(desk))
    assert np.array_equal(after.mask, labels(desk) > 0)
    volume = np.count_nonzero(labels(desk)) * 3.0 / 1000
    assert after.measurements.volume_ml == pytest.approx(volume)
    assert after.measurements.volume_ml > before.measurements.volume_ml
    parts = after.measurements.parts_ml
    assert parts is not None
    assert sum(parts.values()) == pytest.approx(volume)
    assert after.area_mm2.sum() * 2.0 / 1000 == pytest.approx(volume, rel=1e-4)
    assert after.measurements.lesion is not None
    assert (after.correction.by, after.correction.tools) == ("reader", ("brush",))
    assert (after.correction.base, after.correction.steps) == ("lesion", 1)
    assert Fact.CORRECTED in state.facts and Fact.DRAWN_PARTS in state.facts


def test_undo_and_redo_have_no_end(desk: Desk) -> None:
    session, state = desk.session, desk.state
    found = state.finding
    states = []
    for n in range(60):
        dab(desk, (float(n % 7), float(n % 5) - 2, float(n % 3)), 4.0 + n % 4, (0, 2, 4, 1)[n % 4])
        states.append(labels(desk))
    session.view.set_tool(Tool.PAINT)
    assert Fact.UNDO in state.facts and Fact.REDO not in state.facts
    while Fact.UNDO in state.facts:
        assert np.array_equal(labels(desk), states.pop())
        session.undo()
        kept = state.editing.labels
    at_rest(desk)
    assert not states or len(states) < 5  # dabs that changed nothing are no steps
    assert state.finding is found  # nothing is left of the editing
    assert kept is state.editing.labels
    while Fact.REDO in state.facts:
        session.redo()
    at_rest(desk)
    assert state.finding is not None and state.finding.correction is not None
    assert state.finding.correction.steps > 50


def test_a_step_holds_little(desk: Desk) -> None:
    dab(desk, (0, 0, 0), 20.0)
    (step,) = desk.session.correction._steps.done
    assert len(step.packed) < 2000
    assert np.prod(step.shape) < 20_000


def test_it_comes_back_with_its_study_and_can_still_be_taken_back(desk: Desk) -> None:
    for by in ((5, 0, 0), (0, 6, 0), (-9, 0, 3)):
        dab(desk, by)
    edited, told = labels(desk), desk.state.finding
    desk.session.correction.undo()
    at_rest(desk)
    one_back = labels(desk)
    reopen(desk)
    state = desk.state
    assert state.finding is not None and told is not None and state.finding.correction is not None
    assert state.finding.correction.steps == 2
    assert np.array_equal(state.finding.parts, one_back)
    desk.session.correction.redo()
    at_rest(desk)
    assert np.array_equal(labels(desk), edited)
    assert state.finding.correction == told.correction
    for _ in range(3):
        desk.session.correction.undo()
    at_rest(desk)
    assert state.finding.correction is None
    reopen(desk)
    assert state.finding.correction is None  # taken back is taken back
    assert not desk.sentences("caution") and not desk.sentences("error")


def test_it_survives_a_process_that_is_killed(home: Path, verbs: Verbs, tmp_path: Path) -> None:
    said = tmp_path / "ready"
    code = f"""
import time
from pathlib import Path
import numpy as np
from brainviewer.files.journal.corrections import Base, CorrectionJournal
from brainviewer.core.correction.steps import packed, Step
from tests.phantoms import marker_study
study = marker_study()
journal = CorrectionJournal(study)
journal.begin(Base("lesion", np.zeros(study.grid.shape, np.uint8)))
box = np.full((4, 5, 6), 2, np.uint8)
for n in range(3):
    journal.add(Step("brush", "me", "2026-11-30T12:00:00+00:00", (n, 2, 3), box.shape, packed(box)))
with journal._file.path.open("ab") as file:
    file.write(b'0123456789abcdef {{"tool": "brush", "start": [1, 2')  # killed while it writes
Path({str(said)!r}).touch()
time.sleep(60)
"""
    root = Path(__file__).parents[3]
    path = os.pathsep.join([str(root), str(root / "tests")])
    child = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path})
    late = time.monotonic() + 60
    while not said.exists() and time.monotonic() < late:
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    study = marker_study()
    journal = CorrectionJournal(study)
    kept, notice = journal.restore()
    assert kept is not None and not notice
    assert len(kept.steps.done) == 3
    expected = np.zeros(study.grid.shape, np.uint8)
    for n in range(3):
        expected[n : n + 4, 2:7, 3:9] ^= 2
    assert np.array_equal(kept.labels, expected)
    # What follows stands on a line of its own.
    journal.add(kept.steps.done[0])
    journal.close()
    again, _ = CorrectionJournal(study).restore()
    assert again is not None and len(again.steps.done) == 4


def test_a_damaged_journal_is_set_aside_and_another_study_is_none(home: Path) -> None:
    study = marker_study()
    place = home / "journal"
    place.mkdir(parents=True)
    (place / f"{study.content_hash}.correction").write_bytes(b'{"format": "other"}\n')
    kept, notice = CorrectionJournal(study).restore()
    assert kept is None and "set aside" in notice
    assert [p.suffix for p in place.iterdir()] == [".damaged"]
    assert CorrectionJournal(study).restore() == (None, "")


def test_another_window_is_told_that_its_changes_are_not_kept(desk: Desk, verbs: Verbs) -> None:
    dab(desk, (5, 0, 0))
    other = Desk(Settings(classify_on_opening=False))
    try:
        reopen(other)
        dab(other, (0, 5, 0))
        dab(other, (0, 8, 0))
        told = [s for s in other.sentences() if "Another window corrects" in s]
        assert told and len(told) <= 2
    finally:
        other.close()
    reopen(desk)
    assert desk.state.finding is not None and desk.state.finding.correction is not None
    assert desk.state.finding.correction.steps == 1


def test_back_to_what_was_found_and_from_nothing(desk: Desk) -> None:
    correction, state = desk.session.correction, desk.state
    found = state.finding
    dab(desk, (5, 0, 0))
    correction.reset()
    at_rest(desk)
    assert state.finding is found
    correction.undo()
    at_rest(desk)
    assert state.finding is not found
    correction.clear()
    at_rest(desk)
    assert state.finding is not None
    assert not state.finding.found and state.finding.measurements is None
    assert state.finding.index is None and not state.finding.area_mm2.any()
    dab(desk, (5, 0, 0))
    assert state.finding.correction is not None and state.finding.correction.drawn
    assert state.finding.network is None
    assert state.finding.correction.tools == ("brush", CLEAR)
    correction.reset()
    at_rest(desk)
    assert state.finding is found
    assert correction._steps.done[-1].tool == RESET


def test_a_lesion_that_was_not_found_is_drawn(home: Path, verbs: Verbs) -> None:
    verbs.predictions["find"] = nothing_found()
    desk = Desk(Settings(classify_on_opening=False))
    try:
        reopen(desk)
        state = desk.state
        assert state.finding is not None and not state.finding.found
        assert Fact.CORRECTABLE in state.facts and Fact.SEGMENTED not in state.facts
        dab(desk, (0, 0, 0), 12.0)
        assert state.finding.found and state.finding.position_mm is not None
        assert state.finding.correction is not None and state.finding.correction.drawn
        assert state.finding.measurements is not None and state.finding.slices
        assert not state.finding.notices
        reopen(desk)
        assert state.finding.found and state.finding.correction is not None
    finally:
        desk.close()
    assert not desk.crashes


def test_a_lesion_without_parts_stays_without(home: Path, verbs: Verbs) -> None:
    verbs.predictions["find"] = marker_finding(marker_study())
    desk = Desk(Settings(classify_on_opening=False))
    try:
        reopen(desk)
        assert Fact.DRAWN_PARTS not in desk.state.facts
        dab(desk, (5, 0, 0))
        assert desk.state.finding is not None and desk.state.finding.parts is None
        assert set(np.unique(labels(desk))) == {0, WHOLE}
    finally:
        desk.close()


def test_the_prediction_goes_stale_and_is_asked_again(desk: Desk) -> None:
    desk.session.classification.run()
    desk.settle()
    assert desk.state.classification_status is Status.DONE
    dab(desk, (5, 0, 0))
    assert desk.state.classification_status is Status.STALE
    said = desk.state.classification_message
    assert said == "The segmentation was corrected. Classify again."
    assert Fact.CLASSIFIABLE in desk.state.facts
    desk.session.classification.run()
    desk.settle()
    assert desk.state.classification_status is Status.DONE


def test_a_classification_on_opening_is_of_what_was_corrected(desk: Desk, verbs: Verbs) -> None:
    dab(desk, (5, 0, 0))
    edited = labels(desk)
    desk.session.settings.classify_on_opening = True
    reopen(desk)
    desk.settle()
    asked = next(given for name, given, _ in reversed(verbs.calls) if name == "classify")
    assert any(np.array_equal(getattr(one, "parts", None), edited) for one in asked)
    assert desk.state.classification_status is Status.DONE


def test_looking_again_replaces_it_and_can_be_taken_back(desk: Desk, verbs: Verbs) -> None:
    dab(desk, (5, 0, 0))
    edited = labels(desk)
    study = desk.state.study
    assert study is not None
    again = with_parts(marker_finding(study), study)
    verbs.predictions["find"] = replace(again, method="model-free")
    desk.session.segmentation.find("model-free")
    desk.settle()
    at_rest(desk)
    assert desk.state.finding is not None and desk.state.finding.method == "model-free"
    assert desk.state.finding.correction is None
    desk.session.correction.undo()
    at_rest(desk)
    assert np.array_equal(labels(desk), edited)
    assert desk.state.finding.correction is not None


def test_undo_belongs_to_what_the_tool_edits(desk: Desk) -> None:
    session, state = desk.session, desk.state
    dab(desk, (5, 0, 0))
    session.view.set_tool(Tool.RULER)
    assert Fact.UNDO not in state.facts
    session.undo()
    at_rest(desk)
    assert state.finding is not None and state.finding.correction is not None
    session.view.set_tool(Tool.PAINT)
    assert Fact.UNDO in state.facts
    session.undo()
    at_rest(desk)
    assert state.finding.correction is None


def test_a_stroke_that_is_given_up_changes_nothing(desk: Desk) -> None:
    correction, study = desk.session.correction, desk.state.study
    assert study is not None
    found = desk.state.finding
    stroke = correction.begin()
    assert stroke is not None and correction.begin() is None
    at = marker_position(study.grid)
    correction.go_on(ball_stroke(stroke.labels, study.grid, [at, at], 20.0, Paint(4)))
    correction.cancel()
    at_rest(desk)
    assert desk.state.finding is found
    assert not desk.state.editing.can_undo
    correction.apply("fill holes", lambda _: None, "There is no hole.")
    assert desk.sentences()[-1] == "There is no hole."


def test_nothing_is_edited_while_it_is_looked_for(desk: Desk, verbs: Verbs) -> None:
    verbs.gates["find"].clear()
    desk.session.segmentation.find("lesion")
    assert desk.session.correction.begin() is None
    assert Fact.CORRECTABLE not in desk.state.facts
    verbs.gates["find"].set()
    desk.settle()
    assert isinstance(desk.session.correction, SegmentationCorrection)
    assert desk.session.correction.begin() is not None
    desk.session.correction.cancel()


def test_a_full_disk_is_said_once_and_the_editing_goes_on(desk: Desk, monkeypatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("brainviewer.files.durable.disk.os.write", full)
    dab(desk, (5, 0, 0))
    dab(desk, (0, 7, 0))
    told = [s for s in desk.sentences("error") if "disk is full" in s]
    assert len(told) == 1
    assert desk.state.finding is not None and desk.state.finding.correction is not None


def test_a_study_of_one_sequence_is_corrected(home: Path, verbs: Verbs) -> None:
    study: Study = marker_study(modalities=(Modality.FLAIR,))
    verbs.predictions["open"] = study
    verbs.predictions["find"] = nothing_found()
    desk = Desk(Settings(classify_on_opening=False))
    try:
        reopen(desk)
        assert not desk.state.editing.parted
        dab(desk, (0, 0, 0), 12.0)
        assert desk.state.finding is not None and desk.state.finding.found
        assert desk.state.finding.parts is None
    finally:
        desk.close()


def test_it_is_saved_as_nifti_and_read_as_it_was(desk: Desk, tmp_path: Path) -> None:
    import nibabel

    dab(desk, (5, 0, 0), value=int(LesionPart.ENHANCING))
    path = tmp_path / "segmentation.nii.gz"
    desk.session.correction_tools.save(path)
    desk.session.jobs.finish(SAVE)
    study = desk.state.study
    assert study is not None
    image = nibabel.load(path)
    assert np.array_equal(np.asanyarray(image.dataobj), labels(desk))
    assert np.allclose(image.affine, study.grid.affine, atol=1e-4)
    desk.session.correction_tools.save(tmp_path / "nowhere" / "segmentation.nii.gz")
    desk.session.jobs.finish(SAVE)
    desk.until(lambda: desk.sentences("error"))
    assert "does not exist" in desk.sentences("error")[0]


def test_what_is_saved_holds_strokes_that_are_not_measured_yet(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nibabel

    monkeypatch.setattr(desk.session.correction._measuring, "ask", lambda *_: None)
    dab(desk, (5, 0, 0), value=int(LesionPart.ENHANCING))
    finding, path = desk.state.finding, tmp_path / "segmentation.nii.gz"
    assert finding is not None and not np.array_equal(finding.parts, labels(desk))
    desk.session.correction_tools.save(path)
    desk.session.jobs.finish(SAVE)
    assert np.array_equal(np.asanyarray(nibabel.load(path).dataobj), labels(desk))


def test_what_goes_out_is_of_the_last_stroke(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as waiting:
        waiting.setattr(desk.session.jobs, "start", lambda *_, **__: None)
        dab(desk, (5, 0, 0), value=int(LesionPart.ENHANCING))
        before = desk.state.finding
        assert before is not None and not np.array_equal(before.parts, labels(desk))
        desk.session.correction.settle()
    finding = desk.state.finding
    assert finding is not None and np.array_equal(finding.parts, labels(desk))
    told: list[object] = []
    desk.state.finding_changed.connect(lambda: told.append(None))
    desk.session.correction.settle()
    at_rest(desk)
    assert not told, "nothing more was owed"
    assert desk.state.finding is finding


def test_reports_say_that_it_was_edited(desk: Desk) -> None:
    dab(desk, (5, 0, 0))
    study, finding = desk.state.study, desk.state.finding
    assert study is not None and finding is not None and finding.correction is not None
    text = finding_text(study, finding)
    assert "found by lesion, edited" in text and "confidence" not in text
    record = finding_record(finding)
    assert record["correction"]["tools"] == ["brush"]
    assert kept_finding(finding).network == "lesion, edited by hand"
    desk.session.correction.clear()
    at_rest(desk)
    dab(desk, (5, 0, 0))
    drawn = desk.state.finding
    assert drawn is not None
    assert kept_finding(drawn).network == "drawn by hand"
    assert segmentation_algorithm(drawn).kind == "MANUAL"
    assert segmentation_algorithm(finding).kind == "SEMIAUTOMATIC"


@pytest.mark.parametrize("by_hand", [False, True])
def test_dicom_says_that_a_user_made_it(desk: Desk, tmp_path: Path, by_hand: bool) -> None:
    if by_hand:
        desk.session.correction.clear()
        at_rest(desk)
    dab(desk, (5, 0, 0), value=int(LesionPart.ENHANCING))
    study, finding = desk.state.study, desk.state.finding
    assert study is not None and finding is not None
    request = DicomExportRequest(tmp_path / "out", pictures=False, sequences=False)
    export_dicom(request, DicomResults(study, finding, None, ()))
    made = dcmread(tmp_path / "out" / "SEG.dcm")
    kinds = {segment.SegmentAlgorithmType for segment in made.SegmentSequence}
    assert kinds == {"MANUAL" if by_hand else "SEMIAUTOMATIC"}
    assert "user" in made.ContentDescription and len(made.ContentDescription) <= 64
    there = segments_read(tmp_path / "out" / "SEG.dcm", study.grid)
    assert np.array_equal(np.logical_or.reduce(list(there.values())), labels(desk) > 0)
    told = (tmp_path / "out" / "SR.dcm").read_bytes()
    assert b"edited: by a user" in told
