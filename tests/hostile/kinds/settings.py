"""Files of the user that are read at the start: settings, PACS nodes, series, databases."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.hostile.case import Case, Door, Place, home_of
from tests.hostile.kinds.json_values import TEXTS, changed

_OPENS = ("info", "{study}")
_SETTINGS = json.dumps(
    {
        "theme": "dark", "scale": 100, "convention": "radiological", "recent": ["/a"],
        "window_state": "AAAA", "hints_seen": True, "classify_on_opening": False,
        "layouts": {"mine": {"rows": 1, "columns": 2, "panes": [{"plane": "axial"}]}},
        "own_presets": [{"name": "a", "modality": "T1", "level": 1, "width": 2}],
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
_DATABASES = ("studies.sqlite", "predictions.sqlite")
_DOORS: dict[str, Door] = {"studies.sqlite": "list", "predictions.sqlite": "monitor"}
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


def cases() -> Iterator[Case]:
    """All of the kind."""
    for name, content in TEXTS.items():
        make = home_of("settings.json", content)
        yield Case("settings", f"settings {name}", make, _OPENS, "opens", "start")
        nodes = home_of("pacs-nodes.json", content)
        yield Case("settings", f"nodes {name}", nodes, ("pacs", "nodes"), "either", "nodes")
        series = home_of("series.json", content)
        yield Case("settings", f"series {name}", series, _OPENS, "opens", "roles")
    for name, content in changed(_SETTINGS, 3):
        make = home_of("settings.json", content)
        yield Case("settings", f"settings {name}", make, _OPENS, "opens", "start")
    for name, content in changed(_NODES, 4):
        make = home_of("pacs-nodes.json", content)
        yield Case("settings", f"nodes {name}", make, ("pacs", "nodes"), "either", "nodes")
    for file in _DATABASES:
        for name, script in _SCRIPTS.items():
            make = partial(_database, file, script)
            yield Case("settings", f"{file} {name}", make, _ASKS[file], "either", _DOORS[file])
        for name in ("empty", "noise", "NUL"):
            make = home_of(file, TEXTS[name])
            yield Case("settings", f"{file} {name}", make, _ASKS[file], "either", _DOORS[file])
    for file in ("settings.json", "pacs-nodes.json", "brainviewer.log", *_DATABASES, "journal"):
        for name, special in _KINDS.items():
            make = partial(_special, file, special)
            ends = "either"
            yield Case("settings", f"{file} is a {name}", make, _OPENS, ends, "start")  # type: ignore[arg-type]
