"""What is no NIfTI image is named by its bytes, alone and in a folder, with what helps."""

import gzip
from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.folder import images_of
from brainviewer.files.nifti.reader import read_nifti
from brainviewer.files.study.folder import collect

MGH = b"\0\0\0\1" + (256).to_bytes(4, "big") * 3 + bytes(400)
DICOM = bytes(128) + b"DICM" + bytes(40)
ANALYZE = (348).to_bytes(4, "little") + bytes(34) + b"r" + bytes(309)
KINDS = {
    "T1.mgz": (gzip.compress(MGH), "a FreeSurfer volume", "mri_convert"),
    "T1.mgh": (MGH, "a FreeSurfer volume", "mri_convert"),
    "T1.nii.gz": (gzip.compress(MGH), "a FreeSurfer volume", "mri_convert"),
    "T1.nrrd": (b"NRRD0004\ntype: short\n", "an NRRD volume", "3D Slicer"),
    "T1.mha": (b"ObjectType = Image\nNDims = 3\n", "a MetaImage volume", "3D Slicer"),
    "T1.mnc": (b"CDF\1" + bytes(90), "a MINC volume", "mnc2nii"),
    "T1.par": (b"# === DATA DESCRIPTION FILE ===\n", "Philips PAR/REC", "dcm2niix"),
    "scan.zip": (b"PK\3\4" + bytes(60), "a ZIP archive", "unpack any other"),
    "scan.nii": (b"PK\3\4" + bytes(60), "a ZIP archive", "unpack any other"),
    "IMG.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "an HEIC photo", "PNG"),
    "photo.nii": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "an HEIC photo", "NIfTI image itself"),
    "page.nii.gz": (b"<!DOCTYPE html><html>", "an HTML page", "Download"),
    "packed.nii.gz": (gzip.compress(b"<html>"), "an HTML page", "Download"),
    "paper.nii": (b"%PDF-1.7\n", "a PDF document", "NIfTI image itself"),
    "pointer.nii.gz": (
        b"version https://git-lfs.github.com/spec/v1\noid",
        "LFS pointer",
        "lfs pull",
    ),
    "annex.nii.gz": (b"/annex/objects/SHA256E-s1--ab.nii.gz\n", "git-annex pointer", "annex get"),
    "twice.nii.gz": (gzip.compress(gzip.compress(MGH)), "packed twice", "gunzip"),
    "text.nii": (b"Dear reader, this is no image.", "a text file", "Check"),
    "IM0001": (DICOM, "is a DICOM file", "dcm2niix"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_named_for_what_it_is(name, tmp_path):
    content, said, helps = KINDS[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=said) as refused:
        read_nifti(tmp_path / name)
    assert helps in refused.value.advice
    assert "damaged" not in str(refused.value)
    assert ("dcm2niix" in refused.value.advice) == (helps == "dcm2niix")


@pytest.mark.parametrize("name", [name for name in KINDS if not name.endswith((".nii", ".nii.gz"))])
def test_a_folder_is_described_by_what_lies_in_it(name, tmp_path):
    content, said, helps = KINDS[name]
    folder = tmp_path / "patient" / "deep"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    (tmp_path / "patient" / "notes.txt").write_text("seen")
    if name == "IM0001":
        assert images_of([tmp_path / "patient" / "deep"]) == (folder / name,)
        return
    for root in (folder, tmp_path / "patient"):
        assert images_of([root]) == ()
        with pytest.raises(FileError, match=said) as refused:
            collect([root])
        assert name in refused.value.message
        assert helps in refused.value.advice


def test_pairs_of_files(tmp_path):
    for name in ("sub_flair", "sub_t1"):
        (tmp_path / f"{name}.hdr").write_bytes(ANALYZE)
        (tmp_path / f"{name}.img").write_bytes(bytes(1000))
    with pytest.raises(FileError, match=r"pairs of \.hdr and \.img files.*sub_flair") as refused:
        collect([tmp_path])
    assert "Convert each pair to one .nii.gz" in refused.value.advice


def test_what_could_become_a_study_is_named_before_the_rest(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    for name in ("b.mgz", "c.mgz"):
        (tmp_path / name).write_bytes(gzip.compress(MGH))
    with pytest.raises(FileError, match=r"2 files, each a FreeSurfer volume .*: b\.mgz, c\.mgz"):
        collect([tmp_path])


def test_an_empty_folder_and_one_of_no_use(tmp_path):
    with pytest.raises(FileError, match="it is empty"):
        collect([tmp_path])
    (tmp_path / "notes.txt").write_text("seen")
    with pytest.raises(FileError, match="There is no image in the folder"):
        collect([tmp_path])


# -- CDs ------------------------------------------------------------------------------------


def cd(root: Path, *series: str) -> Path:
    (root / "DICOMDIR").write_bytes(DICOM)
    (root / "logo.png").write_bytes(b"\x89PNG")
    for name in series:
        folder = root / "DICOM" / "PA000000" / "ST000000" / name
        folder.mkdir(parents=True)
        for n in (1, 2, 10):
            (folder / f"IM{n}").write_bytes(DICOM)
    return root


def test_the_images_of_a_cd_are_found(tmp_path):
    root = cd(tmp_path, "SE000000")
    for opened in (root, root / "DICOMDIR", root / "DICOM"):
        assert [path.name for path in images_of([opened])] == ["IM1", "IM2", "IM10"]


def test_of_a_cd_with_several_series_the_folders_are_named(tmp_path):
    root = cd(tmp_path, "SE000000", "SE000001")
    with pytest.raises(FileError, match=r"DICOM images in 2 folders: .*SE000000 \(3\)") as refused:
        images_of([root])
    assert "Open one of these folders" in refused.value.advice


def test_images_beside_a_study_do_not_hide_it(tmp_path):
    (tmp_path / "1_T1" / "NIFTI").mkdir(parents=True)
    (tmp_path / "1_T1" / "NIFTI" / "T1.nii.gz").touch()
    (tmp_path / "SNAPSHOT").mkdir()
    (tmp_path / "SNAPSHOT" / "a.png").touch()
    assert images_of([tmp_path]) == ()
    assert len(collect([tmp_path])) == 1


def test_a_study_far_below_does_not_hide_images(tmp_path):
    (tmp_path / "a.png").touch()
    far = tmp_path / "backup" / "patient"
    far.mkdir(parents=True)
    (far / "T1.nii.gz").touch()
    assert images_of([tmp_path]) == (tmp_path / "a.png",)


def test_the_list_of_a_cd_without_its_images(tmp_path):
    (tmp_path / "DICOMDIR").write_bytes(DICOM)
    for opened in (tmp_path, tmp_path / "DICOMDIR"):
        assert images_of([opened]) == ()
    with pytest.raises(FileError, match="the list of a CD without its images") as refused:
        collect([tmp_path])
    assert "Copy the whole CD" in refused.value.advice
    with pytest.raises(FileError, match="lists what lies on a CD"):
        read_nifti(tmp_path / "DICOMDIR")


def test_a_folder_of_hidden_files_is_not_called_empty(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    with pytest.raises(FileError, match="what it holds is hidden"):
        collect([tmp_path])
    (tmp_path / ".hidden").rmdir()
    with pytest.raises(FileError, match="it is empty"):
        collect([tmp_path])
