"""Images that are edited on trial, and answers that are kept while an image strip is open."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.exporting.exports import ExportRequest, request_figure
from brainviewer.app.prediction.image_cache import ImageResults
from brainviewer.app.prediction.occlusion_edit import Fill
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.slices import Plane
from tests.phantoms import marker_study
from tests.toy_images import ToyEngine, install_toy, mr_head
from tests.unit.app.desk import Desk, a_result

LESION = mr_head(lesion=True, size=150) > 235


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A head with a lesion, and one without."""
    for name, lesion in (("1", True), ("2", False)):
        Image.fromarray(mr_head(lesion, size=150)).save(tmp_path / f"{name}.png")
    return tmp_path


@pytest.fixture
def engine(
    desk: Desk, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ToyEngine]:
    """The folder is open, and its first image classified."""
    engine = install_toy(desk.session, tmp_path / "toy", monkeypatch)
    desk.session.documents.open([folder])
    desk.settle()
    yield engine


def test_going_back_to_an_image_needs_no_network(desk: Desk, engine: ToyEngine) -> None:
    state, session = desk.state, desk.session
    first = state.classification
    assert first is not None
    assert (first.predicted, engine.asked) == ("glioma", 1)
    session.documents.show_image(1)
    desk.settle()
    assert state.classification is not None
    assert (state.classification.predicted, engine.asked) == ("none", 2)
    session.documents.show_image(0)
    desk.settle()
    assert state.classification is first
    assert (state.classification_status, engine.asked) == (Status.DONE, 2)
    session.classification.run()
    desk.settle()
    assert engine.asked == 3  # asked for by hand, it is looked at again


def test_images_that_are_passed_by_are_not_classified(desk: Desk, engine: ToyEngine) -> None:
    desk.session.classification.rest_seconds = 60
    desk.session.documents.show_image(1)
    desk.until(lambda: desk.session.jobs.running("classify"))
    assert desk.state.classification is None
    desk.session.documents.show_image(0)
    desk.settle()
    assert (desk.state.series_index, engine.asked) == (0, 1)


def test_the_settings_of_gliomas_and_of_images_are_apart(desk: Desk, engine: ToyEngine) -> None:
    session, state = desk.session, desk.state
    session.settings.prevalence = "training"  # the toy knows none of this name
    session.classification.run()
    desk.settle()
    assert state.classification is not None
    assert state.classification.prevalence == "equal"
    session.classification.set_prevalence("clinic")
    desk.settle()
    assert state.classification.prevalence == "clinic"
    assert session.settings.prevalence == "training"
    session.settings.picture_prevalence = "gone with an older model"
    session.classification.run()
    desk.settle()
    assert state.classification.prevalence == "equal"


def test_painting_over_the_lesion_changes_the_prediction(desk: Desk, engine: ToyEngine) -> None:
    session, state = desk.session, desk.state
    original, before = state.study, state.classification
    session.occlusion.start()
    assert state.tool is Tool.BRUSH
    session.occlusion.paint(LESION)
    desk.settle()
    test = state.occlusion
    assert test is not None
    assert test.after is not None
    assert test.comparison is not None
    assert test.comparison.sentence.startswith("Glioma")
    assert (test.after.predicted, test.status) == ("none", Status.DONE)
    assert state.study is not None
    assert state.study.edited
    assert state.shown_result is test.after
    assert state.classification is before  # the answer for the image itself stands
    session.occlusion.undo()
    assert (state.study, state.shown_result) == (original, before)
    session.occlusion.redo()
    session.occlusion.fill_with(Fill.FLAT)
    desk.settle()
    session.occlusion.stop()
    assert (state.study, state.occlusion, state.classification) == (original, None, before)
    assert state.tool is Tool.WINDOW
    assert not state.overlays.heatmap


def test_the_export_of_an_edited_image_says_so(desk: Desk, engine: ToyEngine) -> None:
    session, state = desk.session, desk.state
    plain = request_figure(state, ExportRequest())
    assert provenance_record(plain, 2)["study"]["edited"] is False
    session.occlusion.start()
    session.occlusion.paint(LESION)
    desk.settle()
    figure = request_figure(state, ExportRequest())
    assert provenance_record(figure, 2)["study"]["edited"] is True
    assert provenance_record(figure, 2)["classification"]["predicted"] == "none"
    assert figure.result_note.startswith("Edited image. Glioma")


def test_another_image_and_another_frame_end_the_occlusion_test(
    desk: Desk, engine: ToyEngine
) -> None:
    session, state = desk.session, desk.state
    session.occlusion.start()
    session.occlusion.paint(LESION)
    session.documents.show_image(1)
    desk.settle()
    assert state.occlusion is None
    assert state.study is not None
    assert not state.study.edited
    assert "occlusion" not in state.facts
    session.documents.show_image(0)
    desk.settle()
    assert not state.study.edited


def test_the_newest_stroke_wins_and_too_large_ones_are_refused(
    desk: Desk, engine: ToyEngine
) -> None:
    session, state = desk.session, desk.state
    session.occlusion.start()
    session.occlusion.paint(LESION)
    session.occlusion.paint(np.zeros_like(LESION))
    desk.settle()
    assert state.occlusion is not None
    assert (state.occlusion.after, state.occlusion.edits.edited) == (None, False)
    session.occlusion.paint(np.ones_like(LESION))
    assert len(state.occlusion.edits.steps) == 3
    assert "smaller part" in desk.sentences("error")[-1]


def test_a_new_prediction_for_the_image_is_compared_with(desk: Desk, engine: ToyEngine) -> None:
    session, state = desk.session, desk.state
    session.occlusion.start()
    session.occlusion.paint(LESION)
    desk.settle()
    session.classification.set_prevalence("clinic")
    desk.settle()
    assert state.occlusion is not None
    assert state.occlusion.after is not None
    assert state.occlusion.after.prevalence == state.occlusion.before.prevalence == "clinic"
    session.occlusion.stop()
    assert state.study is not None
    assert state.classification is not None
    assert state.classification.predicted == "glioma"  # of the image as it is, not as edited


def test_annotations_are_not_touched_by_an_occlusion_test(desk: Desk, engine: ToyEngine) -> None:
    session, state = desk.session, desk.state
    session.occlusion.start()
    session.occlusion.paint(LESION)
    desk.settle()
    assert (state.annotations, "markable" in state.facts) == ((), False)
    session.occlusion.undo()
    session.occlusion.stop()
    assert "undo" not in state.facts


def test_the_oldest_predictions_go_first() -> None:
    heat = Heatmap(Plane.AXIAL, 0, np.zeros((10, 10), np.float32))
    result = replace(a_result(marker_study()), heatmap=heat)
    kept = ImageResults(most_bytes=900)
    for name in "abc":
        kept.keep(name, 0, result)
    assert [kept.of(name, 0) is result for name in "abc"] == [False, True, True]
    assert kept.of("b", 1) is None
    kept.clear()
    assert kept.of("c", 0) is None
