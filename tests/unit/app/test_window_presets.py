"""Window presets of the user: kept in the settings, offered by number, carried in files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from brainviewer.app.jobs import Jobs
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.voi.own_presets import OwnPresets, opening_presets
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.own_presets import OwnPreset
from brainviewer.core.voi.voi_window import OWN, Window
from tests.phantoms import marker_study

T1 = Modality.T1


def preset(name: str, level: float = 0.1, width: float = 0.5, **more) -> OwnPreset:
    return OwnPreset(more.pop("modality", T1), name, level, width, **more)


def kept(path: Path | None = None) -> OwnPresets:
    settings = Settings.load(path) if path else Settings()
    return OwnPresets(settings, Jobs(lambda f: f(), lambda *_: None, lambda _: None))


def names(presets: OwnPresets) -> list[str]:
    return [one.name for one in presets.all]


def test_saved_replaced_renamed_sorted_and_deleted() -> None:
    own = kept()
    for name in ("a", "b", "c"):
        own.save(preset(name))
    own.save(preset("B", 0.7))
    assert names(own) == ["a", "B", "c"]
    assert own.all[1].level == 0.7
    own.move(own.all[2], -2)
    assert names(own) == ["c", "a", "B"]
    own.rename(own.all[0], " edge ")
    with pytest.raises(BrainViewerError, match="another preset called 'a'"):
        own.rename(own.all[2], "a")
    own.rename(own.all[2], "b")  # only its case
    own.delete(own.all[1])
    assert names(own) == ["edge", "b"]


def test_they_are_there_at_the_next_start_and_two_windows_keep_each_others(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    one, other = kept(path), kept(path)
    one.save(preset("of one"))
    other.save(preset("of the other"))
    assert names(kept(path)) == ["of one", "of the other"]


def test_damaged_ones_in_the_settings_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"window_presets": [preset("a").stored(), {"name": "b"}, 3]}))
    assert names(kept(path)) == ["a"]
    path.write_text(json.dumps({"window_presets": "x"}))
    assert names(kept(path)) == []


def test_resetting_the_settings_keeps_them() -> None:
    own = kept()
    own.save(preset("a"))
    own._settings.reset()
    assert names(own) == ["a"]


def test_a_study_opens_with_one_of_them_and_that_of_its_scanner_goes_first() -> None:
    own, study = kept(), marker_study()
    own.save(preset("a", opens=True))
    own.save(preset("b", opens=True))
    assert [one.opens for one in own.all] == [False, True]
    own.save(preset("c", opens=True, scanner="of another"))
    assert opening_presets(own._settings, study) == {T1: own.all[1]}
    own.open_with(own.all[0], True)
    assert [one.opens for one in own.all] == [True, False, True]
    own.open_with(own.all[0], False)
    assert opening_presets(own._settings, study) == {}


def test_a_file_carries_them_and_says_in_a_sentence_what_it_leaves_out(tmp_path: Path) -> None:
    own, path = kept(), tmp_path / "presets.json"
    own.save(preset("Kante ö"))
    own.export(path)
    other = kept()
    other.save(preset("mine"))
    assert other.take_over(path) == (1, "")
    assert names(other) == ["mine", "Kante ö"]
    content = json.loads(path.read_text("utf-8"))
    content["presets"] += [{**preset("bad").stored(), "width": -1}, "x"]
    path.write_text(json.dumps(content))
    count, said = other.take_over(path)
    assert count == 1
    assert said == (
        "2 presets were left out: The width of the preset 'bad' is -1. It must be above 0."
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "<presets/>",
        '{"format": "brainviewer-settings", "presets": []}',
        '{"format": "brainviewer-window-presets", "version": 9, "presets": []}',
        '{"format": "brainviewer-window-presets", "version": 1, "presets": {}}',
        '{"format": "brainviewer-window-presets", "version": 1, "presets": []}',
        '{"format": "brainviewer-window-presets", "version": 1, "presets": [{"name": "a"}]}',
        "[" * 5000,
    ],
)
def test_a_file_from_elsewhere_changes_nothing(tmp_path: Path, content: str) -> None:
    own, path = kept(), tmp_path / "presets.json"
    own.save(preset("mine"))
    path.write_text(content)
    with pytest.raises(FileError) as told:
        own.take_over(path)
    assert told.value.advice
    assert names(own) == ["mine"]


@pytest.fixture
def session() -> Iterator[Session]:
    """One that shows a study of which nothing is computed."""
    made = Session(lambda f: f(), Settings(classify_on_opening=False))
    made.segmentation.find = lambda *_, **__: None
    yield made
    made.close()


def show(session: Session) -> Study:
    study = marker_study()
    session.documents.show(study, dict.fromkeys(study.volumes, Window(500, 400)))
    return study


def test_digits_and_menu_follow_and_the_window_keeps_its_name(session: Session) -> None:
    show(session)
    view, state = session.view, session.state
    before = view.presets(T1)
    session.presets.save(preset("mine", 0.2, 0.4))
    assert view.presets(T1) == (*before, "mine")
    view.apply_numbered_preset(T1, len(before) + 1)
    window = state.windows[T1]
    assert state.presets[T1] == "mine"
    session.presets.rename(session.presets.all[0], "ours")
    assert (state.presets[T1], state.windows[T1]) == ("ours", window)
    session.presets.delete(session.presets.all[0])
    assert (state.presets[T1], state.windows[T1]) == (OWN, window)
    assert view.presets(T1) == before


def test_a_study_is_shown_through_it_under_its_name(session: Session) -> None:
    session.presets.save(preset("mine", 0.0, 0.5, opens=True))
    show(session)
    assert session.state.presets[T1] == "mine"
    assert session.state.windows[T1] == Window(500, 200)
    assert session.state.presets[Modality.T2] == "Automatic"
    session.view.auto_window(T1)
    assert session.state.presets[T1] == "Automatic"
