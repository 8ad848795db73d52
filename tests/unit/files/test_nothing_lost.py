"""Nothing is lost that was kept: short forms of ``tests/benchmarks/kills.py`` and ``faults.py``."""

import sys
from pathlib import Path

import pytest

from brainviewer.files.journal import study_file
from brainviewer.files.tidying import tidy_up
from tests.benchmarks import faults, kills
from tests.faulty_disk import FaultyDisk


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is written anew all the time; what the runs change is put back."""
    monkeypatch.setenv("BRAINVIEWER_HOME", "")
    monkeypatch.setattr(study_file, "SPARE_BYTES", study_file.SPARE_BYTES)
    monkeypatch.setattr(study_file, "PATIENCE", study_file.PATIENCE)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_nothing_is_lost_when_processes_are_killed_while_they_edit(tmp_path: Path) -> None:
    done, acknowledged, lost = kills.run(25, 2, tmp_path)
    assert not lost
    assert done >= 25
    assert acknowledged > 50
    tidy_up()
    left = {path.suffix for path in (tmp_path / "journal").iterdir()} - {".open"}
    assert left == {".journal"}  # no drafts, no locks, nothing that was set aside


def test_nothing_is_lost_on_a_disk_that_fails() -> None:
    done, kept, refused, kinds, lost = faults.run(120, 2)
    assert not lost
    assert done >= 120
    assert kept > 500
    assert refused > 50
    assert {"power", "ENOSPC", "EROFS", "EACCES", "EIO"} == set(kinds)


@pytest.mark.parametrize("call", ["sync", "sync_folder"])
def test_what_is_not_synced_is_found_missing(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """These tests can fail: without one of the two a power loss costs work that was kept."""
    monkeypatch.setattr(FaultyDisk, call, lambda *_: None)
    assert faults.run(40, 3)[-1]
