"""Copies of an image count once; other content under the same identifier is another image."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread, uid

from brainviewer.files.decoding.process import DamagedError
from brainviewer.files.dicom.export.series import can_be_referred_to
from brainviewer.files.dicom.series import copies
from brainviewer.files.dicom.series.candidates import Candidate, candidates_of
from brainviewer.files.dicom.series.copies import without_copies
from brainviewer.files.dicom.series.examination import examination_of
from brainviewer.files.dicom.series.frames import Frame, Tags
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.volume import read_stack
from tests.dicom_files import compressed, save
from tests.dicom_writer import TIMES, Examination, write_series

DATA = np.random.default_rng(1).integers(0, 900, (24, 20, 12)).astype(np.uint16)
AFFINE = np.diag((-5.0, -5.0, 9.0, 1.0))
EXAMINATION = Examination()
SAID = "Some of its images have the identifier (SOP Instance UID) of others with other content"


def series(folder: Path, data: np.ndarray = DATA, **how: object) -> list[Path]:
    return write_series(folder, data, AFFINE, **{"elements": TIMES["T1"], **how})


def found(folder: Path) -> list[Candidate]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return list(candidates_of(read_headers(files).frames))


def changed(path: Path, to: Path | None = None, **said: object) -> None:
    dataset = dcmread(path)
    for keyword, value in said.items():
        setattr(dataset, keyword, value)
    dataset.save_as(to or path)


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.JPEGLSLossless])
@pytest.mark.parametrize("enhanced", [False, True])
def test_a_folder_that_was_copied_into_itself(tmp_path: Path, syntax: str, enhanced: bool) -> None:
    series(tmp_path / "a", syntax=syntax, enhanced=enhanced)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (one,) = found(tmp_path)
    assert (one.left_out, one.stack.times, one.stack.notices) == ("", 1, ())
    read = read_stack(one.stack)
    assert np.array_equal(read.data, DATA)
    assert read.series is not None
    assert len(read.series.frames) == 12


def test_one_image_in_two_encodings(tmp_path: Path) -> None:
    for path in series(tmp_path)[:3]:
        dataset = dcmread(path)
        values = dataset.pixel_array[None]
        del dataset.PixelData
        content = compressed(values, uid.JPEGLSLossless, 16)
        save(path.with_suffix(".jls"), dataset, content, uid.JPEGLSLossless)
    (one,) = found(tmp_path)
    assert one.stack.notices == ()


def test_other_patient_data_make_no_other_image(tmp_path: Path) -> None:
    for path in series(tmp_path):
        changed(path, path.with_suffix(".again"), StudyDescription="corrected")
    (one,) = found(tmp_path)
    assert (one.stack.times, one.stack.notices) == (1, ())


def test_one_identifier_for_all_images(tmp_path: Path) -> None:
    for path in series(tmp_path):
        changed(path, SOPInstanceUID="1.2.3")
    (one,) = found(tmp_path)
    read = read_stack(one.stack)
    assert np.array_equal(read.data, DATA)
    assert read.notices[0].startswith(SAID)
    assert read.series is not None
    assert read.series.frames == ()  # no result can say which image it means
    assert not can_be_referred_to(read.series)


def test_other_pixels_under_one_identifier_are_kept_and_said(tmp_path: Path) -> None:
    paths = series(tmp_path)
    again = (DATA[:, :, 4].T + 1).tobytes()
    changed(paths[4], paths[4].with_suffix(".again"), PixelData=again, InstanceNumber=900)
    (one,) = found(tmp_path)
    assert np.array_equal(read_stack(one.stack).data, DATA)
    assert one.stack.notices[0].startswith("At the place of another there is one slice")
    assert one.stack.notices[1].startswith(SAID)


def test_a_whole_series_under_the_identifiers_of_another(tmp_path: Path) -> None:
    for path in series(tmp_path):
        changed(path, path.with_suffix(".again"), PixelData=(DATA[:, :, 0].T * 0).tobytes())
    reasons = {one.left_out for one in found(tmp_path)}
    assert reasons == {"2 images at each place, and nothing tells them apart"}


@pytest.mark.parametrize("whole_first", [False, True])
def test_a_file_that_breaks_off_is_no_copy_of_the_whole_one(
    tmp_path: Path, whole_first: bool
) -> None:
    (whole,) = series(tmp_path, syntax=uid.JPEGLSLossless, enhanced=True)
    cut = tmp_path / "cut"
    cut.write_bytes(whole.read_bytes()[:-300])
    paths = [whole, cut] if whole_first else [cut, whole]
    kept, ambiguous = without_copies(read_headers(paths).frames)
    assert (len(kept), ambiguous) == (24, 24)


@pytest.mark.parametrize(
    ("offset", "length"),
    [(None, 0), (8, 0), (16, 8)],
    ids=["unknown", "no pixels", "behind the end"],
)
def test_nothing_to_compare_makes_no_copy(
    tmp_path: Path, offset: int | None, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise DamagedError

    monkeypatch.setattr(copies, "decode_into", damaged)
    tags, contents = Tags({"SOPInstanceUID": "1.2.3"}), (b"12345678ab", b"12345678", b"12345678")
    frames = []
    for n, content in enumerate(contents):
        (path := tmp_path / str(n)).write_bytes(content)
        frames.append(Frame(path, 0, tags, offset, length))
    same = 2 if length else 1  # of which the whole files are equal
    for two in (frames[:2], frames[1::-1]):
        assert len(without_copies(two)[0]) == 2
    assert len(without_copies(frames[1:])[0]) == same


# -- series without an identifier ---------------------------------------------------------------


def test_series_without_a_uid_are_told_by_number_and_description(tmp_path: Path) -> None:
    for number, name in enumerate(("T1", "T2"), 3):
        how = {"number": number, "elements": TIMES[name], "examination": EXAMINATION}
        for path in series(tmp_path, DATA + number, **how):
            changed(path, SeriesInstanceUID="")
    assert [(one.number, str(one.sequence), one.left_out) for one in found(tmp_path)] == [
        (3, "T1", ""), (4, "T2", ""),
    ]  # fmt: skip
    examination = examination_of(read_headers(sorted(tmp_path.iterdir())))
    assert examination is not None
    assert examination.notices == (
        "Some files do not say which series they belong to; number, description and folder told.",
    )


def test_without_number_either_by_folder(tmp_path: Path) -> None:
    for name in "ab":
        for path in series(tmp_path / name):
            changed(path, SeriesInstanceUID="", SeriesNumber=None)
    assert [one.left_out for one in found(tmp_path)] == ["", ""]
    for number, path in enumerate(sorted((tmp_path / "b").iterdir())):
        path.rename(tmp_path / "a" / f"{number}.b")
    (reason,) = {one.left_out for one in found(tmp_path)}
    assert reason == "2 images at each place, and nothing tells them apart"


def test_parts_of_a_series_are_numbered(tmp_path: Path) -> None:
    how = {"series_uid": uid.generate_uid(None), "number": 7}
    for name in ("T1", "T2"):
        series(tmp_path / name, elements={**TIMES[name], "SeriesDescription": "both"}, **how)
    assert [one.name for one in found(tmp_path)] == [
        "series 7 (both, part 1 of 2)", "series 7 (both, part 2 of 2)",
    ]  # fmt: skip
