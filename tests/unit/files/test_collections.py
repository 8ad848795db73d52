"""Folders as public collections lay them out: one patient opens, several are said."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.core.study import SEQUENCES
from brainviewer.files.study.folder import SeveralVersions, assign, collect

FLAIR, T1, T1CE, T2 = SEQUENCES


def made(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def opened(root: Path) -> dict[str, str]:
    """What the files of a folder are taken for, by their names below it."""
    found = assign(collect([root]))
    said = {m.value: path.relative_to(root).as_posix() for m, path in found.files.items()}
    if found.segmentation:
        said["seg"] = found.segmentation.relative_to(root).as_posix()
    return said


def test_ucsf_pdgm_holds_every_sequence_twice(tmp_path):
    stem = "UCSF-PDGM-0004"
    made(
        tmp_path,
        *(f"{stem}_{m}{v}.nii.gz" for m in ("T1", "T1c", "T2", "FLAIR") for v in ("", "_bias")),
        f"{stem}_SWI.nii.gz", f"{stem}_DTI_eddy_FA.nii.gz", f"{stem}_ASL.nii.gz",
        f"{stem}_brain_segmentation.nii.gz", f"{stem}_tumor_segmentation.nii.gz",
    )  # fmt: skip
    assert opened(tmp_path) == {
        "FLAIR": f"{stem}_FLAIR_bias.nii.gz", "T1": f"{stem}_T1_bias.nii.gz",
        "T1ce": f"{stem}_T1c_bias.nii.gz", "T2": f"{stem}_T2_bias.nii.gz",
        "seg": f"{stem}_tumor_segmentation.nii.gz",
    }  # fmt: skip
    versions, left_out = assign(collect([tmp_path])).notices
    assert versions.startswith("Of FLAIR, T1, T1ce and T2 there are several versions; the bias-")
    assert f"{stem}_T1c_bias.nii.gz" in versions
    assert "none of the four sequences" in left_out


def test_egd_has_a_folder_for_each_sequence(tmp_path):
    names = [f"{k}_{m}/NIFTI/{m}.nii.gz" for k, m in enumerate(("T1", "T1GD", "T2", "FLAIR"), 1)]
    made(tmp_path, *names, "5_MASK/NIFTI/MASK.nii.gz", "METADATA/x.json")
    assert opened(tmp_path) == {
        "FLAIR": names[3], "T1": names[0], "T1ce": names[1], "T2": names[2],
        "seg": "5_MASK/NIFTI/MASK.nii.gz",
    }  # fmt: skip


def test_silent_files_in_folders_of_the_sequences(tmp_path):
    made(tmp_path, "FLAIR/image.nii.gz", "T1 post/image.nii.gz", "T1_map/image.nii.gz")
    assert opened(tmp_path) == {"FLAIR": "FLAIR/image.nii.gz", "T1ce": "T1 post/image.nii.gz"}


@pytest.mark.parametrize("session", ["", "ses-post/"])
def test_bids_subject(tmp_path, session):
    start = f"sub-01/{session}"
    stem = "sub-01_" + session.replace("/", "_")
    made(
        tmp_path,
        f"{start}anat/{stem}T1w.nii.gz", f"{start}anat/{stem}ce-gd_T1w.nii.gz",
        f"{start}anat/{stem}FLAIR.nii.gz", f"{start}dwi/{stem}dir-AP_dwi.nii.gz",
        f"{start}func/{stem}task-rest_bold.nii.gz", f"{start}fmap/{stem}magnitude1.nii.gz",
        "derivatives/fmriprep/sub-01/sub-01_desc-preproc_T1w.nii.gz", "dataset_description.json",
    )  # fmt: skip
    for root in (tmp_path, tmp_path / "sub-01"):
        files = assign(collect([root])).files
        assert {m: path.name for m, path in files.items()} == {
            FLAIR: f"{stem}FLAIR.nii.gz", T1: f"{stem}T1w.nii.gz", T1CE: f"{stem}ce-gd_T1w.nii.gz",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("sub-01/anat/a_T1w.nii", "sub-02/anat/b_T1w.nii"), "2 patients: sub-01, sub-02"),
        (("ses-1/anat/a_T1w.nii", "ses-2/anat/b_T1w.nii"), "2 examinations: ses-1, ses-2"),
        (("week-000-1/T1.nii", "week-044/T1.nii"), "2 examinations: week-000-1, week-044"),
        (("Timepoint_1/a_t1c.nii", "Timepoint_2/a_t1c.nii"), "2 examinations: Timepoint_1"),
        (("EGD-1/1_T1/NIFTI/T1.nii", "EGD-2/1_T1/NIFTI/T1.nii"), "2 studies: EGD-1, EGD-2"),
        (("EGD-1/1_T1/T1.nii", "EGD-2/4_FLAIR/FLAIR.nii"), "2 studies: EGD-1, EGD-2"),
        (("HGG/B_1/B_1_t1.nii", "LGG/B_2/B_2_t1.nii"), "2 studies: HGG, LGG"),
        (("native/T1.nii", "stripped/T1.nii"), "2 studies: native, stripped"),
    ],
)
def test_several_are_said(tmp_path, names, said):
    with pytest.raises(FileError, match=said) as refused:
        collect([made(tmp_path, *names)])
    assert refused.value.advice == "Open one of these folders."


@pytest.mark.parametrize(
    "names",
    [
        ("P1_flair.nii", "P1_t1.nii", "P2_flair.nii", "P2_t1.nii"),
        ("100001_time1_t1ce.nii", "100001_time1_t2.nii", "100001_time2_t1ce.nii",
         "100001_time2_t2.nii"),
    ],
)  # fmt: skip
def test_several_patients_in_one_folder(tmp_path, names):
    with pytest.raises(FileError, match="These files are of 2 patients or examinations") as refused:
        assign(collect([made(tmp_path, *names)]))
    assert "Select the files of one" in refused.value.advice


@pytest.mark.parametrize(
    ("taken", "other", "reason"),
    [
        ("x_FLAIR_n4.nii", "x_FLAIR.nii", "bias-corrected"),
        ("x_FLAIR.nii", "x_FLAIR_+C.nii", "made without contrast agent"),
        ("x_FLAIR.nii", "x_FLAIR_unstripped.nii", "without the skull"),
        ("x_T1_bet.nii", "x_T1.nii", "without the skull"),
        ("x_t1_pre.nii", "x_bravo.nii", "named outright"),
        ("x_T2.nii", "x_T2_raw.nii", "processed"),
        ("x_T2_reg.nii", "x_T2.nii", "aligned"),
    ],
)
def test_the_better_version_is_taken_and_said(tmp_path, taken, other, reason):
    found = assign(collect([made(tmp_path, taken, other)]))
    (path,) = found.files.values()
    assert path.name == taken
    (notice,) = found.notices
    said = (f"the {reason} one is used: {taken}", f"the one {reason} is used: {taken}")
    assert any(words in notice for words in said)


def test_the_finest_of_several_planes(tmp_path):
    for name, voxel in (
        ("t1_KM_tra", (1, 1, 5)),
        ("t1_KM_cor", (1, 5, 1)),
        ("t1_3d_KM", (1, 1, 1)),
    ):
        image = nib.Nifti1Image(np.ones((8, 8, 8), np.int16), np.diag([*voxel, 1.0]))
        nib.save(image, tmp_path / f"{name}.nii")
    found = assign(collect([tmp_path]))
    assert found.files[T1CE].name == "t1_3d_KM.nii"
    assert "the finest one is used" in found.notices[0]
    (tmp_path / "t1_3d_KM.nii").unlink()
    with pytest.raises(SeveralVersions, match="2 files are named as T1ce") as asked:
        assign(collect([tmp_path]))
    assert len(asked.value.assignment.unknown) == 2


def test_a_point_in_time_that_is_called_t1(tmp_path):
    made(tmp_path, "bt_t1_flair.nii", "bt_t1_t1.nii", "bt_t1_t1ce.nii", "bt_t1_t2.nii")
    assert opened(tmp_path) == {
        "FLAIR": "bt_t1_flair.nii", "T1": "bt_t1_t1.nii", "T1ce": "bt_t1_t1ce.nii",
        "T2": "bt_t1_t2.nii",
    }  # fmt: skip


def test_a_patient_that_is_called_gd(tmp_path):
    made(tmp_path, "GD-001_flair.nii", "GD-001_t1.nii", "GD-001_t2.nii")
    assert opened(tmp_path) == {
        "FLAIR": "GD-001_flair.nii", "T1": "GD-001_t1.nii", "T2": "GD-001_t2.nii",
    }  # fmt: skip


def test_a_mask_of_whatever_comes_behind_a_segmentation(tmp_path):
    made(tmp_path, "flair.nii", "a_mask.nii", "b_seg.nii")
    assert opened(tmp_path)["seg"] == "b_seg.nii"


@pytest.mark.parametrize("labels", ["labels", "segmentation", "masks"])
def test_a_folder_of_outlines_is_no_second_study(tmp_path, labels):
    made(tmp_path, "images/T1.nii.gz", "images/FLAIR.nii.gz", f"{labels}/tumor_seg.nii.gz")
    assert opened(tmp_path) == {
        "FLAIR": "images/FLAIR.nii.gz", "T1": "images/T1.nii.gz",
        "seg": f"{labels}/tumor_seg.nii.gz",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("automatic", "by_hand"),
    [
        ("TCGA-06-0138_GlistrBoost.nii.gz", "TCGA-06-0138_GlistrBoost_ManuallyCorrected.nii.gz"),
        ("UPENN-GBM-00001_11_automated_approx_segm.nii.gz", "UPENN-GBM-00001_11_segm.nii.gz"),
        ("seg_predicted.nii.gz", "seg.nii.gz"),
    ],
)
def test_the_outline_made_by_hand_is_shown(tmp_path, automatic, by_hand):
    made(tmp_path, "FLAIR.nii.gz", automatic, by_hand)
    assert opened(tmp_path)["seg"] == by_hand


@pytest.mark.parametrize(
    "names",
    [
        ("BraTS-GLI-00000-000-t1n.nii.gz", "BraTS-GLI-00001-000-t2f.nii.gz"),
        ("sub-01_T1w.nii.gz", "sub-02_FLAIR.nii.gz"),
        ("sub-01_ses-1_T1w.nii.gz", "sub-01_ses-2_FLAIR.nii.gz"),
        ("TCGA-06-0138_2003.06.03_t1.nii.gz", "TCGA-DU-7294_2003.06.03_flair.nii.gz"),
        ("Patient_001_T1.nii.gz", "Patient_002_FLAIR.nii.gz"),
        ("BraTS2021_01480_flair.nii.gz", "TCGA-DU-7294_t1.nii.gz"),
        ("sub-01_T1w.nii.gz", "UPENN-GBM-00001_11_FLAIR.nii.gz"),
        ("smith_20200101_T1.nii.gz", "smith_20210101_FLAIR.nii.gz"),
    ],
)
def test_files_of_two_patients_are_said(tmp_path, names):
    (notice,) = assign(collect([made(tmp_path, *names)])).notices
    assert "different patients or examinations" in notice
    assert all(name in notice for name in names)


@pytest.mark.parametrize(
    "names",
    [
        ("3_t1_mprage.nii.gz", "4_t2_flair.nii.gz"),
        ("AX_T1_20200101083000_3.nii.gz", "AX_FLAIR_20200101084500_4.nii.gz"),
        ("ax_mprage_1003.nii.gz", "ax_flair_1004.nii.gz"),
        ("IM_0003_T1.nii.gz", "IM_0004_FLAIR.nii.gz"),
        ("smith_20200101083000_T1.nii.gz", "smith_20200101084500_FLAIR.nii.gz"),
        ("sub-01_T1w.nii.gz", "FLAIR.nii.gz"),
    ],
)
def test_numbers_of_series_are_no_patients(tmp_path, names):
    assert assign(collect([made(tmp_path, *names)])).notices == ()


def test_versions_that_differ_by_a_letter_are_of_one_patient(tmp_path):
    made(tmp_path, "T1.nii", "rT1.nii", "FLAIR.nii", "rFLAIR.nii")
    with pytest.raises(SeveralVersions, match="2 files are named as FLAIR"):
        assign(collect([tmp_path]))


def test_the_reason_for_a_version_is_said_in_english(tmp_path):
    made(tmp_path, "FLAIR.nii.gz", "FLAIR_unstripped.nii.gz")
    (notice,) = assign(collect([tmp_path])).notices
    assert "the one without the skull is used: FLAIR.nii.gz" in notice


def test_a_folder_with_folders_is_not_called_empty(tmp_path):
    made(tmp_path, "a/b/c/d/e/T1.nii.gz")
    with pytest.raises(FileError, match="nothing is searched more than 3 folders down"):
        collect([tmp_path])
