"""What tests of the application share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brainviewer.app.settings.settings import Settings
from tests.unit.app.desk import Desk
from tests.unit.app.session_desks import Desks, Reader


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A session without a window, which classifies what it opens."""
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    desk = Desk(Settings(classify_on_opening=True))
    yield desk
    desk.close()
    assert not desk.crashes


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """What reads and answers, counted."""
    return Reader(monkeypatch)


@pytest.fixture
def desks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader) -> Iterator[Desks]:
    """Starts of the program, with ``reader``."""
    desks = Desks(tmp_path, monkeypatch)
    yield desks
    desks.close()
