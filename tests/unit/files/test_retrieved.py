"""A series that arrives is whole or not there."""

from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.files.retrieved import arriving_series


def test_a_series_is_there_once_it_is_whole(tmp_path: Path) -> None:
    with arriving_series(tmp_path, 1) as arriving:
        arriving.add("1.1", b"first")
        arriving.add("1.1", b"again")
        arriving.add("1.2", b"second")
        assert arriving.count == 2
        assert not (tmp_path / "series-01").exists()
    names = {path.name: path.read_bytes() for path in (tmp_path / "series-01").iterdir()}
    assert names == {"00001.dcm": b"first", "00002.dcm": b"second"}


def test_an_unfinished_series_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), arriving_series(tmp_path, 1) as arriving:
        arriving.add("1.1", b"first")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "series-01").mkdir()
    with pytest.raises(FileError, match="folder 'series-01' already"), arriving_series(tmp_path, 1):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be kept"), arriving_series(tmp_path / "file", 1):
        pass
