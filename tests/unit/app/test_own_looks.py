"""Looks of the 3D view that the user has made: kept, renamed, deleted, and damaged ones told."""

import json
from pathlib import Path

import pytest

from brainviewer.app.jobs import Jobs
from brainviewer.app.looks.own_looks import OwnLooks, damaged_looks, kept_looks
from brainviewer.app.notices import Notices
from brainviewer.app.settings.settings import MOST_LOOKS, Settings
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError
from brainviewer.painting.volume.looks.own_look import OwnLook
from brainviewer.painting.volume.voxels.presets import PRESETS

HOT, GLASS = PRESETS["hot"].look, PRESETS["glass"].look


def kept(path: Path | None = None, said: list[str] | None = None) -> OwnLooks:
    state = ViewState()
    state.noticed.connect(lambda notice: said.append(notice.text) if said is not None else None)
    settings = Settings.load(path) if path else Settings()
    jobs = Jobs(lambda f: f(), lambda *_: None, lambda _: None)
    return OwnLooks(settings, jobs, Notices(state))


def names(looks: OwnLooks) -> list[str]:
    return [one.name for one in looks.all]


def test_saved_replaced_renamed_and_deleted() -> None:
    own = kept()
    for name in ("a", "b", "c"):
        own.save(OwnLook(name, HOT))
    own.save(OwnLook("B", GLASS))
    assert names(own) == ["a", "B", "c"]
    there = own.called(" b ")
    assert there is not None and there.look == GLASS
    with pytest.raises(BrainViewerError, match="another look called 'A'"):
        own.rename(own.all[1], "A ")
    with pytest.raises(BrainViewerError, match="already"):
        own.rename(own.all[1], "Skin")
    assert own.rename(own.all[1], "b").name == "b"  # only its case
    own.delete(own.all[0])
    assert names(own) == ["b", "c"]


def test_they_are_there_at_the_next_start_and_two_windows_keep_each_others(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    one, other = kept(path), kept(path)
    one.save(OwnLook("of one", HOT))
    other.save(OwnLook("of the other", GLASS))
    again = kept(path)
    assert again.all == (OwnLook("of one", HOT), OwnLook("of the other", GLASS))


def test_damaged_ones_are_left_out_told_once_and_stay_in_the_file(tmp_path: Path) -> None:
    path, said = tmp_path / "settings.json", list[str]()
    bad = {"name": "bad", "opacity": "x"}
    path.write_text(json.dumps({"volume_looks": [OwnLook("a", HOT).stored(), bad]}))
    own = kept(path, said)
    assert names(own) == ["a"]
    own.tell_damaged()
    own.tell_damaged()
    assert len(said) == 1 and "'bad'" in said[0] and "1 look of yours is left out" in said[0]
    own.save(OwnLook("b", GLASS))
    stored = json.loads(path.read_text())["volume_looks"]
    assert stored[1] == bad and len(stored) == 3
    # It gives its name to a new one.
    own.save(OwnLook("bad", HOT))
    assert not damaged_looks(Settings.load(path))
    assert len(kept_looks(Settings.load(path))) == 3


@pytest.mark.parametrize("stored", ["x", [3], {"a": 1}])
def test_what_is_no_list_of_looks_is_none(tmp_path: Path, stored: object) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"volume_looks": stored}))
    assert kept(path).all == ()


def test_there_is_a_limit() -> None:
    own = kept()
    own._settings.update(
        volume_looks=tuple(OwnLook(f"look {n}", HOT).stored() for n in range(MOST_LOOKS))
    )
    with pytest.raises(BrainViewerError, match="Delete some first"):
        own.save(OwnLook("one more", HOT))
    own.save(OwnLook("look 7", GLASS))
    assert own.all[7].look == GLASS
