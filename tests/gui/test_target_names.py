"""What an export of slices is called, and what stands against a name."""

from pathlib import Path

import pytest

from brainviewer.app.exporting.slice_series import SeriesSubject
from brainviewer.gui.exporting.target_names import free_name, remark_on


@pytest.mark.parametrize(
    ("subject", "ending", "name"),
    [
        (SeriesSubject.KEY_IMAGES, "", "brainviewer-key-images"),
        (SeriesSubject.SLICES, "", "brainviewer-slices"),
        (SeriesSubject.CINE, ".mp4", "brainviewer-cine.mp4"),
    ],
)
def test_a_name_is_free(tmp_path: Path, subject: SeriesSubject, ending: str, name: str) -> None:
    assert free_name(tmp_path, subject, ending) == name
    (tmp_path / name).touch()
    second = free_name(tmp_path, subject, ending)
    assert second == f"{name.removesuffix(ending)}-2{ending}"


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    assert remark_on(tmp_path / "new", of_cine=False) == ("", True)
    assert remark_on(tmp_path / "new.gif", of_cine=True) == ("", True)
    assert remark_on(tmp_path / "new.avi", of_cine=True)[1] is False
    said, possible = remark_on(tmp_path / "nowhere" / "new", of_cine=False)
    assert "There is no folder" in said and not possible
    (tmp_path / "empty").mkdir()
    assert remark_on(tmp_path / "empty", of_cine=False) == ("", True)
    (tmp_path / "old.MP4").touch()
    assert remark_on(tmp_path / "old.MP4", of_cine=True) == (
        "'old.MP4' exists and will be replaced.",
        True,
    )


def test_a_folder_that_is_called_replaced_is_no_reason_to_write(tmp_path: Path) -> None:
    said, possible = remark_on(tmp_path / "replaced" / "new", of_cine=False)
    assert "There is no folder" in said and not possible
    full = tmp_path / "replaced"
    full.mkdir()
    (full / "file").touch()
    said, possible = remark_on(full, of_cine=False)
    assert "not empty" in said and not possible
