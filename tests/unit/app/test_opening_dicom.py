"""A folder of DICOM series opens as a study, as the same study in NIfTI files does."""

import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pytest
from pydicom import dcmread

from brainviewer.app.opening.dicom.looking import examination_in
from brainviewer.app.opening.dicom.series import SeriesChoice, UnknownSeries, named
from brainviewer.app.opening.first_image import first_readable
from brainviewer.app.opening.study import open_study, open_without_asking
from brainviewer.app.report.study_record import study_record
from brainviewer.core.errors import FileError, silent
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, age_in_years
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.nifti.writer import write_labels
from brainviewer.files.sources import files_of
from tests.dicom_writer import DESCRIPTIONS, TIMES, Examination, write_series, write_study
from tests.phantoms import marker_study, oblique_grid

PHANTOM = marker_study()
ONE = PHANTOM.volumes[Modality.T1]


def same_voxels(one, other) -> bool:
    return all(
        np.array_equal(
            one.volumes[m].grid.to_ras.turn(one.volumes[m].data),
            other.volumes[m].grid.to_ras.turn(other.volumes[m].data),
        )
        for m in SEQUENCES
    )


@pytest.mark.parametrize("vendor", DESCRIPTIONS)
@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
@pytest.mark.parametrize("said", [False, True], ids=["times", "words"])
def test_it_opens_without_asking(tmp_path: Path, vendor: str, enhanced: bool, said: bool) -> None:
    write_study(tmp_path / "ST1" / "SE", PHANTOM, vendor=vendor, enhanced=enhanced, said=said)
    study = open_study([tmp_path])
    assert study.modalities == SEQUENCES
    assert same_voxels(study, PHANTOM)
    assert study.notices == ()
    assert study.name == tmp_path.name
    description = f" ({DESCRIPTIONS[vendor]['T1']})" if said else ""
    assert study.volumes[Modality.T1].file_name == f"series 4{description}"


def test_patient_and_age_come_along_and_are_not_recorded(tmp_path: Path) -> None:
    write_study(tmp_path, PHANTOM)
    study = open_study([tmp_path])
    series = study.reference.series
    assert series is not None
    assert series.patient.readable_name == "Doe, Jane"
    assert age_in_years(series.patient, series.study) == pytest.approx(54.29, abs=0.01)
    for named_too in (True, False):
        record = str(study_record(study, named_too))
        assert "Doe" not in record
        assert "4711" not in record


@pytest.mark.parametrize(
    ("born", "noted", "age"),
    [
        ("20300101", "300Y", None),
        ("18000101", "", None),
        ("", "121Y", None),
        ("", "1500M", None),
        ("20300101", "054Y", 54),
        ("", "120Y", 120),
        ("", "-05Y", None),
    ],
)
def test_an_age_that_nobody_reaches_is_none(born: str, noted: str, age: float | None) -> None:
    study = ImagingStudy("1.2", date="20240614", patient_age=noted)
    assert age_in_years(Patient(birth_date=born), study) == age


def test_results_beside_the_images_do_not_hide_them(tmp_path: Path) -> None:
    write_study(tmp_path, PHANTOM)
    before = open_without_asking([tmp_path])
    for folder in ("out", "out-2"):
        (tmp_path / folder).mkdir()
        for name in ("mask.nii.gz", "mask_parts.nii.gz"):
            mask = np.zeros(PHANTOM.grid.shape, np.uint8)
            write_labels(tmp_path / folder / name, mask, PHANTOM.grid)
        after = open_without_asking([tmp_path])
        assert after.content_hash == before.content_hash


def test_other_series_are_left_out_and_said(tmp_path: Path) -> None:
    examination = Examination()
    write_study(tmp_path, PHANTOM, examination=examination)
    for number, kind in enumerate(("LOCALIZER", "DIFFUSION"), 20):
        elements = {"ImageType": ["ORIGINAL", "PRIMARY", kind]}
        write_series(
            tmp_path, ONE.data, ONE.grid.affine, examination=examination, number=number,
            elements=elements,
        )  # fmt: skip
    assert open_study([tmp_path]).notices == (
        "2 other series are not shown: localiser and diffusion.",
    )


def test_an_archive_opens_like_its_folder(tmp_path: Path) -> None:
    paths = write_study(tmp_path / "a", PHANTOM)
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as file:
        for several in paths.values():
            for path in several:
                file.write(path, path.name)
    study = open_study([tmp_path / "export.zip"])
    assert study.content_hash == open_study([tmp_path / "a"]).content_hash
    assert study.name == "export"


def test_files_that_are_dropped_one_by_one(tmp_path: Path) -> None:
    paths = write_study(tmp_path, PHANTOM)
    study = open_study([path for several in paths.values() for path in several])
    assert same_voxels(study, PHANTOM)


