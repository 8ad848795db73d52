"""Folds that neither a patient nor a copy straddles."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.tumour_folds import deal, near_copies
from brainviewer.training.image_classification.data.tumour_samples import CHENG, cheng_samples

HEADER = "file,class,fold,box_cx,box_cy,box_w,box_h"


def blotches(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (96, 96))
    smooth = cv2.GaussianBlur(noise, (0, 0), 8)
    return np.clip(128 + smooth / smooth.std() * 50, 0, 255).astype(np.uint8)


def test_copies_are_found_whichever_way_up_they_lie_and_however_bright_they_are() -> None:
    one, other = blotches(1), blotches(2)
    images = [
        one,
        other,
        one[::-1],
        cv2.resize(one[:, ::-1], (150, 150)),
        (one[::-1, ::-1] * 0.5).astype(np.uint8),
        other,
    ]
    group = near_copies(images).tolist()
    assert group[0] == group[2] == group[3] == group[4]
    assert group[1] == group[5] != group[0]


def test_groups_are_dealt_whole_and_evenly_in_any_order() -> None:
    files = [f"none/{n}.jpg" for n in range(40)]
    group = np.arange(40) // 2
    dealt = deal(files, group)
    assert all(dealt[files[2 * n]] == dealt[files[2 * n + 1]] for n in range(20))
    assert sorted(dealt.values()) == [1] * 10 + [2] * 10 + [3] * 10 + [4] * 10
    assert dealt == deal(files[::-1], group[::-1])
    assert dealt != {file: 1 + n // 2 % 4 for n, file in enumerate(files)}


def folder(root: Path, *rows: str) -> Path:
    (root / "none").mkdir()
    for n in (1, 2, 3):
        cv2.imwrite(str(root / f"none/{n}.png"), blotches(min(n, 2)))
    (root / "labels.csv").write_text("\n".join([HEADER, *rows]))
    return root


def test_the_table_gives_label_fold_and_lesion(tmp_path: Path) -> None:
    rows = [
        "none/1.png,none,,,,,",
        "none/2.png,none,,,,,",
        "none/3.png,none,,,,,",
        "none/1.png,glioma,3,0.5,0.25,0.25,0.2",
    ]
    read = cheng_samples(folder(tmp_path, *rows))
    assert [one.name for one in read] == [row.split(",")[0] for row in rows]
    assert read[0].lesion is None
    assert read[1].fold == read[2].fold != read[0].fold
    assert [one.group for one in read[:3]] == ["none/1.png", "none/2.png", "none/2.png"]
    assert (read[3].label, read[3].fold, read[3].source) == ("glioma", 3, CHENG)
    assert read[3].lesion is not None
    down, across = np.nonzero(read[3].lesion)
    assert (down.min(), down.max()) == (14, 34)
    assert (across.min(), across.max()) == (36, 60)


@pytest.mark.parametrize(
    "row", ["none/1.png,cyst,1,,,,", "none/1.png,glioma,7,,,,", "none/1.png,glioma,1,x,0,0,0"]
)
def test_a_row_that_cannot_be_is_refused(tmp_path: Path, row: str) -> None:
    with pytest.raises(FileError, match="cannot be"):
        cheng_samples(folder(tmp_path, row))
