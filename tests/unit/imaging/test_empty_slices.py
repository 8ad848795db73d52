"""Slices that are missing or damaged do not hide a lesion from the search, and are told."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.empty_slices import filled_in
from brainviewer.models.segmentation.detection import find_tumour
from tests.follow_up_phantom import current


def without(study: Study, slices: list[int], *names: Modality) -> Study:
    """The study with black axial slices in some sequences, in all if none is named."""
    volumes = dict(study.volumes)
    for modality in names or study.modalities:
        data = volumes[modality].data.copy()
        data[:, :, slices] = data.min()
        volumes[modality] = replace(volumes[modality], data=data)
    return replace(study, volumes=volumes)


def test_a_study_without_gaps_stays_as_it_is():
    whole = current()
    filled = filled_in(whole)
    assert filled.study is whole
    assert not filled.notice
    assert not filled.axial


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_what_is_filled_in_lies_between_the_neighbours(axis):
    whole = current()
    flair = whole.volumes[Modality.FLAIR]
    data = flair.data.astype(np.float32)
    middle = data.shape[axis] // 2
    slices = np.moveaxis(data, axis, 0)
    slices[[middle, middle + 1]] = 0
    holed = replace(whole, volumes={**whole.volumes, Modality.FLAIR: replace(flair, data=data)})
    filled = filled_in(holed).study.volumes
    made = np.moveaxis(filled[Modality.FLAIR].data, axis, 0)
    low, high = slices[middle - 1], slices[middle + 2]
    assert made[middle] == pytest.approx(2 / 3 * low + 1 / 3 * high, abs=1e-3)
    assert made[middle + 1] == pytest.approx(1 / 3 * low + 2 / 3 * high, abs=1e-3)
    rest = np.delete(np.arange(len(slices)), [middle, middle + 1])
    assert (made[rest] == slices[rest]).all()
    assert not slices[middle].any()  # what is shown stays black
    assert filled[Modality.T1] is whole.volumes[Modality.T1]


def test_a_lesion_is_found_beyond_slices_that_are_missing():
    whole = find_tumour(current(), "model-free", network=None)
    gap = [whole.index - 1, whole.index]
    found = find_tumour(without(current(), gap), "model-free", network=None)
    assert found.found
    assert found.index not in gap
    assert abs(found.index - whole.index) <= 4
    before, after = whole.measurements, found.measurements
    assert after.volume_ml == pytest.approx(before.volume_ml, rel=0.1)
    assert found.notices[0] == (
        "Slices of FLAIR, T1, T1ce and T2 are empty: what they would show of the lesion was "
        "estimated from the slices beside them."
    )


def test_one_sequence_with_a_gap_is_named_alone():
    whole = current()
    assert filled_in(without(whole, [20], Modality.T2)).notice.startswith("Slices of T2 are empty")
