"""What names say only beside each other: a shared point in time, a patient, another examination."""

from pathlib import Path

import numpy as np
import pytest
from nibabel import Nifti1Image

from brainviewer.core.study import SEQUENCES
from brainviewer.files.study.folder import SeveralVersions, assign
from brainviewer.files.study.shared_words import without_shared_contrast

FLAIR, T1, T1CE, T2 = SEQUENCES
OTHERS = "different patients or examinations"


@pytest.fixture
def files(tmp_path):
    image = Nifti1Image(np.arange(8**3, dtype=np.int16).reshape(8, 8, 8), np.eye(4))

    def make(names: str) -> list[Path]:
        paths = [tmp_path / f"{name}.nii" for name in names.split("; ")]
        for path in paths:
            image.to_filename(path)
        return paths

    return make


@pytest.mark.parametrize(
    "names",
    [
        "post_FLAIR; post_T1; post_T2",
        "FLAIR_post; T1_post; T2_post",
        "GD_FLAIR; GD_T1; GD_T2",
        "CE_T1; CE_T2",
    ],
)
def test_a_word_that_all_files_carry_is_no_contrast_medium(files, names):
    found = assign(files(names))
    assert T1CE not in found.files
    assert T1 not in found.files
    assert [path.stem for path in found.unknown] == [n for n in names.split("; ") if "T1" in n]


@pytest.mark.parametrize(
    ("names", "enhanced"),
    [
        ("FLAIR_post; T1_post; T1_pre; T2_post", "T1_post"),
        ("AX FLAIR; AX T1 POST; AX T2 POST", "AX T1 POST"),
        ("FLAIR_Gd; T1_Gd; T2_Gd", "T1_Gd"),
        ("post_T1; pre_T1; FLAIR; T2", "post_T1"),
        ("post_T1ce; post_FLAIR", "post_T1ce"),
    ],
)
def test_where_it_tells_files_apart_it_is_one(files, names, enhanced):
    assert assign(files(names)).files[T1CE].stem == enhanced


def test_what_was_brought_to_two_others_is_neither_of_them(files):
    with pytest.raises(SeveralVersions):
        assign(files("FLAIR_reg_T1; FLAIR_reg_T2"))
    found = assign(files("t1_flair; t1_t1; t1_t2"))
    assert {m: path.stem for m, path in found.files.items()} == {
        FLAIR: "t1_flair",
        T1: "t1_t1",
        T2: "t1_t2",
    }


@pytest.mark.parametrize(
    "names",
    [
        "P1_T1; P2_FLAIR",
        "T1_20190101; FLAIR_20200101",
        "20190101_T1; 20200101_FLAIR",
        "T1_2019-01-01; FLAIR_2020-01-01",
        "TCGA-02-0006_1996.08.23_t1; TCGA-02-0006_1997.06.14_flair",
        "T1_20190101093000; FLAIR_20190204101500",
        "UPENN-GBM-00001_11_T1; UPENN-GBM-00001_21_FLAIR",
        "BraTS-GLI-00005-100-t1n; BraTS-GLI-00005-101-t2f",
        "RHUH-0001_0_t1; RHUH-0001_1_flair",
        "week-000_T1; week-012_FLAIR",
        "preop_T1; postop_FLAIR",
        "ReMIND-001-preop-3D_AX_T1; ReMIND-001-intraop-2D_AX_T2_FLAIR",
        "baseline_T1; followup_FLAIR",
        "Mueller_T1; Schmidt_FLAIR",
        "A_T1; B_FLAIR; B_T2",
    ],
)
def test_files_of_two_examinations_are_said(files, names):
    assert any(OTHERS in notice for notice in assign(files(names)).notices)


@pytest.mark.parametrize(
    "names",
    [
        "5_t1_mprage; 7_flair; 9_t2_tse",
        "0007_t2_tse; 0009_flair",
        "S003 AX T2; S005 AX FLAIR",
        "IM1_T1; IM2_FLAIR",
        "AX_T1; SAG_FLAIR; COR_T2",
        "stealth_T1; head_FLAIR",
        "sT1W_3D_TFE; T2W_FLAIR",
        "T1_20190101093000; FLAIR_20190101101500",
        "P1_T1; P1_FLAIR",
        "T1_1234567890; FLAIR_2234567890",
        "Mueller_T1; Mueller_FLAIR",
        "Mueller_T1; FLAIR",
        "preop_T1; preop_FLAIR",
        "POST_T1; FLAIR_3D",
        "BraTS20_Training_001_t1; BraTS20_Training_001_flair",
    ],
)
def test_numbers_and_words_of_series_are_no_patients(files, names):
    assert not any(OTHERS in notice for notice in assign(files(names)).notices)


def test_names_without_words_share_none():
    claims = {FLAIR: [Path("-.nii")], T1CE: [Path("--.nii")]}
    assert without_shared_contrast(claims) == claims
