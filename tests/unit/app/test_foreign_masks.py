"""A segmentation on another grid is resampled, and said; one of another head is refused."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.app.opening.study import open_study
from brainviewer.core.errors import FileError
from brainviewer.core.study import Study
from tests.phantoms import marker_mask, marker_study
from tests.study_folders import write_study

STUDY = marker_study()
LEFT_OUT = "The segmentation was left out. "


def saved(path: Path, mask: NDArray[np.generic], affine: NDArray[np.float64]) -> Path:
    nib.save(nib.Nifti1Image(mask.astype(np.uint8), affine), path)
    return path


def opened(*paths: Path) -> Study:
    return open_study(list(paths))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_study(tmp_path / "study")


def test_one_on_another_grid_is_resampled_and_said(folder: Path) -> None:
    mask, grid = marker_mask(STUDY.grid), STUDY.grid
    finer = np.repeat(mask, 2, axis=0)
    affine = grid.affine @ np.diag((0.5, 1.0, 1.0, 1.0))
    affine[:3, 3] -= grid.affine[:3, 0] / 4
    saved(folder / "study_seg.nii.gz", finer, affine)
    study = opened(folder)
    assert study.segmentation is not None
    same = (study.segmentation.data > 0) & mask
    assert same.sum() > 0.9 * mask.sum()
    said = "The segmentation lies on another grid and was resampled onto that of FLAIR."
    assert said in study.notices


def test_one_on_the_grid_says_nothing(folder: Path) -> None:
    saved(folder / "study_seg.nii.gz", marker_mask(STUDY.grid), STUDY.grid.affine)
    study = opened(folder)
    assert study.segmentation is not None
    assert not any("segmentation" in notice for notice in study.notices)


def elsewhere() -> dict[str, tuple[NDArray[np.bool_], NDArray[np.float64], str]]:
    """Masks of other heads, and what is said of them."""
    grid = STUDY.grid
    corner = np.zeros(grid.shape, bool)
    corner[:6, :6, :6] = True
    beyond = grid.affine.copy()
    beyond[:3, 3] -= 0.8 * grid.affine[:3, 0] * grid.shape[0]
    wide = np.zeros(grid.shape, bool)
    wide[grid.shape[0] // 3 :, 10:16, 10:16] = True
    far = grid.affine.copy()
    far[:3, 3] += 500.0
    return {
        "in the air": (corner, grid.affine, "Most of what {} marks lies outside of the head."),
        "beyond": (wide, beyond, "Most of what {} marks lies beyond the images of FLAIR."),
        "far": (marker_mask(grid), far, "{} marks nothing within FLAIR."),
    }


@pytest.mark.parametrize("kind", elsewhere())
def test_one_of_another_head_is_left_out_and_refused_where_it_is_named(
    folder: Path, kind: str
) -> None:
    mask, affine, said = elsewhere()[kind]
    file = saved(folder / "study_seg.nii.gz", mask, affine)
    study = opened(folder)
    assert study.segmentation is None
    assert [n for n in study.notices if n.startswith(LEFT_OUT)] == [
        LEFT_OUT + said.format(file.name)
    ]
    images = sorted(path for path in folder.iterdir() if path != file)
    with pytest.raises(FileError, match=said.format(file.name)):
        opened(*images, Path(f"seg={file}"))


def test_a_sequence_of_one_value_says_nothing_of_the_head(tmp_path: Path) -> None:
    """Nor do all of them: then the segmentation is shown."""
    folder = tmp_path / "study"
    folder.mkdir()
    flat = np.full(STUDY.grid.shape, 7, np.int16)
    nib.save(nib.Nifti1Image(flat, STUDY.grid.affine), folder / "study_flair.nii.gz")
    saved(folder / "study_seg.nii.gz", marker_mask(STUDY.grid), STUDY.grid.affine)
    assert opened(folder).segmentation is not None


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (np.nan, "{} holds values that are no labels."),
        (np.inf, "{} holds values that are no labels."),
        (1e300, "{} holds values that are no labels."),
        (None, "{} holds 3 images, not one of labels."),
    ],
)
def test_what_is_no_label_is_not_taken_for_nothing(
    folder: Path, kind: float | None, said: str
) -> None:
    mask = marker_mask(STUDY.grid).astype(np.float64)
    if kind is None:
        mask = np.stack([mask] * 3, axis=-1)
    else:
        mask[0, 0, 0] = kind
    file = folder / "study_seg.nii.gz"
    nib.save(nib.Nifti1Image(mask, STUDY.grid.affine), file)
    study = opened(folder)
    assert study.segmentation is None
    assert LEFT_OUT + said.format(file.name) in study.notices
