"""The layer under everything that must survive, on a disk that fails at any call."""

import errno
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainviewer.core.errors import FileError
from brainviewer.files import writing
from brainviewer.files.durable.appending import (
    append,
    make_folders,
    read_from,
    remove,
    rename,
    write_new,
)
from brainviewer.files.durable.disk import SystemDisk, disk, using_disk
from brainviewer.files.durable.records import record_line, records_in
from brainviewer.files.writing import write_whole
from tests.faulty_disk import FaultyDisk, PowerLoss

OLD, NEW = b"old " * 400, b"new, and longer " * 300
NUMBERS = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "disk"
    root.mkdir()
    writing._swept.clear()
    yield root
    assert isinstance(disk(), SystemDisk)
    assert not isinstance(disk(), FaultyDisk)


def calls_of(root: Path, work: Callable[[], object]) -> int:
    """How many calls a piece of work makes; what it did is undone by the caller."""
    counting = FaultyDisk(root)
    with using_disk(counting):
        work()
    return counting.calls


def test_a_file_is_the_old_or_the_new_after_a_power_loss_and_the_new_once_it_was_said(
    root: Path,
) -> None:
    path, said = root / "settings.json", 0
    path.write_bytes(OLD)
    calls = calls_of(root, lambda: write_whole(path, NEW))
    for seed in range(60):
        path.write_bytes(OLD)
        failing = FaultyDisk(root, seed, power_at=seed % (calls + 3))
        done = False
        with using_disk(failing):
            try:
                write_whole(path, NEW)
                done = True
            except PowerLoss:
                pass
        failing.lose_power()
        assert path.read_bytes() in ((NEW,) if done else (OLD, NEW)), seed
        said += done
    assert 0 < said < 60


@pytest.mark.parametrize("number", NUMBERS)
def test_a_file_is_untouched_or_new_whatever_call_fails(root: Path, number: int) -> None:
    path = root / "settings.json"
    path.write_bytes(OLD)
    calls = calls_of(root, lambda: write_whole(path, NEW))
    for at in range(1, calls + 1):
        for until in (1, 1000):
            path.write_bytes(OLD)
            with using_disk(FaultyDisk(root, at, {at: number}, until)):
                try:
                    write_whole(path, NEW)
                    done = True
                except FileError:
                    done = False
            assert path.read_bytes() in ((NEW,) if done else (OLD, NEW)), (at, until)
            left = [each for each in root.iterdir() if each != path]
            assert until > 1 or not left, (at, until)
            for each in left:
                each.unlink()


def test_lines_that_were_said_to_be_kept_are_there_after_a_power_loss(root: Path) -> None:
    """Also lines that follow one that failed, or that follow what a crash left behind."""
    chance, path = random.Random(5), root / "a" / "trail"
    kept = failed = 0
    for seed in range(400):
        power = chance.randrange(60)
        faults = {chance.randrange(1, 40): chance.choice(NUMBERS) for _ in range(3)}
        failing = FaultyDisk(root, seed, faults, chance.choice((1, 2)), power)
        said: set[int] = set()
        with using_disk(failing):
            try:
                for number in range(12):
                    try:
                        make_folders(path.parent, 0o700)
                        there = records_in(read_from(path) if path.exists() else b"")
                        append(path, record_line({"n": number, "x": "y" * 700}), there.whole)
                        said.add(number)
                    except OSError:
                        failed += 1
            except PowerLoss:
                pass
        failing.lose_power()
        found = records_in(path.read_bytes() if path.exists() else b"")
        assert said <= {value["n"] for value in found.values}, seed
        kept += len(said)
        if path.exists():
            path.unlink()
    assert kept > 300
    assert failed > 50


def test_without_its_folder_synced_a_name_would_be_lost(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk of these tests shows what it is there for."""
    monkeypatch.setattr(FaultyDisk, "sync_folder", lambda *_: None)
    path, found = root / "a", set()
    for seed in range(40):
        path.write_bytes(OLD)
        failing = FaultyDisk(root, seed)
        with using_disk(failing):
            write_whole(path, NEW)
        failing.lose_power()
        found.add(path.read_bytes())
    assert found == {OLD, NEW}


def test_what_a_crash_left_behind_is_cut_by_the_next_line(root: Path) -> None:
    path = root / "trail"
    first, second = record_line(["one"]), record_line(["two"])
    path.write_bytes(first + second[:-5])
    there = records_in(path.read_bytes())
    assert (there.values, there.whole, there.damaged) == ((["one"],), len(first), 0)
    assert append(path, second, there.whole) == len(first + second)
    assert path.read_bytes() == first + second


def test_a_line_that_fails_leaves_no_part_of_itself(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "trail"
    append(path, b"one\n")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            append(path, b"two\n")
    assert path.read_bytes() == b"one\n"
    assert read_from(path, 2) == b"e\n"
    assert read_from(path, 1, 2) == b"ne"


def test_a_new_file_is_there_whole_or_not_at_all_and_replaces_none(root: Path) -> None:
    path = root / "token"
    for at in range(1, 5):
        with using_disk(FaultyDisk(root, at, {at: errno.ENOSPC})):
            try:
                write_new(path, NEW)
                assert path.read_bytes() == NEW
                path.unlink()
            except OSError:
                assert not path.exists()
    failing = FaultyDisk(root)
    with using_disk(failing):
        write_new(path, NEW)
    failing.lose_power()
    assert path.read_bytes() == NEW
    with pytest.raises(FileExistsError):
        write_new(path, OLD)
    assert path.read_bytes() == NEW


def test_names_are_changed_for_good(root: Path) -> None:
    (root / "sub").mkdir()
    append(root / "a", b"one")
    failing = FaultyDisk(root, 1)
    with using_disk(failing):
        rename(root / "a", root / "sub" / "b")
        append(root / "c", b"two")
        remove(root / "c")
        remove(root / "c")
    failing.lose_power()
    assert [p.relative_to(root).as_posix() for p in root.rglob("*")] == ["sub", "sub/b"]


VALUES = st.lists(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=5,
)


@given(VALUES, st.data())
def test_records_are_read_as_far_as_they_are_whole(
    values: list[object], data: st.DataObject
) -> None:
    lines = [record_line(value) for value in values]
    content = b"".join(lines)
    there = records_in(content)
    said = [json.loads(line[17:]) for line in lines]
    assert list(there.values) == said
    assert (there.whole, there.damaged) == (len(content), 0)
    cut = data.draw(st.integers(0, len(content)))
    torn = records_in(content[:cut] + bytes(data.draw(st.integers(0, 3))))
    assert list(torn.values) == said[: len(torn.values)]
    assert torn.whole == len(b"".join(lines[: len(torn.values)])) <= cut
    assert torn.damaged == 0
    if content:
        place = data.draw(st.integers(0, len(content) - 1))
        changed = bytearray(content)
        changed[place] ^= data.draw(st.integers(1, 255))
        left = records_in(bytes(changed))
        assert len(left.values) >= len(values) - 2
        assert all(value in said for value in left.values)
