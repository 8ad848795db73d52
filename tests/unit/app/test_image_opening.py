"""An image is a study of its own: as stored, in its own unit, with its colours."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.opening.image2d import open_image2d, thumbnail
from brainviewer.app.opening.study import open_study
from brainviewer.app.report.study_figures import SliceRequest, slice_figure
from brainviewer.app.report.study_record import study_record
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.geometry import Unit
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import opening_window
from brainviewer.painting.figure import draw_figure

IMAGE = Modality.IMAGE


@pytest.fixture
def grey() -> np.ndarray:
    """(30, 50), bright at the upper left."""
    values = np.zeros((30, 50), np.uint8)
    values[:8, :12] = 250
    return values


def saved(path: Path, values: np.ndarray, **options: object) -> Path:
    Image.fromarray(values).save(path, **options)
    return path


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("plane", Plane)
def test_it_is_shown_as_it_is_stored(
    tmp_path: Path, grey: np.ndarray, plane: Plane, convention: Convention
) -> None:
    study = open_image2d(saved(tmp_path / "a.png", grey))
    view = SliceView.of(study.grid, plane, convention)
    assert np.array_equal(view.cut(study.volumes[IMAGE].data, 0), grey)
    assert not any((view.letters.left, view.letters.right, view.letters.top, view.letters.bottom))
    assert view.to_world(0, [(3, 7)])[0].tolist() == [7, 3, 0]


def test_without_a_size_it_counts_pixels_and_says_so(tmp_path: Path, grey: np.ndarray) -> None:
    study = open_study([saved(tmp_path / "a.jpg", grey)])
    assert study.is_image2d
    assert study.missing == ()
    assert study.grid.unit is Unit.PIXEL
    assert any("pixels" in notice for notice in study.notices)
    info = study_record(study)["image"]
    assert (info["rows"], info["columns"], info["unit"]) == (30, 50, "px")
    assert info["pixel_size"] is None


def test_a_tiff_in_micrometres(tmp_path: Path, grey: np.ndarray) -> None:
    path = saved(
        tmp_path / "a.tif", grey, resolution_unit=3, x_resolution=20000, y_resolution=10000
    )
    study = open_image2d(path)
    assert study.grid.unit is Unit.MICRON
    assert study.grid.spacing[:2] == pytest.approx((0.5, 1.0))
    assert study.notices == ()


def test_colours_are_kept_beside_their_grey(tmp_path: Path) -> None:
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 200
    study = open_image2d(saved(tmp_path / "a.png", red))
    volume = study.volumes[IMAGE]
    assert volume.rgb is not None
    assert volume.rgb[5, 5, 0].tolist() == [200, 0, 0]
    assert study.image_grey().tolist()[5][5] == 60
    middle = draw_figure(slice_figure(study, SliceRequest()))[360, 360]
    assert middle.tolist() == [200, 0, 0]


def test_deep_grey_opens_through_a_window_of_its_own(tmp_path: Path, grey: np.ndarray) -> None:
    study = open_image2d(saved(tmp_path / "a.png", grey.astype(np.uint16) * 100))
    volume = study.volumes[IMAGE]
    assert volume.data.dtype == np.uint16
    assert volume.data.max() == 25000
    assert opening_window(volume).high > 20000
    eight = open_image2d(saved(tmp_path / "b.png", grey)).volumes[IMAGE]
    assert (opening_window(eight).low, opening_window(eight).high) == (0, 255)


def test_the_hash_is_that_of_the_content(tmp_path: Path, grey: np.ndarray) -> None:
    first = open_image2d(saved(tmp_path / "a.png", grey)).content_hash
    assert open_image2d(saved(tmp_path / "b.bmp", grey)).content_hash == first
    assert open_image2d(saved(tmp_path / "c.png", grey + 1)).content_hash != first
    sized = saved(tmp_path / "d.tif", grey, resolution_unit=3, resolution=20.0)
    assert open_image2d(sized).content_hash != first


def test_no_tumour_is_looked_for(tmp_path: Path, grey: np.ndarray) -> None:
    from tests.searching import find_tumour

    study = open_image2d(saved(tmp_path / "a.png", grey))
    with pytest.raises(BrainViewerError, match="single images"):
        find_tumour(study)


def test_thumbnails_keep_their_shape(tmp_path: Path, grey: np.ndarray) -> None:
    small = thumbnail(saved(tmp_path / "a.png", grey), 25)
    assert small.shape == (15, 25, 3)
    assert small[1, 1].tolist() == [250, 250, 250]
    assert small[-1, -1].tolist() == [0, 0, 0]
