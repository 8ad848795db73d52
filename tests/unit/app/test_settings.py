"""Settings: kept between starts, whatever has happened to their file."""

import errno
import json
from pathlib import Path

import pytest

from brainviewer.app.settings.settings import RECENT, Settings, settings_folder
from brainviewer.core.slices import Convention
from brainviewer.files import ordinary_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "settings.json"


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    settings = Settings.load(path)
    assert (settings.theme, settings.engine) == ("dark", "auto")
    assert settings.convention is Convention.RADIOLOGICAL
    assert settings.recent == ()
    assert not path.exists()


def test_what_is_changed_is_there_at_the_next_start(path: Path) -> None:
    changed = Settings.load(path)
    changed.update(
        theme="light",
        convention=Convention.NEUROLOGICAL,
        classify_on_opening=False,
        window_state="AbC=",
        prevalence="village",  # models name theirs as they like
    )
    changed.remember_study([Path("/a")])
    again = Settings.load(path)
    assert again == changed
    assert again.convention is Convention.NEUROLOGICAL
    assert not list(path.parent.glob("*.tmp"))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "5", "null", '"theme"', '["theme"]', "\x00\x01", "[" * 20_000, '{"theme": 1}'],
)
def test_a_damaged_file_is_no_obstacle(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    assert Settings.load(path) == Settings(path)


def test_what_is_damaged_is_told_and_what_is_not_there_is_not(path: Path) -> None:
    assert Settings.load(path).problem == ""
    path.parent.mkdir()
    path.write_text('{"theme": "light"}')
    assert Settings.load(path).problem == ""
    path.write_text("[")
    assert "'settings.json.damaged'" in Settings.load(path).problem


def test_what_is_damaged_is_set_aside_before_it_is_written_over(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"own_presets": [')
    settings = Settings.load(path)
    settings.update(theme="light")
    assert Settings.load(path).theme == "light"
    assert path.with_name(f"{path.name}.damaged").read_text() == '{"own_presets": ['


def test_damaged_entries_fall_back_one_by_one(path: Path) -> None:
    path.parent.mkdir()
    stored = {
        "theme": "pink",
        "convention": "upside down",
        "engine": "abacus",
        "classify_on_opening": "no",
        "smooth_pixels": False,
        "recent": [[], "abc", 5, ["/a"], ["/b", "/c"]],
        "window_state": None,
        "path": "/etc/passwd",
        "unknown": 1,
    }
    path.write_text(json.dumps(stored))
    settings = Settings.load(path)
    assert settings == Settings(path, smooth_pixels=False, recent=(("/a",), ("/b", "/c")))


def test_a_file_that_is_not_text_is_no_obstacle(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x80")
    assert Settings.load(path) == Settings(path)


def test_recent_studies_are_newest_first_each_once_and_few(path: Path) -> None:
    settings = Settings.load(path)
    for n in range(RECENT + 3):
        settings.remember_study([Path(f"/s{n}")])
    settings.remember_study([Path("/s5")])
    assert settings.recent[0] == ("/s5",)
    assert len(settings.recent) == RECENT
    assert settings.recent.count(("/s5",)) == 1
    assert ("/s0",) not in settings.recent


def test_two_windows_keep_what_both_change(path: Path) -> None:
    first, second = Settings.load(path), Settings.load(path)
    first.update(theme="light")
    second.update(engine="onnx")
    first.remember_study([Path("/a")])
    second.remember_study([Path("/b")])
    again = Settings.load(path)
    assert (again.theme, again.engine) == ("light", "onnx")
    assert again.recent == (("/b",), ("/a",))
    assert second.theme == "dark"  # each window stays as it is


def test_settings_that_cannot_be_read_now_are_left_as_they_are(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Settings.load(path).update(theme="light")
    before = path.read_bytes()

    def refused(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(ordinary_file, "_status", refused)
        settings = Settings.load(path)
        settings.update(engine="onnx")
    assert path.read_bytes() == before
    assert settings.engine == "onnx"


def test_what_a_newer_version_keeps_stays(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"theme": "light", "of_tomorrow": [1, 2]}')
    Settings.load(path).update(engine="onnx")
    assert json.loads(path.read_text())["of_tomorrow"] == [1, 2]


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings.load(tmp_path / "file" / "settings.json")
    settings.update(theme="light")
    assert settings.theme == "light"


def test_settings_without_a_path_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Settings().update(theme="light")
    assert not list(tmp_path.iterdir())


def test_one_variable_moves_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path))
    assert settings_folder() == tmp_path
    monkeypatch.delenv("BRAINVIEWER_HOME")
    assert settings_folder().name == "brainviewer"