def test_one_file_is_an_image_unless_it_holds_a_series(tmp_path: Path) -> None:
    classic = write_study(tmp_path / "c", PHANTOM)[Modality.T1]
    assert open_study([classic[0]]).is_image2d
    (enhanced,) = write_study(tmp_path / "e", PHANTOM, enhanced=True)[Modality.T1]
    assert open_study([enhanced]).modalities == (Modality.T1,)


def test_what_is_not_certain_is_asked_or_said(tmp_path: Path) -> None:
    examination = Examination()
    write_study(tmp_path, PHANTOM, examination=examination)
    write_series(
        tmp_path, ONE.data * 2, ONE.grid.affine, examination=examination, number=9,
        elements={**TIMES["T2"], "SeriesDescription": "t2 again"},
    )  # fmt: skip
    with pytest.raises(UnknownSeries, match="2 series are T2") as asked:
        open_study([tmp_path])
    choice = asked.value.choice
    assert choice.chosen[Modality.T2].number == 9
    study = open_without_asking([tmp_path])
    assert study.notices[0].startswith(
        "2 series are T2: series 6 (t2_tse_tra), series 9 (t2 again)"
    )
    first = next(one for one in choice.examination.candidates if one.number == 6)
    chosen = SeriesChoice(choice.examination, {**choice.chosen, Modality.T2: first})
    assert same_voxels(open_study([tmp_path], which=chosen), PHANTOM)


def test_a_series_can_be_named_by_folder_or_file(tmp_path: Path) -> None:
    examination = Examination()
    for number, name in enumerate(("a", "b")):
        write_series(
            tmp_path / name, ONE.data + number, ONE.grid.affine, number=number,
            examination=examination,
        )  # fmt: skip
    with pytest.raises(UnknownSeries, match="Which sequence is this"):
        open_without_asking([tmp_path])
    in_b = next((tmp_path / "b").iterdir())
    study = open_study([Path(f"T1={tmp_path / 'a'}"), Path(f"T2={in_b}")])
    assert study.modalities == (Modality.T1, Modality.T2)
    assert np.array_equal(study.volumes[Modality.T2].data, study.volumes[Modality.T1].data + 1)
    with pytest.raises(FileError, match="holds 2 series"):
        open_study([Path(f"T1={tmp_path}")])


def test_a_segmentation_may_be_named_beside_series(tmp_path: Path) -> None:
    write_study(tmp_path / "a", PHANTOM)
    assert PHANTOM.segmentation is not None
    mask = tmp_path / "mask.nii.gz"
    nibabel.Nifti1Image(PHANTOM.segmentation.data, PHANTOM.grid.affine).to_filename(mask)
    study = open_study([tmp_path / "a", Path(f"seg={mask}")])
    assert study.segmentation is not None
    assert study.segmentation.data.sum() == PHANTOM.segmentation.data.sum()


def test_other_grids_are_brought_together(tmp_path: Path) -> None:
    examination = Examination()
    other = marker_study(oblique_grid(), (Modality.T2,))
    write_study(tmp_path, PHANTOM, examination=examination, elements={})
    write_study(
        tmp_path / "b", other, examination=examination, elements={"MRAcquisitionType": "3D"}
    )
    study = open_study([tmp_path])
    assert study.volumes[Modality.T2].resampled
    assert any("T2 lies on another grid" in notice for notice in study.notices)
    series = study.volumes[Modality.T2].series
    assert series is not None
    assert len(series.frames) == study.volumes[Modality.T2].file_grid.shape[2]


def test_slices_that_are_no_volume_are_shown_one_by_one(tmp_path: Path) -> None:
    paths = write_series(tmp_path, ONE.data, ONE.grid.affine, elements=TIMES["T1"])
    for path in paths[5:15]:
        path.unlink()
    found = named([tmp_path])
    assert len(found.images) == len(paths) - 10
    assert found.no_volume.why == (
        "No series can be shown as a volume: of 32 slices 10 are missing."
    )


@pytest.mark.parametrize("alone", [False, True], ids=["folder", "file"])
def test_why_an_enhanced_file_is_no_volume_is_told(tmp_path: Path, alone: bool) -> None:
    (path,) = write_series(tmp_path, ONE.data, ONE.grid.affine, elements=TIMES["T1"], enhanced=True)
    dataset = dcmread(path)
    del dataset.PerFrameFunctionalGroupsSequence[5].PlanePositionSequence
    dataset.save_as(path)
    why = "No series can be shown as a volume: one of its 32 slices does not say where it lies."
    opened = path if alone else tmp_path
    study = open_study([opened])
    assert study.is_image2d
    assert study.notices[0].startswith(f"{why} Export them again with position")
    found = named([opened])
    said = first_readable(found.images, found.no_volume.sentences, silent).said
    assert study.notices[0] in said


def test_other_modalities_are_images(tmp_path: Path) -> None:
    for path in write_series(tmp_path, ONE.data, ONE.grid.affine):
        dataset = dcmread(path)
        dataset.Modality = "CT"
        dataset.save_as(path)
    assert examination_in([tmp_path]) is None
    assert len(named([tmp_path]).images) == 32
    with pytest.raises(FileError, match=r"the images are CT, not MR\.") as caught:
        open_study([tmp_path])
    assert caught.value.advice.startswith("Only MR is shown as a volume")


