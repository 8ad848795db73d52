"""What tests of the application share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brainviewer.app.settings.settings import Settings
from tests.unit.app.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A session without a window, which classifies what it opens."""
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    desk = Desk(Settings(classify_on_opening=True))
    yield desk
    desk.close()
    assert not desk.crashes
