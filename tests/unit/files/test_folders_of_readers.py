"""Where the files of readers lie: each has folders of his own, the machine has its own."""

from pathlib import Path

import pytest

from brainviewer.core.process.reader import Reader, use_reader
from brainviewer.files import user_folders


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    return tmp_path


def test_without_sign_in_all_lies_in_one_folder(home: Path) -> None:
    assert {user_folders.settings_folder(), user_folders.data_folder()} == {home}
    assert user_folders.models_folder() == home / "models"


def test_a_reader_has_own_folders_and_shares_models(home: Path) -> None:
    use_reader(Reader("a1", "Ada"))
    try:
        assert user_folders.settings_folder() == home / "readers" / "a1"
        assert user_folders.journal_folder() == home / "readers" / "a1" / "journal"
        assert user_folders.models_folder() == home / "models"
        assert user_folders.machine_settings_folder() == home
        user_folders.make_own_folder(user_folders.journal_folder())
    finally:
        use_reader(None)
    made = (home / "readers" / "a1", home / "readers" / "a1" / "journal")
    assert [folder.stat().st_mode & 0o077 for folder in made] == [0, 0]


@pytest.mark.parametrize("spoilt", ["", "..", "a/b", "ä", "a b"])
def test_an_id_cannot_lead_elsewhere(spoilt: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        Reader(spoilt, "Ada")
