"""Every study of the data folder opens, and holds what is known to be in it."""

import nibabel as nib
import numpy as np
import pytest
from scipy import ndimage

from brainviewer.app.report.study_record import study_record
from brainviewer.core.study import SEQUENCES, Modality
from tests.studies import STUDIES, needs_studies, opened

pytestmark = [pytest.mark.data, needs_studies]

BRATS = (240, 240, 155)
# Study: shape of the FLAIR, orientation, number type, whether there is a segmentation.
KNOWN = {
    "BraTS-GLI-00027-000": (BRATS, "LPS", "int16", False),
    "BraTS-MET-00110-000": (BRATS, "RAS", "int16", False),
    "BraTS2021_01476": (BRATS, "LPS", "int16", True),
    "BraTS2021_01480": (BRATS, "LPS", "int16", True),
    "BraTS2021_01659": (BRATS, "LPS", "int16", True),
    "BraTS2024-GLI-00009-000": ((182, 218, 182), "LAS", "float32", True),
    "TCGA-DU-7294": (BRATS, "LPS", "int16", True),
    "TCGA-FG-6692": (BRATS, "LPS", "int16", True),
    "native_TCGA-FG-6692": ((208, 256, 26), "LAS", "int16", False),
}


@pytest.mark.parametrize("name", KNOWN)
def test_open(name):
    shape, orientation, dtype, segmented = KNOWN[name]
    study = opened(name)
    assert study.name == name
    assert study.modalities == SEQUENCES
    assert study.grid.shape == shape
    assert study.grid.orientation == orientation
    for volume in study.volumes.values():
        assert volume.data.shape == shape
        assert volume.data.dtype == np.dtype(dtype)
        assert not volume.constant
    flair = nib.load(STUDIES / name / study.volumes[Modality.FLAIR].file_name)
    np.testing.assert_array_equal(study.volumes[Modality.FLAIR].data, np.asarray(flair.dataobj))
    np.testing.assert_allclose(study.grid.affine, flair.affine, atol=1e-4)
    info = study_record(study)
    assert {entry["dtype"] for entry in info["sequences"].values()} == {dtype}
    assert info["missing"] == []
    assert (info["segmentation"] is not None) == segmented
    if study.segmentation:
        assert set(np.unique(study.segmentation.data)) <= {0, 1, 2, 3, 4}
        assert study.segmentation.data.any()
    assert bool(study.notices) == name.startswith("native")


def test_the_four_grids_of_a_raw_scan():
    study = opened("native_TCGA-FG-6692")
    info = study_record(study)["sequences"]
    assert info["T1"]["file"].startswith("T1_AX_Other")
    assert info["T1ce"]["file"].startswith("MRHR_T1_AX_POST_GAD")
    assert [info[m]["shape"] for m in info] == [
        [208, 256, 26],
        [256, 224, 26],
        [256, 224, 26],
        [224, 256, 26],
    ]
    assert study.notices[0].startswith("T1, T1ce and T2 lie on other grids")


def test_no_study_of_the_folder_is_left_out():
    assert {path.name for path in STUDIES.iterdir() if path.is_dir()} == set(KNOWN)


def test_heads_that_moved_between_the_scans_lie_over_each_other():
    """The T1 of this examination was made half an hour later, the head 17 mm further up.

    By the scanner's positions alone the heads overlap by 0.93 (T1), 0.92 (T1ce) and 0.95 (T2).
    """
    study = opened("native_TCGA-FG-6692")
    assert any("the head moved by up to 21 mm" in notice for notice in study.notices)
    assert 10 < study.volumes[SEQUENCES[1]].moved_mm < 30
    flair, *others = (head_of(study.volumes[modality].data) for modality in SEQUENCES)
    for head in others:
        assert 2 * (head & flair).sum() / (head.sum() + flair.sum()) > 0.97


def head_of(data):
    above_air = data > 0.1 * np.percentile(data, 99)
    return ndimage.binary_fill_holes(ndimage.binary_closing(above_air, iterations=3))
