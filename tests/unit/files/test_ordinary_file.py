"""The one door: what is no ordinary file is refused by every reader, at once and in a sentence."""

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import FileError
from brainviewer.files.annotation_file import read_annotations
from brainviewer.files.dicom.reader import read_dicom
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.files.nifti.reader import check_nifti, read_nifti
from brainviewer.files.ordinary_file import (
    check_ordinary,
    is_ordinary,
    open_ordinary,
    plain_errors,
    read_ordinary,
)
from brainviewer.training.labelled_data.labels import read_labels

READERS: list[Callable[[Path], object]] = [
    check_nifti,
    read_nifti,
    read_image2d,
    read_dicom,
    read_annotations,
    read_labels,
    check_ordinary,
    open_ordinary,
    lambda path: read_ordinary(path, 100),
]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def in_a_circle(path: Path) -> None:
    path.with_name("other").symlink_to(path)
    path.symlink_to("other")


def leading_nowhere(path: Path) -> None:
    path.symlink_to(".git/annex/objects/XX")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


ODD = {
    pipe: "is no ordinary file but a pipe",
    endless: "is no ordinary file but a device",
    link_to_a_pipe: "is no ordinary file but a pipe",
    listening: "is no ordinary file but a socket",
    in_a_circle: "is a link that leads back to itself",
    leading_nowhere: "is a link to a file that is not there",
    Path.mkdir: "is a folder",
    lambda path: None: "There is no file",
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("make", ODD)
def test_every_reader_refuses_what_is_no_ordinary_file(reader, make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    path = Path("x.dcm")
    make(path)
    with pytest.raises(FileError, match=ODD[make]) as refused:
        reader(path)
    assert "x.dcm" in refused.value.message
    assert refused.value.advice
    assert not is_ordinary(path)


@pytest.mark.parametrize("reader", READERS)
def test_names_that_no_file_can_have(reader, tmp_path):
    for name in ("a" * 300, "zero\0byte", "half \ud800"):
        with pytest.raises(FileError, match="name") as refused:
            reader(tmp_path / name)
        assert len(refused.value.message) < 200
        assert not is_ordinary(tmp_path / name)


@pytest.mark.parametrize("make", [m for m in ODD if m is not Path.mkdir])
def test_settings_that_are_no_file_are_the_usual_ones(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make(Path("settings.json"))
    assert Settings.load(Path("settings.json")).theme == "dark"


def test_a_file_in_the_place_of_a_folder(tmp_path):
    (tmp_path / "folder").symlink_to("/dev/null")
    with (
        pytest.raises(FileError, match="folder is no folder"),
        plain_errors(tmp_path / "folder"),
    ):
        next((tmp_path / "folder").iterdir())


def test_an_ordinary_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    (tmp_path / "link").symlink_to("a")
    for one in (path, tmp_path / "link"):
        assert is_ordinary(one)
        assert check_ordinary(one) == 5
        assert read_ordinary(one, 5) == b"12345"
    with pytest.raises(FileError, match="too large"):
        read_ordinary(path, 4)


def test_what_says_nothing_about_its_length_is_read_no_further_than_allowed():
    """Files of /proc are ordinary and 0 bytes long, by their word."""
    source = Path("/proc/self/status")
    if not source.exists():
        source = Path(__file__)
    with pytest.raises(FileError, match="too large"):
        read_ordinary(source, 10)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RecursionError(), "nested too deeply"),
        (MemoryError(), "more memory"),
        (PermissionError(errno.EACCES, "no"), "no permission"),
        (OSError(errno.EIO, "input/output"), "cannot be read"),
        (OSError(errno.EMFILE, "too many"), "cannot be read"),
    ],
)
def test_what_goes_wrong_while_reading_is_a_sentence(error, said):
    with pytest.raises(FileError, match=said), plain_errors(Path("a.nii")):
        raise error


@pytest.mark.parametrize(
    "error",
    [OverflowError(), UnicodeDecodeError("utf-8", b"", 0, 1, ""), RecursionError(), KeyError(1)],
)
def test_content_without_sense_is_said_in_the_words_of_its_reader(error):
    own = FileError("It makes no sense.")
    with pytest.raises(FileError) as refused, plain_errors(Path("a.json"), own):
        raise error
    assert refused.value is own
