"""Images of several frames: the answer is that of the frame on the screen, or there is none."""

from pathlib import Path

import pytest

from brainviewer.app.exporting.exports import ExportRequest, request_figure
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.status import Status
from brainviewer.core.errors import FileError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.slices import Plane
from tests.toy_images import ToyEngine, install_toy, write_frames
from tests.unit.app.desk import Desk


@pytest.fixture
def engine(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ToyEngine:
    """Five frames, of which the middle one has a lesion, are open at it and classified."""
    engine = install_toy(desk.session, tmp_path / "toy", monkeypatch)
    desk.session.documents.open(
        [write_frames(tmp_path / "film.dcm", (False, False, True, False, False))]
    )
    desk.settle()
    return engine


def go_to(desk: Desk, frame: int) -> None:
    desk.session.view.go_to_slice(Plane.AXIAL, frame)
    desk.settle()


def prediction(desk: Desk) -> Classification:
    result = desk.state.classification
    assert result is not None
    assert desk.state.classification_status is Status.DONE
    assert result.slice_index == desk.state.slice_index()
    assert result.heatmap is None or result.heatmap.index == result.slice_index
    return result


def test_another_frame_is_classified_anew_and_going_back_needs_no_network(
    desk: Desk, engine: ToyEngine
) -> None:
    first = prediction(desk)
    assert (first.predicted, first.slice_index, first.frames) == ("glioma", 2, 5)
    go_to(desk, 3)
    assert (prediction(desk).predicted, engine.asked) == ("none", 2)
    go_to(desk, 2)
    assert prediction(desk) is first
    assert engine.asked == 2


def test_no_prediction_stands_beside_another_frame(desk: Desk, engine: ToyEngine) -> None:
    desk.session.classification.rest_seconds = 60
    seen: list[tuple[int, Classification | None]] = []
    state = desk.state
    state.classification_changed.connect(
        lambda: seen.append((state.slice_index(), state.classification))
    )
    desk.session.view.step(Plane.AXIAL, 1)
    assert (state.classification, state.classification_status) == (None, Status.RUNNING)
    assert "heatmap" not in state.facts
    assert "classification" not in provenance_record(request_figure(state, ExportRequest()), 2)
    desk.session.view.step(Plane.AXIAL, -1)  # before it was looked at for long
    assert prediction(desk).predicted == "glioma"
    assert engine.asked == 1
    assert all(result is None or result.slice_index == frame for frame, result in seen)


def test_a_frame_that_is_left_while_it_is_classified_is_dropped(
    desk: Desk, engine: ToyEngine
) -> None:
    desk.session.classification.rest_seconds = 60
    desk.session.classification.run()
    desk.session.view.step(Plane.AXIAL, 1)
    threads = desk.session.jobs._threads
    desk.until(lambda: sum(thread.is_alive() for thread in threads) == 1)  # the network has ended
    assert desk.state.classification is None
    desk.session.jobs.cancel("classify")
    assert desk.state.classification_status is Status.NOT_RUN


def test_an_image_opens_at_the_frame_that_the_command_line_classifies(
    desk: Desk, engine: ToyEngine, tmp_path: Path
) -> None:
    desk.session.documents.open([write_frames(tmp_path / "even.dcm", (False,) * 4)])
    desk.settle()
    assert prediction(desk).slice_index == 2
    assert desk.state.study is not None
    assert desk.state.study.frame_index() == 2
    with pytest.raises(FileError, match=r"no frame 4 in even\.dcm: it has 4"):
        desk.state.study.frame_index(4)


def test_moving_inside_a_frame_changes_nothing(desk: Desk, engine: ToyEngine) -> None:
    before = prediction(desk)
    x, y, z = desk.state.cursor
    desk.session.view.set_cursor((x + 9, y - 9, z))
    desk.settle()
    assert (desk.state.classification, engine.asked) == (before, 1)


def test_only_what_is_asked_for_is_classified_where_the_user_wants_it_so(
    desk: Desk, engine: ToyEngine
) -> None:
    desk.session.settings.classify_on_opening = False
    go_to(desk, 1)
    assert desk.state.classification is None
    assert (desk.state.classification_status, engine.asked) == (Status.NOT_RUN, 1)
    desk.session.classification.run()
    desk.settle()
    assert prediction(desk).predicted == "none"
    go_to(desk, 2)
    assert prediction(desk).predicted == "glioma"


def test_another_prevalence_predictions_for_the_frame_on_the_screen(
    desk: Desk, engine: ToyEngine
) -> None:
    desk.session.classification.run(2)
    desk.settle()
    go_to(desk, 3)
    desk.session.classification.set_prevalence("clinic")
    desk.settle()
    assert (prediction(desk).slice_index, prediction(desk).prevalence) == (3, "clinic")


def test_an_occlusion_test_ends_with_its_frame(desk: Desk, engine: ToyEngine) -> None:
    session, state = desk.session, desk.state
    original = state.study
    assert original is not None
    session.occlusion.start()
    assert state.occlusion is not None
    region = state.occlusion.edits.region.copy()
    region[40:100, 30:90] = True
    session.occlusion.paint(region)
    desk.settle()
    assert state.occlusion is not None
    assert state.occlusion.after is not None
    assert (state.occlusion.after.slice_index, state.occlusion.after.frames) == (2, 5)
    go_to(desk, 3)
    assert (state.occlusion, state.study) == (None, original)
    assert prediction(desk).predicted == "none"
