"""Images on disk: whole or not at all, with their provenance inside."""

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.core.errors import FileError
from brainviewer.files import writing
from brainviewer.files.image2d.writer import save_image
from tests.provenance import read_provenance

PROVENANCE = {"slice": 54, "text": "−16.0 mm, größter Tumor", "nested": {"a": [1, 2.5, None]}}
IMAGE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8))


@pytest.mark.parametrize("name", ["a.png", "ä b.PNG", "a.tif", "a.tiff"])
def test_pixels_and_provenance_come_back(tmp_path: Path, name: str) -> None:
    save_image(IMAGE, tmp_path / name, PROVENANCE)
    with Image.open(tmp_path / name) as image:
        assert np.array_equal(np.asarray(image), np.asarray(IMAGE))
    assert read_provenance(tmp_path / name) == PROVENANCE
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_an_image_of_others_has_no_provenance(tmp_path: Path) -> None:
    IMAGE.save(tmp_path / "plain.png")
    assert read_provenance(tmp_path / "plain.png") == {}


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.nii.gz"])
def test_other_kinds_are_refused_with_advice(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"\.png or \.tif"):
        save_image(IMAGE, tmp_path / name, {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EIO, "could not be saved"),
    ],
)
def test_a_failing_disk_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"the old image")

    def fail(descriptor: int) -> None:
        raise OSError(number, "it failed")

    monkeypatch.setattr(writing.os, "fsync", fail)
    with pytest.raises(FileError, match=words) as caught:
        save_image(IMAGE, path, PROVENANCE)
    assert caught.value.advice
    assert path.read_bytes() == b"the old image"
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_a_failing_rename_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"the old image")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileError, match="may not write"):
        save_image(IMAGE, path, PROVENANCE)
    assert path.read_bytes() == b"the old image"
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        save_image(IMAGE, tmp_path / "nowhere" / "a.png", {})


def test_a_folder_of_that_name_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(FileError, match="is a folder"):
        save_image(IMAGE, tmp_path / "a.png", {})
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be used"):
        save_image(IMAGE, tmp_path / ("x" * 300 + ".png"), {})
