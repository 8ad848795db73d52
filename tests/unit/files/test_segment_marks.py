"""Masks of segments come back as they were given, from a bit for each voxel."""

import numpy as np

from brainviewer.files.dicom.series.segment_marks import SegmentMarks

CHANCE = np.random.default_rng(5)


def test_masks_of_several_segments() -> None:
    given = {n: [(k, CHANCE.random((7, 5)) > 0.6) for k in (4, 0, 2)] for n in (1, 3)}
    marks, one = SegmentMarks(), np.empty((7, 5), bool)
    for number, some in given.items():
        for k, mask in some:
            one[...] = mask  # the next one comes into the same array
            marks.add(number, k, one)
    marks.add(2, 0, np.zeros((7, 5), bool))
    assert marks.sizes == {n: sum(int(mask.sum()) for _, mask in some) for n, some in given.items()}
    for number, some in given.items():
        for (k, mask), (there, back) in zip(some, marks.masks(number), strict=True):
            assert k == there
            assert back.dtype == bool
            assert np.array_equal(mask, back)


def test_labels() -> None:
    labels = CHANCE.integers(0, 4, (7, 5)).astype(np.uint8)
    marks = SegmentMarks()
    marks.add_labels(1, labels)
    assert marks.sizes.keys() == {0, 1, 2, 3}
    for number in marks.sizes:
        ((k, mask),) = marks.masks(number)
        assert k == 1
        assert np.array_equal(mask, labels == number)
