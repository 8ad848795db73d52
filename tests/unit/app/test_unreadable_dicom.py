"""Files that are not as they should be: one true sentence each, beside images and without any."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread, uid
from pydicom.dataset import Dataset

from brainviewer.app.opening.dicom.looking import examination_in
from brainviewer.app.opening.study import open_study
from brainviewer.core.errors import FileError
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.dicom import elements
from brainviewer.files.dicom.places import os as walking
from tests.dicom_writer import TIMES, write_series, write_study
from tests.phantoms import marker_study

PHANTOM = marker_study()
ONE = PHANTOM.volumes[Modality.T1]
ENVELOPE = b"\x30\x82\x10\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"


def noise(number: int) -> bytes:
    return random.Random(number).randbytes(3000)


def files(folder: Path, ending: str, content: Callable[[int], bytes]) -> Path:
    folder.mkdir()
    for number in range(3):
        (folder / f"IM{number}{ending}").write_bytes(content(number))
    return folder


@pytest.mark.parametrize(
    ("ending", "content", "sentence"),
    [
        ("", lambda n: b"", "The folder x holds 3 files without content."),
        (".dcm", lambda n: b"", "x holds 3 files, and all are empty (0 bytes)."),
        ("", noise, "The folder x holds nothing that is known here: IM0, IM1, IM2."),
        (
            ".dcm",
            noise,
            "x holds 3 files with names of DICOM that are none, such as IM0.dcm.",
        ),
        ("", lambda n: ENVELOPE + noise(n), "3 files, each an encrypted file: IM0, IM1, IM2."),
        (
            ".ima",
            lambda n: ENVELOPE + noise(n),
            "x holds 3 files with names of DICOM, each an encrypted file.",
        ),
        (
            ".dcm",
            lambda n: bytes(128) + b"DICM" + noise(n),
            "x holds 3 DICOM files that end before all pixels are there.",
        ),
    ],
)
def test_nothing_that_can_be_read(
    tmp_path: Path, ending: str, content: Callable[[int], bytes], sentence: str
) -> None:
    with pytest.raises(FileError) as caught:
        open_study([files(tmp_path / "x", ending, content)])
    assert sentence in caught.value.message
    assert caught.value.advice


def encrypted(paths: list[Path], *, pixels: bool) -> None:
    for path in paths:
        dataset, item = dcmread(path), Dataset()
        item.EncryptedContentTransferSyntaxUID = uid.ExplicitVRLittleEndian
        item.EncryptedContent = bytes(64)
        dataset.EncryptedAttributesSequence = [item]
        if not pixels:
            del dataset.PixelData
        dataset.save_as(path)


@pytest.mark.parametrize("enhanced", [False, True])
def test_encrypted_attributes_are_told(tmp_path: Path, enhanced: bool) -> None:
    for paths in write_study(tmp_path, PHANTOM, enhanced=enhanced).values():
        encrypted(paths, pixels=True)
    study = open_study([tmp_path])
    assert study.modalities == SEQUENCES
    assert study.notices == ("The files hold encrypted data beside the images, which is not read.",)


def test_pixels_that_are_encrypted(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    encrypted(write_series(folder, ONE.data, ONE.grid.affine, elements=TIMES["T1"]), pixels=False)
    with pytest.raises(FileError) as caught:
        open_study([folder])
    assert caught.value.message == "x holds 32 DICOM files without pixels: they are encrypted."


@pytest.mark.parametrize("syntax", [uid.DeflatedExplicitVRLittleEndian, uid.ExplicitVRBigEndian])
def test_unusual_encodings_open(tmp_path: Path, syntax: str) -> None:
    write_study(tmp_path, PHANTOM, syntax=syntax)
    study = open_study([tmp_path])
    assert (study.modalities, study.notices) == (SEQUENCES, ())


def test_what_lies_beside_the_images_is_told(tmp_path: Path) -> None:
    paths = write_study(tmp_path, PHANTOM)[Modality.T2]
    (tmp_path / "IM9").write_bytes(b"")
    (tmp_path / "note.dcm").write_bytes(noise(1))
    (tmp_path / "VIEWER").mkdir()
    (tmp_path / "VIEWER" / "lock").write_bytes(b"")  # of a viewer, not of the images
    for path in paths[3:5]:
        path.write_bytes(path.read_bytes()[:400])
    study = open_study([tmp_path])
    assert study.notices == (
        "2 images end before all pixels are there, as while a series is being written. Open it "
        "again when all images are there.",
        "Beside the images 1 file is empty (0 bytes): some may not have been copied.",
        "1 file is no DICOM, whatever the name says.",
        "T2: 2 slices are missing from it and black.",
    )


def test_a_series_that_grows_is_whole_the_second_time(tmp_path: Path) -> None:
    paths = write_study(tmp_path, PHANTOM)[Modality.T2]
    whole = [path.read_bytes() for path in paths]
    paths[0].write_bytes(whole[0][:-100])
    paths[-1].unlink()
    assert open_study([tmp_path]).notices
    for path, content in zip(paths, whole, strict=True):
        path.write_bytes(content)
    study = open_study([tmp_path])
    assert study.notices == ()
    assert study.volumes[Modality.T2].data.shape[2] == len(paths)


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    paths = write_study(tmp_path, PHANTOM)[Modality.T2]
    examination = examination_in([tmp_path])
    paths[4].write_bytes(paths[4].read_bytes()[:-100])
    study = open_study([tmp_path], which=examination)
    assert Modality.T2 not in study.volumes
    assert any("ends before its pixels do" in notice for notice in study.notices)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path / "open", PHANTOM)
    walk = walking.walk

    def closed(top: Path, onerror: Callable[[OSError], None]):
        onerror(PermissionError(13, "Permission denied", "closed"))
        yield from walk(top)

    monkeypatch.setattr(walking, "walk", closed)
    assert open_study([tmp_path]).notices == (
        "1 folder was passed over: you have no permission to read what lies there.",
    )


def test_files_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write_study(tmp_path, PHANTOM)[Modality.T2]
    opening = elements.open_ordinary

    def refused(path: Path):
        if path in paths[:2]:
            raise FileError(f"You have no permission to read {path.name}.", "Change it.")
        return opening(path)

    monkeypatch.setattr(elements, "open_ordinary", refused)
    notices = open_study([tmp_path]).notices
    assert notices[0].startswith("2 files could not be read. You have no permission to read IM")


def test_a_cd_with_a_viewer_opens_without_a_word(tmp_path: Path) -> None:
    write_study(tmp_path / "DICOM" / "PA0", PHANTOM)
    for name, content in {
        "AUTORUN.INF": b"[autorun]\nopen=viewer.exe",
        "VIEWER.EXE": b"MZ" + noise(1),
        "index.html": b"<html></html>",
        "VIEWER/lib": b"\x7fELF" + noise(2),
        "VIEWER/data.bin": noise(3),
        "THUMBS/1.jpg": b"\xff\xd8\xff" + noise(4),
        "README": b"Start the viewer.",
        "empty": b"",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    study = open_study([tmp_path])
    assert (study.modalities, study.notices) == (SEQUENCES, ())
