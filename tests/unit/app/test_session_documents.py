"""Images that are opened together: one is shown, the others are a step away."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.prediction import frame_class as image_prediction
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.classification import Classification
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from tests.phantoms import marker_study
from tests.unit.app.desk import Desk, a_result


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    desk = Desk()
    yield desk
    desk.close()
    assert not desk.crashes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five files, of which the first and the third are no images."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for n in range(5):
        Image.fromarray(np.full((12, 10 + n), 40 * n, np.uint8)).save(folder / f"{n}.png")
    for n in (0, 2):
        (folder / f"{n}.png").write_text("hello")
    return folder


def opened(desk: Desk, *paths: Path) -> Desk:
    desk.session.documents.open(list(paths))
    desk.settle()
    return desk


def test_a_folder_opens_at_its_first_readable_image(desk: Desk, folder: Path) -> None:
    state = opened(desk, folder).state
    assert state.study is not None
    assert state.study.name == "1.png"
    assert [path.name for path in state.image_series] == [f"{n}.png" for n in range(5)]
    assert (state.series_index, state.series_unreadable) == (1, {0})
    assert {"image", "image series", "classifiable"} <= state.facts
    assert "sequences" not in state.facts
    assert any("0.png" in text for text in desk.sentences())
    assert desk.session.settings.recent[0] == (str(folder),)


def test_steps_leave_out_what_cannot_be_read(desk: Desk, folder: Path) -> None:
    session, state = opened(desk, folder).session, desk.state
    session.documents.step_image(1)
    desk.settle()
    assert state.series_index == 1  # the open image stays
    assert state.study is not None
    assert state.study.name == "1.png"
    assert any("2.png" in text for text in desk.sentences("error"))
    session.documents.step_image(1)
    desk.settle()
    assert state.study.name == "3.png"
    session.documents.step_image(99)
    desk.settle()
    assert state.study.name == "4.png"
    session.documents.step_image(-1)
    session.documents.step_image(-1)  # both are asked for before the first is there
    desk.settle()
    assert state.study.name == "1.png"


def test_what_fails_leaves_the_open_image(desk: Desk, folder: Path) -> None:
    state = opened(desk, folder / "4.png").state
    before = state.study
    opened(desk, folder / "0.png")
    assert state.study is before
    assert len(state.image_series) == 1
    assert "no" in desk.sentences("error")[0]


def test_a_study_ends_the_series(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(desk, folder)
    study = marker_study()
    monkeypatch.setattr("brainviewer.app.opening.study.open_study", lambda *_: study)
    monkeypatch.setattr(desk.session.segmentation, "find", lambda **_: None)
    opened(desk, folder / "flair.nii")
    assert desk.state.study is study
    assert desk.state.image_series == ()


def test_annotations_come_back_with_their_image(desk: Desk, folder: Path) -> None:
    session, state = opened(desk, folder).session, desk.state
    ruler = Annotation(Kind.RULER, Plane.AXIAL, ((1, 2, 0), (4, 6, 0)), Modality.IMAGE)
    session.annotations.add(ruler)
    assert ruler.length == 5
    session.documents.show_image(4)
    desk.settle()
    assert state.annotations == ()
    session.documents.show_image(1)
    desk.settle()
    assert state.annotations == (ruler,)
    assert len(list((folder.parent / "home").rglob("*.journal"))) == 1


def test_an_image_is_classified_by_the_model_of_images(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[np.ndarray] = []

    def classify(pixels: np.ndarray, *_: object, image_hash: str, **__: object) -> Classification:
        seen.append(pixels)
        return a_result(desk.state.study)

    def found() -> Callable[..., Classification]:
        return classify

    monkeypatch.setattr(image_prediction, "image_classifier", found)
    opened(desk, folder).session.classification.run()
    desk.settle()
    assert desk.state.classification is not None
    assert seen[0].shape == (12, 11)
    assert seen[0].dtype == np.float32
    desk.session.documents.show_image(4)
    desk.settle()
    assert desk.state.classification is None  # a result never outlives its image


def test_without_a_model_that_is_said(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_prediction, "image_classifier", lambda: None)
    opened(desk, folder).session.classification.run()
    desk.settle()
    assert desk.state.classification is None
    assert desk.state.classification_message == image_prediction.NO_IMAGE_MODEL
