"""Images without a class: slices in three planes, upright, with square pixels."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from brainviewer.training.image_classification.data.tumour_samples import unlabelled_samples
from tests.labelled_folders import write_lgg


@pytest.fixture
def lgg(tmp_path: Path) -> Path:
    """Two patients whose top slice is bright and holds tumour."""
    write_lgg(tmp_path)
    random = np.random.default_rng(0)
    for folder in sorted(tmp_path.glob("TOY*")):
        for number, grey in ((1, 60), (2, 90), (3, 200)):
            noise = random.uniform(-20, 20, (64, 64, 3))
            cv2.imwrite(str(folder / f"00{number}.jpg"), (grey + noise).astype(np.uint8))
    return tmp_path


def test_slices_in_three_planes_without_a_class(lgg: Path) -> None:
    samples = unlabelled_samples(lgg)
    assert len({sample.name for sample in samples}) == len(samples)
    assert {sample.label for sample in samples} == {""}
    assert {sample.name.split("/")[0] for sample in samples} == {"TOY-AA-1111", "TOY-BB-2222"}
    planes = {plane: [s for s in samples if f"/{plane}" in s.name] for plane in "xyz"}
    assert {s.image.shape for s in planes["z"]} == {(64, 64)}
    # Three slices of 6.5 mm.
    for plane in "xy":
        assert {s.image.shape for s in planes[plane]} == {(20, 64)}
        for sample in planes[plane]:
            assert sample.image[0].mean() > sample.image[-1].mean() + 80
            assert sample.lesion is not None
            assert not sample.lesion[-1].any()
    assert any(s.lesion is not None and s.lesion[0].any() for s in planes["x"])


def test_the_same_slices_every_time(lgg: Path) -> None:
    first, second = (unlabelled_samples(lgg) for _ in range(2))
    assert [sample.name for sample in first] == [sample.name for sample in second]
