"""Unfinished files of killed processes go; those that somebody is writing stay."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from brainviewer.app.log import start_log
from brainviewer.files import locks, writing
from brainviewer.files.drafts import new_draft, sweep
from brainviewer.files.tidying import tidy_up
from brainviewer.files.user_folders import unfinished_folder
from brainviewer.files.writing import write_whole

_WRITER = """
import sys
from pathlib import Path
from brainviewer.files.drafts import new_draft
with new_draft(Path(sys.argv[1]), 0o600) as (path, file):
    file.write(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""


def writer(folder: Path) -> subprocess.Popen[bytes]:
    """A process that is in the middle of a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no locks here")
def test_a_draft_keeps_its_name_from_one_who_sweeps_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[Path] = []

    def held_by_another(_: int) -> bool:
        if swept:
            return True
        swept.extend(drafts(tmp_path))
        return False

    monkeypatch.setattr(locks, "try_lock", held_by_another)
    with new_draft(tmp_path, 0o600) as (path, _):
        swept[0].unlink(missing_ok=True)  # the last that the other one does
        assert path.exists()
    assert not unfinished_folder().exists()


def drafts(folder: Path) -> list[Path]:
    return list(folder.glob(".*.part"))


def test_the_draft_of_a_killed_process_is_swept_and_that_of_a_running_one_is_not(
    tmp_path: Path,
) -> None:
    first, second = writer(tmp_path), writer(tmp_path)
    try:
        end(first)
        assert len(drafts(tmp_path)) == 2
        sweep(tmp_path)
        (left,) = drafts(tmp_path)
        assert left.read_bytes() == b"half"
    finally:
        end(second)
    sweep(tmp_path)
    assert drafts(tmp_path) == []


@pytest.mark.usefixtures("home")
def test_the_next_start_sweeps_the_folders_of_the_user(tmp_path: Path) -> None:
    folders = [tmp_path / "home", tmp_path / "home" / "journal"]
    for folder in folders:
        folder.mkdir()
        end(writer(folder))
    start_log()
    assert [drafts(folder) for folder in folders] == [[], []]


def test_the_next_file_sweeps_the_folder_that_it_goes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_swept", set())
    end(writer(tmp_path))
    write_whole(tmp_path / "figure.png", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]


@pytest.mark.usefixtures("home")
def test_the_next_start_sweeps_every_other_folder_too(tmp_path: Path) -> None:
    folders = [tmp_path / "exports", tmp_path / "results"]
    for folder in folders:
        folder.mkdir()
    running = writer(folders[1])
    try:
        end(writer(folders[0]))
        start_log()
        assert [len(drafts(folder)) for folder in folders] == [0, 1]
    finally:
        end(running)
    tidy_up()
    assert drafts(folders[1]) == []
    write_whole(folders[0] / "a.png", b"whole")
    assert [path.name for path in folders[0].iterdir()] == ["a.png"]
    assert [path.name for path in (tmp_path / "home").iterdir()] in ([], ["brainviewer.log"])


@pytest.mark.usefixtures("home")
def test_a_link_to_something_else_removes_nothing(tmp_path: Path) -> None:
    mine = tmp_path / "thesis.odt"
    mine.write_text("mine")
    place = tmp_path / "home" / "unfinished"
    place.mkdir(parents=True)
    (place / "a").symlink_to(mine)
    (place / "b").symlink_to(tmp_path / f".{'0' * 32}.part")
    tidy_up()
    assert mine.read_text() == "mine"
    assert list(place.iterdir()) == []


def test_what_only_looks_like_a_draft_stays(tmp_path: Path) -> None:
    names = [".part", "a.part", f".{'0' * 31}g.part", f"{'0' * 32}.part"]
    for name in names:
        (tmp_path / name).write_text("mine")
    (tmp_path / f".{'1' * 32}.part").symlink_to(tmp_path / "a.part")
    (tmp_path / f".{'2' * 32}.part").mkdir()
    sweep(tmp_path)
    sweep(tmp_path / "nowhere")
    assert len(list(tmp_path.iterdir())) == len(names) + 2


def test_a_file_that_is_replaced_hands_on_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "marks.json"
    path.write_text("old")
    path.chmod(0o600)
    write_whole(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    write_whole(path, b"own", 0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
