"""ZIP archives of DICOM files: unpacked into a private folder, and what may be wrong with them."""

import errno
import os
import shutil
import stat
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from brainviewer.core.errors import Cancelled, FileError
from brainviewer.files.dicom import archive as archives
from brainviewer.files.dicom.archive import unpacked
from brainviewer.files.dicom.places import possible_files
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.user_folders import unpacked_folder
from tests.dicom_writer import write_series

pytestmark = pytest.mark.usefixtures("home")
DATA = np.arange(6 * 5 * 4, dtype=np.int16).reshape(6, 5, 4)


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    return write_series(tmp_path / "a", DATA, np.eye(4))


def packed(path: Path, members: dict[str, bytes | Path], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as file:
        for name, content in members.items():
            file.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return path


def left() -> list[Path]:
    """What is there of folders with unpacked files."""
    return list(unpacked_folder().iterdir()) if unpacked_folder().exists() else []


def refused(path: Path) -> FileError:
    with pytest.raises(FileError) as caught:
        unpacked(path)
    assert left() == []
    return caught.value


def test_an_archive_is_unpacked_once_and_by_numbers(tmp_path: Path, images: list[Path]) -> None:
    outside = {f"../../Doe_Jane/{n}": path for n, path in enumerate(images[:2])}
    absolute = {f"/tmp/Doe_Jane/{n}": path for n, path in enumerate(images[2:])}
    members = {**outside, **absolute, "viewer.exe": b"MZ" + bytes(500), "empty": b""}
    archive = packed(tmp_path / "study.zip", members)
    folder = unpacked(archive).folder
    assert sorted(path.name for path in folder.iterdir()) == [f"{n:06d}" for n in range(4)]
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert unpacked(archive).folder == folder
    assert len(read_headers(possible_files([archive]).files).frames) == 4
    unpacked(packed(tmp_path / "other.zip", {}))
    assert not folder.exists()


def test_a_link_in_an_archive_leads_nowhere(tmp_path: Path, images: list[Path]) -> None:
    link = zipfile.ZipInfo("link.dcm")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    archive = packed(tmp_path / "study.zip", {"a": images[0]})
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(link, str(images[1]))
    (only,) = unpacked(archive).folder.iterdir()
    assert not only.is_symlink()
    assert only.read_bytes() == images[0].read_bytes()


def test_an_archive_in_an_archive(tmp_path: Path, images: list[Path]) -> None:
    inner = packed(tmp_path / "inner.zip", {"a": images[0], "b": images[1]})
    outer = packed(tmp_path / "outer.zip", {"ST1.ZIP": inner, "c": images[2], "ST2.zip": inner})
    assert len(list(unpacked(outer).folder.iterdir())) == 5
    deeper = packed(tmp_path / "deeper.zip", {"outer.zip": outer})
    assert len(list(unpacked(deeper).folder.iterdir())) == 1  # c; no further down


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_LITTLE", 2**20)
    image = bytes(128) + b"DICM" + bytes(4 * 2**20)
    bomb = packed(tmp_path / "study.zip", {"a": image})
    assert "times its size, as no images do" in refused(bomb).message
    inner = packed(tmp_path / "outer.zip", {"inner.zip": bomb}, zipfile.ZIP_STORED)
    assert "inner.zip would unpack to" in refused(inner).message
    stored = packed(tmp_path / "stored.zip", {"a": image}, zipfile.ZIP_STORED)
    assert len(list(unpacked(stored).folder.iterdir())) == 1
    monkeypatch.setattr(archives, "_MOST_BYTES", 2**20)
    assert refused(packed(tmp_path / "b.zip", {"a": image}, 0)).message.endswith(
        "b.zip is too large to be unpacked here."
    )


def test_a_size_that_is_not_true_is_damage(tmp_path: Path, images: list[Path]) -> None:
    path = packed(tmp_path / "study.zip", {"a": images[0]})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\1\2") + 24
    content[place : place + 4] = (200).to_bytes(4, "little")
    path.write_bytes(content)
    assert "study.zip is damaged" in refused(path).message


def test_archives_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "study.zip"
    path.write_bytes(b"PK\3\4 and no more")
    assert "study.zip is damaged" in refused(path).message
    content = bytearray(packed(path, {"a": bytes(600)}).read_bytes())
    path.write_bytes(content[:-30])
    assert "study.zip is damaged" in refused(path).message
    for places, value, sentence in (
        (((b"PK\1\2", 8), (b"PK\3\4", 6)), 1, "protected by a password"),
        (((b"PK\1\2", 10), (b"PK\3\4", 8)), 99, "packed in a way that is not known here"),
    ):
        changed = bytearray(content)
        for signature, offset in places:
            changed[changed.index(signature) + offset] = value
        path.write_bytes(changed)
        assert sentence in refused(path).message


def test_a_full_disk_leaves_nothing(
    tmp_path: Path, images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(tmp_path / "study.zip", dict(zip("abcd", images, strict=True)))
    with monkeypatch.context() as now:
        full = shutil.disk_usage(tmp_path)._replace(free=100)
        now.setattr(archives.shutil, "disk_usage", lambda _: full)
        assert refused(archive).message == "There is no room to unpack study.zip."
    opened = []

    def opener(path: str, flags: int) -> int:
        opened.append(path)
        if len(opened) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.open(path, flags, 0o600)

    monkeypatch.setattr(archives, "open_own_file", opener)
    assert refused(archive).message == "There is no room to unpack study.zip."


def test_cancelling_leaves_nothing(tmp_path: Path, images: list[Path]) -> None:
    archive = packed(tmp_path / "study.zip", dict(zip("abcd", images, strict=True)))

    def stop(fraction: float, _: str) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        unpacked(archive, stop)
    assert left() == []


def test_an_entry_without_a_name_is_a_file(tmp_path: Path, images: list[Path]) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        unnamed = zipfile.ZipInfo("x")
        unnamed.filename = ""
        file.writestr(unnamed, images[0].read_bytes())
    assert len(list(unpacked(path).folder.iterdir())) == 1
