"""The tumour slice of every research study, beside the expert's segmentation where there is one."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.study import Modality
from tests.searching import find_tumour
from tests.studies import found, needs_studies, opened

pytestmark = [pytest.mark.data, needs_studies]

# Study: least fraction of the largest tumour area, least Dice. TCGA: segmented by a program.
OUTLINED = {
    "BraTS2021_01476": (0.9, 0.85),
    "BraTS2021_01480": (0.9, 0.65),
    "BraTS2021_01659": (0.9, 0.8),
    "TCGA-DU-7294": (0.9, 0.85),
    "TCGA-FG-6692": (0.9, 0.8),
}


@pytest.mark.parametrize("name", OUTLINED)
def test_slice_and_mask_beside_an_outline(name):
    least_fraction, least_dice = OUTLINED[name]
    study, finding = opened(name), found(name)
    truth = study.segmentation.data > 0
    area = truth.sum(axis=(0, 1))
    assert area[finding.index] >= least_fraction * area.max()
    overlap = 2 * (truth & finding.mask).sum() / (truth.sum() + finding.mask.sum())
    assert overlap >= least_dice
    assert truth[study.grid.nearest_voxel(finding.position_mm)]
    assert finding.confidence > 0.5
    without = find_tumour(replace(study, segmentation=None))
    assert without.index == finding.index
    np.testing.assert_array_equal(without.mask, finding.mask)


# Where the lesion was seen by eye: first and last slice in which it is large.
SEEN = {
    "BraTS-GLI-00027-000": (58, 84),
    "BraTS-MET-00110-000": (60, 105),
    "native_TCGA-FG-6692": (15, 19),
}


@pytest.mark.parametrize("name", SEEN)
def test_slice_where_the_eye_sees_the_lesion(name):
    low, high = SEEN[name]
    finding = found(name)
    assert low <= finding.index <= high
    assert finding.confidence > 0.5


def test_treated_glioma_is_outlined():
    name = "BraTS2024-GLI-00009-000"
    study, finding = opened(name), found(name)
    truth = study.segmentation.data > 0
    # Two lobes and a cavity.
    area = truth.sum(axis=(0, 1))
    assert area[finding.index] >= 0.9 * area.max()
    assert 2 * (truth & finding.mask).sum() / (truth.sum() + finding.mask.sum()) > 0.65


def test_flair_alone():
    study = opened("BraTS2021_01476")
    alone = replace(study, volumes={Modality.FLAIR: study.volumes[Modality.FLAIR]})
    area = (study.segmentation.data > 0).sum(axis=(0, 1))
    assert area[find_tumour(alone).index] >= 0.9 * area.max()
