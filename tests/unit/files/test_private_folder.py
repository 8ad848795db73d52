"""Private folders go when they are no longer needed, or at the start after their process died."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.files import locks, private_folder
from brainviewer.files.private_folder import PrivateFolder, sweep_private
from brainviewer.files.tidying import tidy_up
from brainviewer.files.user_folders import retrieved_folder, unpacked_folder

pytestmark = pytest.mark.usefixtures("home")
ROOT = Path(__file__).parents[3]


def test_a_private_folder_is_the_users_alone_and_goes() -> None:
    folder = PrivateFolder(retrieved_folder())
    (folder.path / "a").write_bytes(b"x")
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.path.parent.stat().st_mode) == 0o700
    sweep_private(retrieved_folder())
    assert (folder.path / "a").exists()
    folder.remove()
    assert list(retrieved_folder().iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no locks here")
@pytest.mark.parametrize("home", [retrieved_folder, unpacked_folder], indirect=False)
def test_what_a_killed_process_left_is_swept_and_no_more(home, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    script = (
        "import sys\n"
        "from brainviewer.files.private_folder import PrivateFolder\n"
        f"from brainviewer.files.user_folders import {home.__name__} as home\n"
        "(PrivateFolder(home()).path / 'image').write_bytes(b'x')\n"
        "print('made', flush=True); sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "made\n"
        kept = PrivateFolder(home())
        tidy_up()
        assert len(list(home().glob("*/image"))) == 1  # its process runs
        other.send_signal(signal.SIGKILL)
        other.wait()
    tidy_up()
    assert [path for path in home().iterdir() if path.is_dir()] == [kept.path]
    assert len(list(home().iterdir())) == 2
    kept.remove()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no locks here")
def test_a_lock_that_is_swept_before_it_is_held_is_made_again(monkeypatch) -> None:
    swept: list[Path] = []

    def sweeping(descriptor: int) -> bool:
        if not swept:
            swept.extend(retrieved_folder().glob("*.lock"))
            swept[0].unlink()
        return True

    monkeypatch.setattr(locks, "try_lock", sweeping)
    folder = PrivateFolder(retrieved_folder())
    assert folder.path.with_suffix(".lock").exists()
    assert folder.path.stem != swept[0].stem
    folder.remove()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "The disk is full."),
        (errno.EROFS, "A folder for the images cannot be made: Read-only file system."),
    ],
)
def test_a_folder_that_cannot_be_made(monkeypatch, code: int, sentence: str) -> None:
    def refuse(folder: Path) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(private_folder, "make_own_folder", refuse)
    with pytest.raises(FileError) as caught:
        PrivateFolder(retrieved_folder())
    assert caught.value.message == sentence
