"""What is named: folders of any nesting, a CD with its viewer, archives; whose images these are."""

from pathlib import Path

import numpy as np
import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.dicom.places import may_hold_series, possible_files
from brainviewer.files.dicom.series.examination import examination_of
from brainviewer.files.dicom.series.headers import read_headers
from tests.dicom_writer import TIMES, Examination, write_series

DATA = np.arange(6 * 5 * 4, dtype=np.int16).reshape(6, 5, 4)


def series(folder: Path, examination: Examination | None = None, **how: object) -> list[Path]:
    return write_series(folder, DATA, np.eye(4), examination=examination, **how)


def examined(*paths: Path):
    found = examination_of(read_headers(possible_files(paths).files))
    assert found is not None
    return found


def test_a_cd_with_a_viewer(tmp_path: Path) -> None:
    paths = series(tmp_path / "DICOM" / "PA1" / "ST1" / "SE1" / "deeper" / "still")
    (tmp_path / "DICOMDIR").write_bytes(bytes(128) + b"DICM" + bytes(40))
    (tmp_path / "VIEWER.EXE").write_bytes(b"MZ" + bytes(900))
    (tmp_path / "readme").write_text("Start the viewer.")
    (tmp_path / ".hidden").write_bytes(paths[0].read_bytes())
    assert set(paths) < set(possible_files([tmp_path]).files)
    for place in (tmp_path, tmp_path / "DICOMDIR"):
        assert may_hold_series([place])
        assert len(examined(place).candidates[0].stack.frames) == 4


def test_a_folder_with_nifti_is_none(tmp_path: Path) -> None:
    series(tmp_path / "dicom")
    assert may_hold_series([tmp_path])
    (tmp_path / "flair.nii.gz").write_bytes(b"")
    assert not may_hold_series([tmp_path])
    assert not may_hold_series([tmp_path / "flair.nii.gz"])
    assert not may_hold_series([])


def test_images_of_two_patients(tmp_path: Path) -> None:
    series(tmp_path / "anna", Examination("P-1"))
    series(tmp_path / "bert", Examination("P-2"))
    with pytest.raises(FileError, match="images of 2 patients") as caught:
        examined(tmp_path)
    assert caught.value.advice == "Open the folder of one of them: anna, bert."
    series(tmp_path / "anna", Examination("P-2"), number=9)
    with pytest.raises(FileError) as caught:
        examined(tmp_path)
    assert "Select the files" in caught.value.advice


def test_of_two_examinations_the_newest_is_shown(tmp_path: Path) -> None:
    flair = {"elements": TIMES["FLAIR"]}
    series(tmp_path, Examination(date="20230101"), **flair)
    series(tmp_path, Examination(date="20240501"), number=5, **flair)
    series(tmp_path, Examination(date="20250101"), number=9)  # nothing that is known
    found = examined(tmp_path)
    assert found.study.date == "20240501"
    assert found.notices == (
        "There are 3 examinations of this patient: that of 2024-05-01 is shown, not that of "
        "2023-01-01 and 2025-01-01. Open another by its files: select them, or copy them to a "
        "folder of their own.",
    )


def test_a_series_that_is_still_being_written(tmp_path: Path) -> None:
    said = {"ImagesInAcquisition": 9, "MRAcquisitionType": "3D", **TIMES["T2"]}
    paths = series(tmp_path, elements=said)
    paths[0].write_bytes(paths[0].read_bytes()[:-30])
    (tmp_path / "empty").write_bytes(b"")
    cut_off, empty = examined(tmp_path).notices
    assert cut_off.startswith("One image ends before all pixels are there")
    assert empty == "Beside the images 1 file is empty (0 bytes): some may not have been copied."


def test_more_images_are_to_come(tmp_path: Path) -> None:
    said = {"ImagesInAcquisition": 9, "MRAcquisitionType": "3D", **TIMES["T2"]}
    series(tmp_path, elements=said)
    (notice,) = examined(tmp_path).notices
    assert notice == "Of series 3, 4 of 9 images are here: it may be incomplete."


def test_headers_are_read_once(tmp_path: Path) -> None:
    paths = series(tmp_path)
    first = read_headers(paths)
    assert read_headers(paths) is first
    paths[0].write_bytes(paths[0].read_bytes()[:-30])
    assert read_headers(paths) is not first
    assert read_headers(paths).incomplete == (paths[0],)


def test_what_is_no_image_is_counted(tmp_path: Path) -> None:
    paths = series(tmp_path)
    (tmp_path / "notes").write_text("no image")
    headers = read_headers([*paths, tmp_path / "notes", tmp_path / "gone"])
    assert (len(headers.frames), headers.others) == (4, 1)
    assert "There is no file gone" in headers.refused[0].message
