"""Files of the user that are read at the start: settings, PACS nodes, series, databases."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from brainviewer.core.hanging.hanging import BUILT_IN
from brainviewer.core.hanging.record import hanging_record
from brainviewer.core.study import Modality
from brainviewer.core.view.view_choice import Layout
from brainviewer.core.voi.own_presets import OwnPreset
from brainviewer.painting.volume.looks.own_look import OwnLook
from brainviewer.painting.volume.voxels.look import VolumeLook
from tests.hostile.case import Case, Door, Ends, Make, Place, home_of
from tests.hostile.kinds.images import saved
from tests.hostile.kinds.json_values import TEXTS, changed

_OPENS = ("info", "{study}")
_READS = ("export", "{folder}/image.png", "-o", "{out}/a.png")
"""Looks up the window presets of the settings."""
LAYOUT = json.dumps(hanging_record(BUILT_IN[Layout.THREE_PLANES]))
PRESET = OwnPreset(Modality.T1, "a", 1.0, 2.0).stored()
LOOK = OwnLook("mine", VolumeLook()).stored()
_SETTINGS = json.dumps(
    {
        "theme": "dark", "scale": 100, "convention": "radiological", "recent": ["/a"],
        "window_state": "AAAA", "hints_seen": True, "classify_on_opening": False,
        "layouts": [["mine", LAYOUT]], "window_presets": [PRESET], "volume_looks": [LOOK],
        "keys": {"open": "Ctrl+O"}, "first_layout": "four", "slices": [1, 2],
    }
).encode()  # fmt: skip
_NODES = json.dumps(
    {
        "nodes": [
            {"protocol": "dimse", "name": "a", "host": "h", "port": 104, "title": "T"},
            {"protocol": "dicomweb", "name": "b", "url": "https://h/dicom-web"},
        ]
    }
).encode()
_NODES_ASKED = ("pacs", "nodes")
_NODE_ADDED = ("pacs", "nodes", "add", "b", "--dimse", "h:104", "--title", "T")
_ADDED = "The window adds a node where it lists them, which is refused before."
_SAYS: dict[tuple[str, str], str] = {}
_DATABASES = ("studies.sqlite", "predictions.sqlite")
_DOORS: dict[str, Door] = {"studies.sqlite": "list", "predictions.sqlite": "monitor",
                           "pacs-nodes.json": "nodes"}  # fmt: skip
_ASKS = {"studies.sqlite": _OPENS, "predictions.sqlite": ("monitor",)}


def _database(name: str, script: str, place: Place) -> Path:
    path = place.home / name
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()
    return path


def _special(name: str, make: Callable[[Path], object], place: Place) -> Path:
    path = place.home / name
    make(path)
    return path


_SCRIPTS = {
    "newer": "PRAGMA user_version = 9999; CREATE TABLE a (b);",
    "other tables": "PRAGMA user_version = 1; CREATE TABLE a (b);",
    "views without end": "PRAGMA user_version = 1; CREATE VIEW studies AS WITH RECURSIVE c(n) AS"
    " (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c;",
    "negative version": "PRAGMA user_version = -1;",
    "trigger": "CREATE TABLE studies (content); CREATE TRIGGER t AFTER INSERT ON studies BEGIN"
    " DELETE FROM studies; END; PRAGMA user_version = 1;",
}
_KINDS: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "circle": lambda path: path.symlink_to(path.name),
    "zeros": lambda path: path.symlink_to("/dev/zero"),
}


def _beside_image(name: str, content: bytes | Callable[[], bytes]) -> Make:
    """A file in the home, and an image to look at."""

    def make(place: Place) -> Path:
        (place.folder / "image.png").write_bytes(saved("PNG", "L"))
        return home_of(name, content)(place)

    return make


def cases() -> Iterator[Case]:
    """All of the kind. Settings never keep anybody from working: what makes no sense is left out,
    and set aside before it is written over; nodes that cannot be read are told where they are
    asked for."""
    for name, content in TEXTS.items():
        make = _beside_image("settings.json", content)
        yield Case("settings", f"settings {name}", make, _READS, "opens", "start", keeps=True)
        nodes = home_of("pacs-nodes.json", content)
        yield Case("settings", f"nodes {name}", nodes, _NODES_ASKED, "refused", "nodes",
                   command_says="pacs-nodes.json", keeps=True)  # fmt: skip
        yield Case("settings", f"node added to {name}", nodes, _NODE_ADDED, "refused", "none",
                   "pacs-nodes.json", _ADDED, keeps=True)  # fmt: skip
        series = home_of("series.json", content)
        yield Case("settings", f"series {name}", series, _OPENS, "opens", "roles", keeps=True)
    for name, content in changed(_SETTINGS, 3):
        make = _beside_image("settings.json", content)
        yield Case("settings", f"settings {name}", make, _READS, "opens", "start", keeps=True)
    for name, content in changed(LAYOUT.encode(), 3, 2):
        stored = json.dumps({"layouts": [["mine", content.decode()]], "layout_four": "mine"})
        make = home_of("settings.json", stored.encode())
        yield Case("settings", f"layout {name}", make, _OPENS, "opens", "start", keeps=True)
    for name, content in changed(_NODES, 4):
        make = home_of("pacs-nodes.json", content)
        whole = name.startswith("nodes.")
        ends: Ends = "opens" if whole else "refused"
        yield Case("settings", f"nodes {name}", make, _NODES_ASKED, ends, "nodes")
    for file in _DATABASES:
        for name, script in _SCRIPTS.items():
            make = partial(_database, file, script)
            says = _SAYS.get((file, name), "")
            yield Case("settings", f"{file} {name}", make, _ASKS[file], "opens", _DOORS[file],
                       command_says=says)  # fmt: skip
        for name in ("empty", "noise", "NUL"):
            make = home_of(file, TEXTS[name])
            yield Case("settings", f"{file} {name}", make, _ASKS[file], "opens", _DOORS[file],
                       keeps=True)  # fmt: skip
    for file in ("settings.json", "pacs-nodes.json", "brainviewer.log", *_DATABASES, "journal"):
        for name, special in _KINDS.items():
            make = partial(_special, file, special)
            door = _DOORS.get(file, "start")
            yield Case("settings", f"{file} is a {name}", make, _OPENS, "opens", door)
