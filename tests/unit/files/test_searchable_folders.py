"""Whether a folder that is opened can be looked through: neither the disk, nor a whole home."""

import os
from pathlib import Path

import pytest

from brainviewer.app.exporting.batch import export_folder
from brainviewer.app.exporting.slice_series import SeriesRequest, SeriesSubject
from brainviewer.app.opening.dicom.series import named
from brainviewer.app.study_list.listed import Asked, next_of
from brainviewer.app.study_list.sources import FolderOfStudies
from brainviewer.core.errors import Cancelled, FileError, silent
from brainviewer.files import folder_listing
from brainviewer.files.folder_listing import check_searchable, files_in, folders_in, list_folder
from brainviewer.files.study.places import LOOKING


def _filled(folder: Path, folders: int, files: int) -> None:
    for number in range(folders):
        place = folder / f"d{number:03d}"
        place.mkdir()
        for one in range(files):
            (place / f"f{one:02d}.py").touch()


def test_what_holds_far_too_much_is_refused_before_it_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(tmp_path, 10, 5)
    monkeypatch.setattr(folder_listing, "MOST_ENTRIES", 60)
    check_searchable([tmp_path])  # 10 folders and 50 files
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "one").touch()
    check_searchable([tmp_path])  # nothing is looked for in hidden folders
    (tmp_path / "one more").touch()
    with pytest.raises(FileError, match=r"holds more than 60 files and folders\. Open the folder"):
        named([tmp_path])


def test_looking_ends_at_once_when_it_is_cancelled(tmp_path: Path) -> None:
    _filled(tmp_path, 30, 50)
    told: list[str] = []

    def report(_: float, text: str) -> None:
        told.append(text)
        if len(told) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        named([tmp_path], report)
    assert told == ["Looking for images"] * 2


@pytest.mark.parametrize("look", [FolderOfStudies, export_folder])
def test_looking_for_studies_ends_at_once_where_there_are_none(tmp_path: Path, look) -> None:
    source = tmp_path / "source"
    source.mkdir()
    _filled(source, 30, 50)
    told: list[str] = []

    def report(_: float, text: str) -> None:
        told.append(text)
        if text == LOOKING:
            raise Cancelled

    with pytest.raises(Cancelled):
        if look is FolderOfStudies:
            list(FolderOfStudies(source).studies(report))
        else:
            request = SeriesRequest(SeriesSubject.KEY_IMAGES, tmp_path / "target")
            export_folder(source, request, "", lambda *_: pytest.fail("nothing to find"), report)
    assert told[-1] == LOOKING
    assert not (tmp_path / "target").exists()


def test_a_search_in_several_jobs_is_ended_by_the_one_that_runs(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "x_flair.nii.gz").touch()
    asked = Asked()
    studies = FolderOfStudies(tmp_path).studies(asked)
    assert len(next_of(studies, 1, silent)[0]) == 1

    def cancelled(*_: object) -> None:
        raise Cancelled

    asked.report = cancelled
    with pytest.raises(Cancelled):
        list(studies)


@pytest.mark.skipif(os.sep != "/", reason="disks have letters")
def test_the_whole_disk_is_not_searched(tmp_path: Path) -> None:
    link = tmp_path / "all"
    link.symlink_to("/")
    for root in (Path("/"), link):
        with pytest.raises(FileError, match="This is the whole disk"):
            named([root])
        with pytest.raises(FileError, match="This is the whole disk"):
            next(FolderOfStudies(root).studies())


def test_folders_are_listed_by_name_with_links_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "c").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    names = [path.name for path in list_folder(tmp_path)]
    assert names == ["a", "b", "c", "link", "nowhere"]
    assert [path.name for path in folders_in([tmp_path])] == ["a", "b", "link"]
    with pytest.raises(FileError, match="The folder gone cannot be read"):
        list_folder(tmp_path / "gone")


def test_paths_are_made_of_what_is_wanted_only(tmp_path: Path) -> None:
    for name in ("b.nii", "a.txt", ".hidden.nii"):
        (tmp_path / name).touch()
    (tmp_path / "c.nii").mkdir()
    assert list_folder(tmp_path, lambda name: name.endswith(".nii")) == [
        tmp_path / "b.nii",
        tmp_path / "c.nii",
    ]
    assert files_in(tmp_path) == [tmp_path / "a.txt", tmp_path / "b.nii"]
