"""What is kept of readers and studies: accounts, tokens, audit trail, journals."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

from brainviewer.core.audit_trail.key import TrailKey
from brainviewer.files.audit_trail.key_place import KeyPlace
from tests.hostile.case import Case, Door, Place
from tests.hostile.kinds.json_values import TEXTS

_LIST = ("users", "list")
_VERIFY = ("audit-trail", "verify")
_SHOW = ("audit-trail", "show")
_TOKEN = "A token is for the command line; the window asks for name and password."
_JOURNAL = ("report", "{study}", "-o", "{out}/a.html", "--no-classify")


def _in_home(name: str, content: bytes, place: Place) -> Path:
    path = place.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def _database(script: str, place: Place) -> Path:
    path = place.home / "accounts.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


def _special(name: str, make: Callable[[Path], object], place: Place) -> Path:
    path = place.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)
    return path


def _token(content: bytes, mode: int, place: Place) -> Path:
    _in_home("accounts.sqlite", b"", place)
    path = place.folder / "token"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def _trail(content: bytes, key: bytes, end: bytes, place: Place) -> Path:
    """A trail that is on by its key, with a file of lines and a mark of its end."""
    _in_home("audit-key.json", key, place)
    _in_home("audit-end.json", end, place)
    return _in_home("audit/trail-000000001.jsonl", content, place)


def _sound_key() -> bytes:
    key = TrailKey(bytes(32))
    told = {"place": KeyPlace.FILE.value, "id": key.id, "secret": key.secret.hex()}
    return json.dumps(told).encode()


def _journal(name: str, content: bytes, place: Place) -> Path:
    """Journals under every name that the sound study may have."""
    return _in_home(name.format(_content(place.study)), content, place)


@cache
def _content(study: Path) -> str:
    from brainviewer.app.opening.study import open_study

    return open_study([study], lambda *_: None).content_hash


_TRAILS = {
    "no lines": b"",
    "null": b"null\n",
    "noise": bytes(range(256)) * 9,
    "NUL": bytes(70_000),
    "lists": b"[" * 100_000,
    "one long line": b'{"a": "' + b"a" * (32 << 20) + b'"}\n',
    "wrong numbers": b'{"number": 99999999999999999999}\n' * 9,
    "torn": b'{"number": 1, "ti',
    "1M lines": b"{}\n" * 1_000_000,
    "surrogate": b'{"reader": "\\ud800"}\n',
}
_KINDS: dict[str, Callable[[Path], object]] = {
    "folder": Path.mkdir,
    "circle": lambda path: path.symlink_to(path.name),
    "zeros": lambda path: path.symlink_to("/dev/zero"),
}


def cases() -> Iterator[Case]:
    """All of the kind."""
    for name in ("empty", "noise", "NUL", "64 MB", "string"):
        make = partial(_in_home, "accounts.sqlite", TEXTS[name])
        yield Case("kept", f"accounts {name}", make, _LIST, "either", "start")
        copy = partial(_in_home, "accounts.copy", TEXTS[name])
        yield Case(
            "kept", f"copy of accounts {name}", copy, ("users", "restore"), "either", "start"
        )
    for name, script in (
        ("newer", "PRAGMA user_version = 9999; CREATE TABLE a (b);"),
        (
            "other",
            "PRAGMA user_version = 1; CREATE TABLE accounts (a, b);",
        ),
        ("empty", "PRAGMA user_version = 1;"),
    ):
        make = partial(_database, script)
        yield Case("kept", f"accounts, {name}", make, _LIST, "either", "start")
        yield Case(
            "kept", f"study where accounts are {name}", make, ("info", "{study}"), "either", "start"
        )
    for file in ("accounts.sqlite", "accounts.copy", "audit-key.json", "audit-end.json", "audit"):
        for name, special in _KINDS.items():
            made = partial(_special, file, special)
            door: Door = "trail" if file.startswith("audit") else "start"
            yield Case("kept", f"{file} is a {name}", made, ("info", "{study}"), "either", door)
    for name, content in (
        ("empty", b""),
        ("noise", bytes(range(256)) * 9),
        ("large", b"a" * (1 << 24)),
        ("first line", b"BrainViewer token 1\n"),
        ("unknown", b"BrainViewer token 1\n" + b"0" * 8 + b"." + b"0" * 64 + b"\n"),
    ):
        for mode in (0o600, 0o644):
            make = partial(_token, content, mode)
            command = ("--token-file", "{file}", "info", "{study}")
            yield Case(
                "kept", f"token {name} {mode:o}", make, command, "refused", "none", why_not=_TOKEN
            )
    for name, content in _TRAILS.items():
        for said, key in (("damaged", b"{}"), ("sound", _sound_key())):
            make = partial(_trail, content, key, b"{}")
            command = _SHOW if said == "damaged" else _VERIFY
            named = f"audit trail {name}, its key {said}"
            yield Case("kept", named, make, command, "either", "trail")
    for name, content in TEXTS.items():
        if name != "64 MB":
            make = partial(_trail, b"", content, content)
            yield Case("kept", f"audit key {name}", make, ("info", "{study}"), "either", "trail")
        for file in ("journal/{}.journal", "journal/{}.json", "reports/{}.json", "ages/{}.json"):
            make = partial(_journal, file, content)
            said = file.format("study")
            yield Case("kept", f"{said} {name}", make, _JOURNAL, "either", "start")