def test_images_without_rows_are_told(tmp_path: Path) -> None:
    for path in write_series(tmp_path / "a", ONE.data, ONE.grid.affine):
        dataset = dcmread(path)
        dataset.Rows = 0
        dataset.save_as(path)
    with pytest.raises(FileError, match="a holds 32 DICOM files without an image: Rows"):
        named([tmp_path / "a"])


def test_a_series_without_rows_beside_others_is_told(tmp_path: Path) -> None:
    paths = write_study(tmp_path / "a", PHANTOM)
    for path in paths[Modality.T1]:
        dataset = dcmread(path)
        dataset.Rows = 0
        dataset.save_as(path)
    study = open_study([tmp_path / "a"])
    assert Modality.T1 not in study.volumes
    count = len(paths[Modality.T1])
    assert (
        f"{count} files hold an image without its height (Rows), and cannot be shown. Copy them "
        "again from their source."
    ) in study.notices


def test_an_archive_beside_the_images_is_told(tmp_path: Path) -> None:
    write_study(tmp_path, PHANTOM)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a", b"")
    assert open_study([tmp_path]).notices == (
        "The folder also holds ZIP archives, which are not looked into: other.zip.",
    )


@pytest.mark.parametrize("name", ["DICOMDIR", "dicomdir"])
def test_a_folder_called_like_the_list_of_a_cd_can_be_named(tmp_path: Path, name: str) -> None:
    write_series(tmp_path / name, ONE.data, ONE.grid.affine, elements=TIMES["T1"])
    study = open_study([Path(f"T1={tmp_path / name}")])
    assert study.modalities == (Modality.T1,)


def test_one_series_is_not_named_for_two_sequences(tmp_path: Path) -> None:
    written = write_study(tmp_path / "a", PHANTOM)
    one, other, *_ = written[Modality.T1]
    (tmp_path / "link").symlink_to(tmp_path / "a")
    for t1, t1ce, said in (
        (one, other, "series 4"),
        (one, one, one.name),
        (tmp_path / "a", tmp_path / "link", "a"),
    ):
        with pytest.raises(FileError, match=f"^{said}.* was given for T1 and for T1ce"):
            open_study([Path(f"T1={t1}"), Path(f"T1ce={t1ce}")])
    # What is named counts more than what a series seems to be.
    study = open_study([tmp_path / "a", Path(f"T2={one}")])
    assert Modality.T1 not in study.modalities
    assert study.volumes[Modality.T2].file_name.startswith("series 4")


def test_no_sequence_at_all_is_one_sentence(tmp_path: Path) -> None:
    write_series(tmp_path, ONE.data, ONE.grid.affine, elements=TIMES["SWI"])
    found = named([tmp_path])
    why = "No series can be shown as a volume: susceptibility imaging."
    assert found.no_volume.why == why


def test_no_result_may_take_the_place_of_a_slice(tmp_path: Path) -> None:
    paths = write_study(tmp_path, PHANTOM)[Modality.T1]
    assert set(paths) < set(files_of([tmp_path]))


def test_what_may_not_be_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_study(tmp_path / "a", PHANTOM)

    def refuse(path: Path) -> None:
        raise FileError(f"You have no permission to read {path.name}.", "Change it.")

    monkeypatch.setattr("brainviewer.files.dicom.series.headers.read_elements", refuse)
    monkeypatch.setattr("brainviewer.files.image2d.folder.is_dicom", lambda path: False)
    with pytest.raises(FileError, match="You have no permission to read IM"):
        open_study([tmp_path])


def test_two_hundred_series(tmp_path: Path) -> None:
    examination = Examination()
    write_study(tmp_path, PHANTOM, examination=examination)
    small = ONE.data[:12, :12, :1]
    for number in range(20, 216):
        write_series(
            tmp_path, small, ONE.grid.affine, examination=examination, number=number,
            elements={"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
        )  # fmt: skip
    study = open_study([tmp_path])
    assert study.modalities == SEQUENCES
    assert study.notices == ("196 other series are not shown: screenshot.",)


def test_why_nothing_can_be_shown_is_said_of_a_folder_of_folders_too(tmp_path: Path) -> None:
    data = np.zeros((8, 8, 6), np.int16)
    for n, folder in enumerate(("a", "b"), 3):
        for path in write_series(
            tmp_path / folder, data, np.eye(4), number=n, rescale=[(1.2345678, 0.0)] * 6
        ):
            path.write_bytes(path.read_bytes().replace(b"1.2345678", b"nan      "))
    with pytest.raises(FileError, match="its rescale slope is “nan”") as refused:
        named([tmp_path])
    assert "one rescale for all slices. A single image can be opened" in refused.value.advice
