"""Reading labelled folders, and splitting by patient."""

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.datasets import patient_folds, read_cheng, read_lgg


def write_case(folder: Path, same_as_flair: tuple[int, ...], sides: tuple[int, ...]) -> None:
    """A case with one slice per side of its square tumour."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(len(folder.name))
    for number, side in enumerate(sides, start=1):
        picture = cv2.resize(random.uniform(30, 220, (16, 16, 3)), (64, 64)).astype(np.uint8)
        for channel in same_as_flair:
            picture[:, :, channel] = picture[:, :, 1]
        mask = np.zeros((64, 64), np.uint8)
        mask[5 : 5 + side, 7 : 7 + side] = 255
        quality = [cv2.IMWRITE_JPEG_QUALITY, 98]
        cv2.imwrite(str(folder / f"{number:03d}.jpg"), picture[:, :, ::-1], quality)
        if side:
            cv2.imwrite(str(folder / f"{number:03d}_mask.png"), mask)


@pytest.fixture
def lgg(tmp_path: Path) -> Path:
    write_case(tmp_path / "one", (), (0, 10, 20, 16, 5))
    write_case(tmp_path / "other", (0, 2), (8,))
    (tmp_path / "labels.csv").write_text(
        "case_id,class,age_years\none,A,37\nother,G,\nunlabelled,,50\n", encoding="utf-8"
    )
    return tmp_path


def test_slices_come_from_the_largest_down(lgg: Path) -> None:
    one, other = read_lgg(lgg, slices_per_patient=3, least_of_largest=0.2)
    assert [int(s.mask.sum()) for s in one.slices] == [400, 256, 100]
    assert (one.label, one.age_years) == ("A", 37)
    assert (other.label, other.age_years) == ("G", None)
    assert [int(s.mask.sum()) for s in read_lgg(lgg, 9, 0.5)[0].slices] == [400, 256]


def test_channels_that_repeat_the_flair_are_missing(lgg: Path) -> None:
    one, other = read_lgg(lgg, 3, 0.2)
    assert list(one.slices[0].channels) == ["T1", "FLAIR", "T1ce"]
    assert list(other.slices[0].channels) == ["FLAIR"]
    assert one.slices[0].channels["T1"].dtype == np.float32


def test_a_missing_case_or_folder_is_refused(lgg: Path, tmp_path: Path) -> None:
    with (lgg / "labels.csv").open("a", encoding="utf-8") as file:
        file.write("absent,O,40\n")
    with pytest.raises(FileError, match="the case absent, which has no slices"):
        read_lgg(lgg, 3, 0.2)
    with pytest.raises(FileError, match=r"no labels\.csv"):
        read_lgg(tmp_path / "nothing", 3, 0.2)


def test_the_tumour_box_becomes_an_ellipse(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.full((100, 200), 50, np.uint8))
    (tmp_path / "labels.csv").write_text(
        "file,class,box_cx,box_cy,box_w,box_h\na.png,glioma,0.5,0.3,0.2,0.2\na.png,none,,,,\n",
        encoding="utf-8",
    )
    glioma, none = read_cheng(tmp_path)
    assert none.mask is None
    assert glioma.mask is not None
    rows, columns = np.nonzero(glioma.mask)
    assert (rows.min(), rows.max()) == (20, 40)
    assert (columns.min(), columns.max()) == (80, 120)


def test_folds_are_even_in_every_class_and_can_be_repeated() -> None:
    labels = ["A"] * 54 + ["O"] * 23 + ["G"] * 16
    folds = patient_folds(labels, 5, seed=2026)
    assert np.array_equal(folds, patient_folds(labels, 5, seed=2026))
    assert not np.array_equal(folds, patient_folds(labels, 5, seed=1))
    sizes = np.bincount(folds)
    assert np.ptp(sizes) <= 1
    for code in "AOG":
        counts = Counter(f for f, label in zip(folds, labels, strict=True) if label == code)
        assert max(counts.values()) - min(counts.values()) <= 1
