"""Which files make up a study, and which is which."""

import gzip
import os
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.core.study import SEQUENCES
from brainviewer.files.dicom.places import nifti_beside
from brainviewer.files.study import places
from brainviewer.files.study.folder import Assignment, assign, collect, explicit, thumbnail
from brainviewer.files.study.sequence_names import Other, role_of

FLAIR, T1, T1CE, T2 = SEQUENCES
SEGMENTATION, UNUSED = Other

NAMES = {
    # BraTS, both ways
    "BraTS2021_01476_flair.nii.gz": FLAIR,
    "BraTS2021_01476_t1.nii.gz": T1,
    "BraTS2021_01476_t1ce.nii.gz": T1CE,
    "BraTS2021_01476_t2.nii.gz": T2,
    "BraTS2021_01476_seg.nii.gz": SEGMENTATION,
    "BraTS-GLI-00027-000-t2f.nii.gz": FLAIR,
    "BraTS-GLI-00027-000-t1n.nii.gz": T1,
    "BraTS-GLI-00027-000-t1c.nii.gz": T1CE,
    "BraTS-GLI-00027-000-t2w.nii.gz": T2,
    "00000057_brain_flair.nii": FLAIR,
    # other collections
    "UPENN-GBM-00001_11_T1GD.nii.gz": T1CE,
    "UPENN-GBM-00001_11_automated_approx_segm.nii.gz": SEGMENTATION,
    "UCSF-PDGM-0004_T1c.nii.gz": T1CE,
    "UCSF-PDGM-0004_ADC.nii.gz": UNUSED,
    "UCSF-PDGM-0004_brain_segmentation.nii.gz": UNUSED,
    "UCSF-PDGM-0004_tumor_segmentation.nii.gz": SEGMENTATION,
    "TCGA-HT-7882_1998.05.27_GlistrBoost_ManuallyCorrected.nii.gz": SEGMENTATION,
    "TCGA-HT-7882_1998.05.27_t1Gd.nii.gz": T1CE,
    # BIDS
    "sub-01_ses-1_T2w.nii.gz": T2,
    "sub-01_ce-GD_T1w.nii.gz": T1CE,
    "sub-01_space-T1w_FLAIR.nii.gz": FLAIR,
    # from the scanner, through dcm2niix
    "MRHR_FLAIR_AX_Si_TCGA_MRHR_FLAIR_AX_SE_IR_5_tir2d1_21_fla.nii.gz": FLAIR,
    "MRHR_T1_AX_POST_GAD_Si_TCGA_MRHR_T1_AX_POST_GAD_SE_13_se2d1r_t1c.nii.gz": T1CE,
    "MRHR_T2_AX_Si_TCGA_MRHR_T2_AX_SE_2_tse2d1_11_t2.nii.gz": T2,
    "T1_AX_Si_TCGA_T1_AX_SE_10_se2d1_t1.nii.gz": T1,
    "5_tir2d1_21.nii": FLAIR,
    "t2_tirm_tra_dark-fluid_4mm.nii": FLAIR,
    "t1_mprage_sag_p2_iso_KM.nii": T1CE,
    # as people write it
    "FLAIR.nii": FLAIR,
    "T2FLAIR.nii": FLAIR,
    "T2_FLAIR.nii": FLAIR,
    "FLAIR T2.nii": FLAIR,
    "T1 FLAIR.nii": T1,
    "Ax T1 FLAIR post.nii": T1CE,
    "T1Gd.nii": T1CE,
    "T1post.nii": T1CE,
    "T1+C.nii": T1CE,
    "T1 +C.nii": T1CE,
    "T1_C.nii": T1CE,
    "T1_gad.nii": T1CE,
    "T1_pre_contrast.nii": T1,
    "T1 without contrast.nii": T1,
    "T1_post_op.nii": T1,
    "Case_C_t1.nii": T1,
    "MPRAGE.nii": T1,
    "MPRAGE_post.nii": T1CE,
    "T2W.nii": T2,
    "axT2.nii": T2,
    "3DT1.nii": T1,
    "T1-weighted.NII.GZ": T1,
    "Müller Jürgen T1 nativ.nii": T1,
    "脑 T2.nii": T2,
    "Mu\u0308ller_flair.nii": FLAIR,
    "flair_tumour_mask.nii": SEGMENTATION,
    "brain_mask.nii": UNUSED,
    "T2_star.nii": UNUSED,
    "t2 minus flair.nii": UNUSED,
    "dwi_b1000.nii": UNUSED,
    # denied, or left open
    "no_flair_t2.nii.gz": T2,
    "T1 ohne FLAIR.nii": T1,
    "non-FLAIR.nii": None,
    "noflair.nii": None,
    "flair_or_t2.nii": None,
    "T2_FLAIR_no_contrast.nii": FLAIR,
    "No 5 T2 FLAIR.nii": FLAIR,
    # silent
    "image001.nii": None,
    "anat.nii.gz": None,
    "1.nii": None,
    "T10_patient.nii": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_roles_by_name(name):
    assert role_of(name) is NAMES[name]


def touch(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in names]
    for path in paths:
        path.touch()
    return paths


def save(path: Path, values, spacing=(1, 1, 1)) -> Path:
    nib.save(nib.Nifti1Image(np.asarray(values), np.diag([*spacing, 1.0])), path)
    return path


# -- collecting -----------------------------------------------------------------------------


def test_images_of_a_folder_and_nothing_else(tmp_path):
    images = touch(tmp_path / "Fall ä 1", "a_flair.nii.gz", "b_T1.NII")
    touch(tmp_path / "Fall ä 1", "notes.txt", "._a_flair.nii.gz", "labels.csv")
    assert collect([tmp_path / "Fall ä 1"]) == images


def test_the_only_study_below(tmp_path):
    images = touch(tmp_path / "sub-01" / "ses-1" / "anat", "x_T1w.nii.gz")
    touch(tmp_path / "papers", "read.txt")
    assert collect([tmp_path]) == images


def test_several_studies_below(tmp_path):
    for name in ("case 1", "case 2"):
        touch(tmp_path / "all" / name, "flair.nii")
    with pytest.raises(FileError, match="folder all holds 2 studies: case 1, case 2"):
        collect([tmp_path / "all"])


def test_images_in_folders_of_their_names(tmp_path):
    inner = touch(tmp_path / "x_flair.nii.gz", "00000057_brain_flair.nii")
    inner += touch(tmp_path / "x_t1.nii.gz", "00000057_brain_t1.nii")
    assert collect([tmp_path]) == inner


def test_packed_and_unpacked_count_once(tmp_path):
    touch(tmp_path, "x_flair.nii", "x_flair.nii.gz")
    assert collect([tmp_path]) == [tmp_path / "x_flair.nii"]


def test_files_are_taken_as_they_are(tmp_path):
    one, two = tmp_path / "a.nii", tmp_path / "strange.name"
    assert collect([one, two, one]) == [one, two]


def test_nothing_to_open(tmp_path):
    with pytest.raises(FileError, match="No file"):
        collect([])
    with pytest.raises(FileError, match="no image in the folder"):
        collect([tmp_path])
    touch(tmp_path, "1.dcm", "2.dcm")
    with pytest.raises(FileError, match="DICOM") as caught:
        collect([tmp_path])
    assert "Copy them again" in caught.value.advice


def test_packed_dicom_is_named(tmp_path):
    packed = gzip.compress(bytes(128) + b"DICM" + bytes(400))
    for name in ("1.dcm.gz", "2.gz"):
        (tmp_path / name).write_bytes(packed)
    with pytest.raises(FileError, match=r"DICOM files packed with gzip: 1\.dcm\.gz") as caught:
        collect([tmp_path])
    assert "gunzip" in caught.value.advice


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(FileError, match="cannot be read"):
        collect([tmp_path])


# -- assigning ------------------------------------------------------------------------------


def test_four_sequences_and_a_segmentation(tmp_path):
    t1, t2, flair, t1ce, seg = touch(
        tmp_path, "x_t1.nii", "x_t2.nii", "x_flair.nii", "x_t1ce.nii", "x_seg.nii"
    )
    found = assign([seg, t1, t2, flair, t1ce])
    assert found == Assignment({FLAIR: flair, T1: t1, T1CE: t1ce, T2: t2}, seg)
    assert list(found.files) == list(SEQUENCES)
    assert found.missing == ()


def test_two_flairs(tmp_path):
    files = touch(tmp_path, "flair_1.nii", "flair_2.nii", "t1.nii")
    with pytest.raises(FileError, match="2 files are named as FLAIR: flair_1") as caught:
        assign(files)
    assert "FLAIR=FILE" in caught.value.advice
    chosen = assign(files, Assignment({FLAIR: files[1]}))
    assert chosen.files == {FLAIR: files[1], T1: files[2]}


def test_silent_names_are_asked_about_only_while_a_sequence_is_missing(tmp_path):
    silent = touch(tmp_path, "scan.nii")
    three = touch(tmp_path, "flair.nii", "t1.nii", "t2.nii")
    found = assign([*silent, *three])
    assert found.unknown == tuple(silent)
    assert found.missing == (T1CE,)
    found = assign([*silent, *three, *touch(tmp_path, "t1ce.nii")])
    assert found.unknown == ()
    assert found.notices == ("Left out, because it is none of the four sequences: scan.nii.",)


def test_a_segmentation_is_known_by_its_content(tmp_path):
    labels = np.zeros((20, 20, 20), np.float32)
    labels[5:8, 5:8, 5:8] = 4
    labels[6, 6, 6] = 1
    segmentation = save(tmp_path / "result.nii.gz", labels)
    values = np.random.default_rng(1).normal(500, 90, (20, 20, 20)).astype(np.float32)
    image = save(tmp_path / "image.nii.gz", values)
    brain = save(tmp_path / "outline.nii.gz", np.ones((20, 20, 20), np.uint8), (9, 9, 9))
    found = assign([segmentation, image, brain])
    assert found.segmentation == segmentation
    assert set(found.unknown) == {image, brain}


def test_several_segmentations(tmp_path):
    found = assign(touch(tmp_path, "a_seg.nii", "b_seg.nii", "t1.nii"))
    assert found.segmentation == tmp_path / "a_seg.nii"
    assert found.notices == ("Of 2 segmentations, a_seg.nii is shown.",)


def test_named_on_the_command_line(tmp_path):
    (plain,) = touch(tmp_path, "rest.nii")
    said, rest = explicit(
        [Path("flair=/data/a b.nii"), plain, Path("T1CE=c.nii"), Path("seg=s.nii.gz")]
    )
    files = {FLAIR: Path("/data/a b.nii"), T1CE: Path("c.nii")}
    assert said == Assignment(files, Path("s.nii.gz"), segmentation_named=True)
    assert rest == [plain]
    with pytest.raises(FileError, match="T2 was given twice"):
        explicit([Path("t2=a.nii"), Path("T2=b.nii")])
    with pytest.raises(FileError, match="segmentation was given twice"):
        explicit([Path("seg=a.nii"), Path("segmentation=b.nii")])


def test_a_file_whose_name_looks_like_a_choice(tmp_path, monkeypatch):
    touch(tmp_path, "t1=a.nii")
    monkeypatch.chdir(tmp_path)
    assert explicit([Path("t1=a.nii")]) == (Assignment(), [Path("t1=a.nii")])


# -- thumbnails -----------------------------------------------------------------------------


def test_thumbnail_shows_the_middle_slice_with_the_left_on_the_right(tmp_path):
    # i grows to the right, j to the front; voxels are twice as deep as wide.
    values = np.full((20, 20, 9), 100, np.int16)
    values[:6, 14:, 4] = 900
    image = thumbnail(save(tmp_path / "a.nii", values, (1, 2, 3)), 80)
    assert image.shape == (80, 80)
    assert image.dtype == np.uint8
    head = image[:, 20:60]
    assert not image[:, :20].any()
    assert not image[:, 60:].any()
    assert head[:20, 30:].min() > head[60:, :10].max()


def test_one_file_is_not_taken_for_two_parts(tmp_path: Path) -> None:
    one = tmp_path / "x.nii.gz"
    one.write_bytes(b"x")
    (tmp_path / "link.nii.gz").symlink_to(one)
    (tmp_path / "hard.nii.gz").hardlink_to(one)
    (tmp_path / "copy.nii.gz").write_bytes(b"x")
    for other in ("x.nii.gz", "link.nii.gz", "hard.nii.gz"):
        with pytest.raises(FileError, match=r"^x\.nii\.gz was given for FLAIR and for T1ce"):
            explicit([Path(f"FLAIR={one}"), Path(f"T1ce={tmp_path / other}")])
    with pytest.raises(FileError, match="for T2 and for the segmentation"):
        explicit([Path(f"T2={one}"), Path(f"seg={one}")])
    said, _ = explicit([Path(f"T1={one}"), Path(f"T2={tmp_path / 'copy.nii.gz'}")])
    assert len(said.files) == 2


def test_a_folder_with_a_whole_collection_is_refused_before_its_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_IMAGES", 5)
    for n in range(6):
        (tmp_path / f"{n}.nii.gz").touch()
    with pytest.raises(places.TooManyImages, match="holds 6 NIfTI images") as refused:
        collect([tmp_path])
    assert refused.value.advice == "Open the files of one study."
    with pytest.raises(places.TooManyImages):
        nifti_beside([tmp_path])
    (tmp_path / "0.nii.gz").unlink()
    assert len(collect([tmp_path])) == 5
