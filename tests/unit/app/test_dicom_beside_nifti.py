"""DICOM series and NIfTI images in one folder: the one with more sequences opens, both are told."""

import shutil
from pathlib import Path

import nibabel
import pytest

from brainviewer.app.opening.opened import stamp_of
from brainviewer.app.opening.sequence_assignment import UnknownSequences
from brainviewer.app.opening.study import open_study, open_without_asking
from brainviewer.core.errors import FileError
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.sources import files_of
from brainviewer.files.study.places import SeveralStudies
from tests.dicom_writer import TIMES, Examination, write_series, write_study
from tests.phantoms import marker_study

PHANTOM = marker_study()
ONE = PHANTOM.volumes[Modality.T1]
THREE = marker_study(modalities=(Modality.FLAIR, Modality.T1CE, Modality.T2))


def write_nifti(path: Path, modality: Modality = Modality.T1) -> Path:
    volume = PHANTOM.volumes[modality]
    image = nibabel.Nifti1Image(volume.data, volume.grid.affine)
    image.header.set_xyzt_units("mm")
    image.to_filename(path)
    return path


@pytest.mark.parametrize("below", ["", "dicom"])
@pytest.mark.parametrize("name", ["x_t1.nii.gz", "result.nii.gz"])
def test_series_of_more_sequences_open(tmp_path: Path, below: str, name: str) -> None:
    write_study(tmp_path / below, THREE)
    write_nifti(tmp_path / name)
    study = open_study([tmp_path])
    assert study.modalities == THREE.modalities
    assert f"The folder also holds NIfTI images, which are not shown: {name}." in study.notices
    assert study.patient_source is not None


def test_nifti_images_of_as_many_sequences_open(tmp_path: Path) -> None:
    series = write_series(tmp_path / "dicom", ONE.data, ONE.grid.affine, elements=TIMES["T1"])
    for modality in (Modality.FLAIR, Modality.T2):
        write_nifti(tmp_path / f"{modality.lower()}.nii.gz", modality)
    study = open_study([tmp_path])
    assert study.modalities == (Modality.FLAIR, Modality.T2)
    assert "The folder also holds DICOM series, which are not shown: series 3." in study.notices
    read = files_of([tmp_path])
    assert {*series, tmp_path / "t2.nii.gz"} <= set(read)


def test_one_may_be_named_beside_the_other(tmp_path: Path) -> None:
    write_study(tmp_path, THREE)
    t1 = write_nifti(tmp_path / "x_t1.nii.gz")
    study = open_study([Path(f"T1={t1}"), tmp_path])
    assert study.modalities == SEQUENCES
    assert study.notices == ()


def test_series_that_cannot_be_shown_do_not_stop_nifti_images(tmp_path: Path) -> None:
    write_series(tmp_path, ONE.data, ONE.grid.affine, elements=TIMES["SWI"])
    image = write_nifti(tmp_path / "result.nii.gz")
    with pytest.raises(UnknownSequences):
        open_study([tmp_path])
    image.rename(tmp_path / "t1.nii.gz")
    study = open_study([tmp_path])
    assert any("DICOM series, which are not shown: series 3" in one for one in study.notices)


def test_series_of_several_patients_are_told_beside_nifti_images(tmp_path: Path) -> None:
    for name in ("a", "b"):
        other = Examination(patient_id=name, name=f"{name}^{name}", birth_date="")
        write_series(tmp_path / name, ONE.data, ONE.grid.affine, examination=other)
    image = write_nifti(tmp_path / "result.nii.gz")
    with pytest.raises(FileError, match="images of 2 patients"):
        open_without_asking([tmp_path])
    image.rename(tmp_path / "t1.nii.gz")
    study = open_study([tmp_path])
    assert any("images of 2 patients" in notice for notice in study.notices)


def test_a_change_of_either_is_noticed(tmp_path: Path) -> None:
    series = write_study(tmp_path, THREE)[Modality.T2]
    image = write_nifti(tmp_path / "x_t1.nii.gz")
    stamps = {stamp_of([tmp_path])}
    series[0].touch()
    stamps.add(stamp_of([tmp_path]))
    image.unlink()
    stamps.add(stamp_of([tmp_path]))
    assert len(stamps) == 3
    assert "" not in stamps


def test_copies_of_one_image_as_two_sequences_are_told(tmp_path: Path) -> None:
    for name in ("flair", "t1", "t1ce"):
        write_nifti(
            tmp_path / f"{name}.nii.gz", Modality.FLAIR if name == "flair" else ONE.modality
        )
    study = open_study([tmp_path])
    assert "T1 and T1ce are the same image: check which sequence it is." in study.notices


def zipped(folder: Path, archive: Path) -> None:
    archive.parent.mkdir(exist_ok=True)
    shutil.make_archive(str(archive.with_suffix("")), "zip", folder)


@pytest.mark.usefixtures("home")
def test_the_only_archive_of_a_folder_is_opened(tmp_path: Path) -> None:
    write_study(tmp_path / "series", THREE)
    folder = tmp_path / "only"
    zipped(tmp_path / "series", folder / "images.zip")
    (folder / "readme.txt").write_text("See the archive.")
    study = open_study([folder])
    assert study.modalities == THREE.modalities
    assert study.name == "only"
    zipped(tmp_path / "series", folder / "again.zip")
    with pytest.raises(FileError) as two:
        open_study([folder])
    assert two.value.advice.startswith("Give a ZIP archive of DICOM series itself;")


@pytest.mark.usefixtures("home")
def test_an_archive_beside_studies_of_nifti_files_is_not_opened(tmp_path: Path) -> None:
    write_study(tmp_path / "series", THREE)
    for patient in ("a", "b"):
        (tmp_path / "all" / patient).mkdir(parents=True)
        write_nifti(tmp_path / "all" / patient / "t1.nii.gz")
    zipped(tmp_path / "series", tmp_path / "all" / "images.zip")
    with pytest.raises(SeveralStudies):
        open_study([tmp_path / "all"])


@pytest.mark.usefixtures("home")
def test_of_an_archive_of_several_patients_it_is_said_to_open_it_itself(tmp_path: Path) -> None:
    for name in ("Roe^Ann", "Poe^Max"):
        write_study(tmp_path / "series" / name, THREE, examination=Examination(name, name))
    zipped(tmp_path / "series", tmp_path / "only" / "images.zip")
    with pytest.raises(FileError) as several:
        open_study([tmp_path / "only"])
    assert several.value.advice == "Open images.zip itself, to choose one of them."
