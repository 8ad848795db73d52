"""A file that cannot be made is refused before the work that would fill it."""

import os
from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.writing import check_new_file, check_new_folder


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("device.html", "'device.html' is not a file"),
        ("folder.html", "'folder.html' is a folder"),
        ("nowhere/a.html", "does not exist"),
        ("closed/a.html", "You may not write 'a.html'"),
    ],
)
def test_what_no_file_can_be(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "device.html").symlink_to(os.devnull)
    for folder in ("folder.html", "closed"):
        (tmp_path / folder).mkdir()
    # The permission itself does not bind whoever runs the tests as root.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "closed")
    with pytest.raises(FileError, match=said) as refused:
        check_new_file(tmp_path / name)
    assert refused.value.advice


def test_what_a_file_or_folder_can_be(tmp_path: Path) -> None:
    check_new_file(tmp_path / "new.html")
    (tmp_path / "old.html").write_text("before")
    check_new_file(tmp_path / "old.html")
    check_new_folder(tmp_path)
    check_new_folder(tmp_path / "new" / "below")
    assert (tmp_path / "old.html").read_text() == "before"
    with pytest.raises(FileError, match="is a file, not a folder"):
        check_new_folder(tmp_path / "old.html")
