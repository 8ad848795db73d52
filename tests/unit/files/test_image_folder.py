"""Which files are images, alone and in folders; DICOM is known in ``test_dicom_reader``."""

from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.folder import images_of


def made(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    return path


def test_which_files_are_images(tmp_path: Path) -> None:
    for name in ("10.png", "2.png", "1.png", "notes.txt"):
        made(tmp_path / name)
    assert [p.name for p in images_of([tmp_path])] == ["1.png", "2.png", "10.png"]
    assert images_of([tmp_path / "2.png", tmp_path / "1.png"])[0].name == "2.png"
    assert images_of([tmp_path / "1.png", tmp_path / "notes.txt"]) == ()
    made(tmp_path / "flair.nii.gz")
    assert images_of([tmp_path]) == ()


def test_a_folder_of_folders_with_images(tmp_path: Path) -> None:
    made(tmp_path / "glioma" / "1.png")
    with pytest.raises(FileError, match="glioma") as caught:
        images_of([tmp_path])
    assert "Open one" in caught.value.advice
    # Previews beside a study's folder do not make it a set of images.
    made(tmp_path / "preview.png")
    assert len(images_of([tmp_path])) == 1
    made(tmp_path / "glioma" / "flair.nii")
    assert images_of([tmp_path]) == ()
