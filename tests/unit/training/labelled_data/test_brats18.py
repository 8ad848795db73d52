"""Mosaics of four sequences become studies, and twins stay in one fold."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.training.labelled_data.brats18 import brats18_cases
from brainviewer.training.labelled_data.collection import folds_of
from brainviewer.training.segmentation.data import segmentation_cases

COLUMNS, ROWS, FIRST, END = 30, 40, 7, 15
GIVEN = (7, 11, 12, 13, 14)
HEADER = (
    "patient", "who_class", "age_years", "lgg_twin", "column", "row", "first_slice", "columns",
    "rows", "end_slice",
)  # fmt: skip


def mosaic(number: int) -> np.ndarray:
    """T1 | FLAIR over T1ce | T2, each of one value but for a mark at column 5, row 3."""
    tiles = [np.full((ROWS, COLUMNS), 10 * n + number, np.uint8) for n in range(4)]
    tiles[1][3, 5] = 200
    return np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])])


def write_patient(folder: Path, twin: str = "", name: str = "P1") -> None:
    (folder / name).mkdir(parents=True)
    for number in GIVEN:
        stem = folder / name / f"{number:03d}"
        cv2.imwrite(f"{stem}.webp", mosaic(number), [cv2.IMWRITE_WEBP_QUALITY, 101])
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[3, 5], labels[3, 6], labels[4, 5] = 1, 2, 4
    cv2.imwrite(str(folder / name / "012_mask.png"), labels)
    row = (name, "A", "33", twin, 50, 43, FIRST, COLUMNS, ROWS, END)
    with (folder / "patients.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, row])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_patient(tmp_path / "brats18", "TCGA-1")
    return tmp_path / "brats18"


def test_a_mosaic_is_four_sequences_in_their_place(folder: Path) -> None:
    (case,) = brats18_cases(folder)
    assert (case.patient, case.label, case.age_years) == ("TCGA-1", "A", 33.0)
    labelled = case.load()
    volumes = labelled.study.volumes
    assert labelled.study.grid.shape == (COLUMNS, ROWS, END - FIRST)
    assert labelled.study.grid.spacing == (1.0, 1.0, 1.0)
    order = (Modality.T1, Modality.FLAIR, Modality.T1CE, Modality.T2)
    for n, modality in enumerate(order):
        assert volumes[modality].data[20, 20, 12 - FIRST] == pytest.approx(10 * n + 12, abs=2)
    flair = volumes[Modality.FLAIR].data[..., 12 - FIRST].astype(int)
    assert np.unravel_index(flair.argmax(), flair.shape) == (5, 3)
    # Radiological, anterior up: the first column is the patient's right, the first row anterior.
    affine = labelled.study.grid.affine
    assert affine[0, 0] == affine[1, 1] == -1 and affine[2, 2] == 1


def test_slices_between_those_given_are_interpolated(folder: Path) -> None:
    data = brats18_cases(folder)[0].load().study.volumes[Modality.T1].data
    assert data[20, 20, :5].tolist() == pytest.approx([7, 8, 9, 10, 11], abs=1)


def test_labels_are_the_experts(folder: Path) -> None:
    labelled = brats18_cases(folder)[0].load()
    assert labelled.labels[5, 3, 5] == 1 and labelled.labels[6, 3, 5] == 2
    assert labelled.labels[5, 4, 5] == 4 and np.count_nonzero(labelled.labels) == 3
    assert (labelled.lesion == (labelled.labels > 0)).all()


def test_what_does_not_fit_the_table_is_named(folder: Path) -> None:
    cv2.imwrite(str(folder / "P1" / "012_mask.png"), np.full((ROWS, COLUMNS), 3, np.uint8))
    with pytest.raises(FileError, match=r"012_mask\.png of the case P1 is no mask"):
        brats18_cases(folder)[0].load()
    cv2.imwrite(str(folder / "P1" / "011.webp"), np.zeros((8, 8), np.uint8))
    with pytest.raises(FileError, match=r"011\.webp of the case P1 has another size"):
        brats18_cases(folder)[0].load()
    (folder / "patients.csv").write_text("patient\nP1\n")
    with pytest.raises(FileError, match=r"patients\.csv cannot be read"):
        brats18_cases(folder)


def write_lgg(folder: Path, fold: str = "") -> None:
    """Two patients; the first is the twin of the one in ``brats18``."""
    rows = ["case_id,class,age_years" + (",fold" if fold else "")]
    for name in ("TCGA-1", "TCGA-2"):
        (folder / name).mkdir(parents=True)
        image = np.random.default_rng(len(rows)).integers(0, 255, (32, 32, 3)).astype(np.uint8)
        cv2.imwrite(str(folder / name / "001.jpg"), image)
        cv2.imwrite(str(folder / name / "001_mask.png"), image[..., 0])
        rows.append(f"{name},A,40" + (f",{fold}" if fold else ""))
    (folder / "labels.csv").write_text("\n".join(rows))


def test_both_collections_are_one_and_twins_lie_in_one_fold(folder: Path) -> None:
    write_lgg(folder.parent / "lgg")
    collection = segmentation_cases(folder.parent)
    assert [case.collection for case in collection.cases] == ["brats18", "lgg", "lgg"]
    for seed in range(5):
        fold = folds_of(collection.cases, 2, seed)
        assert fold[0] == fold[1] != fold[2]


def test_twins_asked_into_different_folds_are_refused(folder: Path) -> None:
    write_lgg(folder.parent / "lgg", fold="one")
    with pytest.raises(FileError, match="TCGA-1 are to lie in different folds"):
        segmentation_cases(folder.parent)
