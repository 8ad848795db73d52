"""Settings in files: what is exported is taken over elsewhere, anything else changes nothing."""

import json
from pathlib import Path

import pytest

from brainviewer.app.settings.exchange import CARRIED, export_settings, read_settings
from brainviewer.app.settings.settings import TABLE, Settings
from brainviewer.app.settings.table import Page
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Convention


def _file(path: Path, **values: object) -> Path:
    stored = {"format": "brainviewer-settings", "version": 1, "settings": values}
    path.write_text(json.dumps(stored), encoding="utf-8")
    return path


def test_every_setting_of_a_page_has_words_and_a_default_that_it_may_have() -> None:
    for row in TABLE.values():
        assert row.read(json.loads(json.dumps(row.default))) == row.default, row.key
        if row.page is not None:
            assert row.label, row.key
            assert row.help.endswith("."), row.key


def test_a_number_out_of_range_and_a_wrong_choice_are_no_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"export_scale": 9, "pacs_days": True, "export_format": ".exe"}))
    assert Settings.load(path) == Settings(path)


def test_what_is_exported_is_taken_over_whole(tmp_path: Path) -> None:
    path, other = tmp_path / "out.json", Settings()
    ours = Settings(
        theme="light", convention=Convention.NEUROLOGICAL, export_scale=4, pacs_days=30,
        smooth_pixels=False, recent=(("/patient",),), study_folder="/ward",
    )  # fmt: skip
    export_settings(ours, path)
    other.update(**read_settings(path, other).values)
    assert [getattr(other, key) for key in CARRIED] == [getattr(ours, key) for key in CARRIED]
    assert other.convention is Convention.NEUROLOGICAL
    text = path.read_text()
    assert "/patient" not in text
    assert "/ward" not in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no file of exported settings"),
        (b"\xff\x00", "no file of exported settings"),
        (b"[" * 30_000, "no file of exported settings"),
        (b'{"theme": "light"}', "no file of exported settings"),
        (b'{"format": "brainviewer-settings", "version": 1, "settings": []}', "no file of"),
        (b'{"format": "brainviewer-settings", "version": 7, "settings": {}}', "another version"),
        (b'{"format": "brainviewer-settings", "version": 1, "settings": {}}', "no settings of"),
    ],
)
def test_a_file_from_elsewhere_is_told_as_what_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=said) as told:
        read_settings(path, Settings())
    assert "Nothing was changed" in told.value.message
    assert told.value.advice


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("theme", "pink", "dark, light or system"),
        ("export_scale", 9, "from 1 to 4"),
        ("smooth_pixels", 1, "true or false"),
        ("pacs_modality", None, "a text"),
        ("model", "not-here", "not installed here"),
    ],
)
def test_one_wrong_value_keeps_all_of_the_file_out(
    tmp_path: Path, key: str, value: object, allowed: str
) -> None:
    path = _file(tmp_path / "wrong.json", show_patient=False, **{key: value})
    with pytest.raises(FileError, match=allowed) as told:
        read_settings(path, Settings())
    assert f"'{key}'" in told.value.message


def test_what_a_newer_version_has_is_named_and_what_is_private_not_taken(tmp_path: Path) -> None:
    path = _file(tmp_path / "new.json", theme="light", of_tomorrow=3, recent=[["/x"]])
    found = read_settings(path, Settings())
    assert dict(found.values) == {"theme": "light"}
    assert found.unknown == ("of_tomorrow", "recent")


def test_resetting_a_page_leaves_the_others(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json", theme="light", export_scale=4, recent=(("/a",),))
    settings.reset(Page.EXPORT)
    assert (settings.theme, settings.export_scale) == ("light", 2)
    settings.reset()
    assert settings.theme == "dark"
    assert settings.recent == (("/a",),)


def test_listeners_hear_of_what_is_different_now() -> None:
    settings, heard = Settings(), []
    settings.changed.connect(heard.append)
    settings.update(theme="light", engine="auto")
    settings.update(theme="light")
    assert heard == [{"theme"}]


def test_recent_studies_are_forgotten_where_they_are_not_to_be_remembered(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.json")
    settings.remember_study([Path("/a")])
    settings.update(remember_recent=False)
    settings.remember_study([Path("/b")])
    assert settings.recent == ()
    assert Settings.load(settings.path).recent == ()
