"""What is kept of readers and studies: accounts, tokens, audit trail, journals."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

from brainviewer.core.audit_trail.key import TrailKey
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.files.audit_trail.key_place import KeyPlace
from brainviewer.files.graphics.conditions import graphics_conditions
from tests.hostile.case import Case, Place
from tests.hostile.kinds.json_values import TEXTS, changed

_BY_COMMAND = "It is the command line's to be told so."
_TOKEN = "A token is for the command line; the window asks for name and password."
_OPENS = ("info", "{study}")
_VERIFY = ("audit-trail", "verify")
_SHOW = ("audit-trail", "show")
_ANEW = ("audit-trail", "start", "--anew")


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
    """A file in place of a token, where there are accounts."""
    from tests.signing_in import first_administrator

    before = os.environ.get("BRAINVIEWER_HOME")
    os.environ["BRAINVIEWER_HOME"] = str(place.home)
    try:
        first_administrator()
    finally:
        os.environ.pop("BRAINVIEWER_HOME")
        if before is not None:
            os.environ["BRAINVIEWER_HOME"] = before
    path = place.folder / "token"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def _sound_key() -> bytes:
    """A key that is what it says."""
    key = TrailKey(bytes(32))
    told = {"place": KeyPlace.FILE.value, "id": key.id, "secret": key.secret.hex()}
    return json.dumps(told).encode()


def _trail(content: bytes, key: bytes | None, end: bytes, place: Place) -> Path:
    """A trail that is on by its key, with a file of lines and a mark of its end."""
    _in_home("audit-key.json", _sound_key() if key is None else key, place)
    _in_home("audit-end.json", end, place)
    return _in_home("audit/trail-000000001.jsonl", content, place)


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
    """All of the kind: whatever is wrong with it, what was there stays, or is set aside."""
    yield from _accounts()
    yield from _trails()
    # The command line reads nothing of these; the window does where it opens the study.
    for name, content in TEXTS.items():
        for file in ("journal/{}.journal", "journal/{}.json", "reports/{}.json", "ages/{}.json"):
            make = partial(_journal, file, content)
            said = f"{file.format('study')} {name}"
            yield Case("kept", said, make, _OPENS, "opens", "start", keeps=True)
    yield from _probes()


def _accounts() -> Iterator[Case]:
    """Nobody gets in where nobody can tell who may."""
    damaged, way_on = "The file of the accounts is damaged", "users restore"
    for name in ("empty", "noise", "NUL", "64 MB", "string"):
        make = partial(_in_home, "accounts.sqlite", TEXTS[name])
        yield Case(
            "kept",
            f"accounts {name}",
            make,
            _OPENS,
            "refused",
            "start",
            command_says=damaged,
            keeps=True,
        )
        copy = partial(_in_home, "accounts.copy", TEXTS[name])
        yield Case(
            "kept",
            f"copy of accounts {name}",
            copy,
            _OPENS,
            "refused",
            "start",
            command_says=way_on,
            keeps=True,
        )
    for name, script, says in (
        ("newer", "PRAGMA user_version = 9999; CREATE TABLE a (b);", "Update BrainViewer"),
        ("other", "PRAGMA user_version = 1; CREATE TABLE accounts (a, b);", damaged),
        ("empty", "PRAGMA user_version = 1;", damaged),
    ):
        make = partial(_database, script)
        yield Case(
            "kept",
            f"accounts, {name}",
            make,
            _OPENS,
            "refused",
            "start",
            command_says=says,
            keeps=True,
        )
    for file in ("accounts.sqlite", "accounts.copy"):
        for name, special in _KINDS.items():
            made = partial(_special, file, special)
            yield Case("kept", f"{file} is a {name}", made, _OPENS, "refused", "start",
                           command_says="ccounts")  # fmt: skip
    for name, content in (
        ("empty", b""),
        ("noise", bytes(range(256)) * 9),
        ("large", b"a" * (1 << 24)),
        ("first line", b"BrainViewer token 1\n"),
        ("unknown", b"BrainViewer token 1\n" + b"0" * 8 + b"." + b"0" * 64 + b"\n"),
    ):
        for mode, says in ((0o600, "token"), (0o644, "may be read by others")):
            make = partial(_token, content, mode)
            command = ("--token-file", "{file}", *_OPENS)
            yield Case("kept", f"token {name} {mode:o}", make, command, "refused", "none", says,
                       _TOKEN)  # fmt: skip


def _probes() -> Iterator[Case]:
    """A probe of the graphics that makes no sense is made again, without a word."""
    for name, content in TEXTS.items():
        make = partial(_in_home, "graphics/probe.json", content)
        yield Case("kept", f"graphics probe {name}", make, ("graphics",), "opens", "start")
    for name, content in changed(_sound_probe(), every=2):
        make = partial(_in_home, "graphics/probe.json", content)
        yield Case("kept", f"graphics probe {name}", make, ("graphics",), "opens", "start")


def _sound_probe() -> bytes:
    """The probe of a graphics card, under the conditions of this process."""
    probe = GraphicsProbe(Outcome.DRAWN, "a", "b", "4.6", (4, 6), 2048, seconds=0.01)
    told = {"format": 1, "conditions": graphics_conditions(), "probe": probe.record()}
    return json.dumps(told).encode()


def _trails() -> Iterator[Case]:
    """What cannot be recorded is not done; lines that make no sense are found, and kept."""
    for file in ("audit-key.json", "audit-end.json", "audit"):
        for name, special in _KINDS.items():
            made = partial(_special, file, special)
            says = "audit trail"
            yield Case(
                "kept", f"{file} is a {name}", made, _OPENS, "refused", "trail", command_says=says
            )
    for name, content in _TRAILS.items():
        make = partial(_trail, content, None, b"{}")
        yield Case(
            "kept", f"audit trail {name}", make, _VERIFY, "refused", "trail",
            command_says="was tampered with", keeps=True, listed=True,
        )  # fmt: skip
        yield Case(
            "kept", f"audit trail shown {name}", make, _SHOW, "opens", "trail",
            command_says="verify", keeps=True,
        )  # fmt: skip
        make = partial(_trail, content, b"{}", b"{}")
        yield Case(
            "kept", f"audit trail without key {name}", make, _OPENS, "refused", "trail",
            command_says="key file of the audit trail is damaged", keeps=True,
        )  # fmt: skip
        yield Case(
            "kept", f"audit trail begun anew {name}", make, _ANEW, "opens", "none",
            "is kept in the folder", _BY_COMMAND, keeps=True,
        )  # fmt: skip
    for name, content in TEXTS.items():
        if name != "64 MB":
            make = partial(_trail, b"", content, content)
            says = "key"
            yield Case(
                "kept", f"audit key {name}", make, _OPENS, "refused", "trail", command_says=says
            )
