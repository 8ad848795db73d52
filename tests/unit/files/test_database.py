"""Databases: whole or refused, brought up to date, and never lost silently."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from brainviewer.files.database import database as database_module
from brainviewer.files.database.aside import set_aside
from brainviewer.files.database.database import Database
from brainviewer.files.database.forgiving import ForgivingDatabase
from brainviewer.files.database.schema import DatabaseError, Fault, Schema

STEPS = (
    ("CREATE TABLE counts (name TEXT PRIMARY KEY, n INTEGER NOT NULL)",),
    ("ALTER TABLE counts ADD COLUMN unit TEXT", "UPDATE counts SET unit = 'mm'"),
    ("CREATE TABLE notes (text TEXT)",),
)
SCHEMA = Schema("the counts", STEPS, begun_anew=("The counts were damaged.", "See '{aside}'."))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "counts.sqlite"


def add(database: Database | ForgivingDatabase, name: str) -> None:
    with database.transaction() as working:
        working.change("INSERT INTO counts (name, n) VALUES (?, 1)", (name,))


def names(database: Database | ForgivingDatabase) -> list[str]:
    with database.transaction() as working:
        return [name for (name,) in working.rows("SELECT name FROM counts ORDER BY name")]


def refused(database: Database) -> Fault:
    with pytest.raises(DatabaseError) as raised:
        names(database)
    assert raised.value.message and raised.value.advice
    return raised.value.fault


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_file_of_each_older_version_is_brought_up_to_date(path: Path, version: int) -> None:
    old = Database(path, Schema("the counts", STEPS[:version]))
    add(old, "a")
    old.close()
    new = Database(path, SCHEMA)
    with new.transaction() as working:
        found = working.rows("SELECT name, n, unit FROM counts")
        assert working.rows("SELECT * FROM notes") == []
        assert working.rows("PRAGMA user_version") == [(3,)]
    new.close()
    assert found == [("a", 1, None if version > 1 else "mm")]


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    old = Database(path, Schema("the counts", STEPS[:1]))
    add(old, "a")
    old.close()
    broken = Schema("the counts", (STEPS[0], (*STEPS[1], "CREATE TABLE counts (n)")))
    assert refused(Database(path, broken)) is Fault.DAMAGED
    again = Database(path, SCHEMA)
    assert names(again) == ["a"]
    again.close()


def test_a_newer_file_is_refused_and_not_changed(path: Path) -> None:
    newer = Database(path, Schema("the counts", (*STEPS, ("CREATE TABLE more (x)",))))
    add(newer, "a")
    newer.close()
    before = path.read_bytes()
    assert refused(Database(path, SCHEMA)) is Fault.NEWER
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_nobody_else_may_read_it_also_where_it_was_open_to_all(path: Path) -> None:
    database = Database(path, SCHEMA)
    add(database, "a")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    database.close()
    path.chmod(0o644)
    names(database)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    database.close()


def test_what_is_deleted_is_not_left_in_the_file(path: Path) -> None:
    database = Database(path, SCHEMA)
    for name in ("a secret that goes", "kept"):
        add(database, name)
    assert b"secret that goes" in path.read_bytes()
    with database.transaction() as working:
        assert working.change("DELETE FROM counts WHERE name LIKE '%secret%'") == 1
    database.close()
    assert b"secret that goes" not in path.read_bytes()


def test_what_is_raised_in_a_transaction_undoes_it_and_passes(path: Path) -> None:
    database = Database(path, SCHEMA)
    with pytest.raises(FileNotFoundError), database.transaction() as working:
        working.change("INSERT INTO counts (name, n) VALUES ('a', 1)")
        raise FileNotFoundError("of somebody else")
    add(database, "b")
    with pytest.raises(sqlite3.IntegrityError):
        add(database, "b")
    assert names(database) == ["b"]
    database.close()


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be removed there")
def test_a_file_that_is_deleted_or_replaced_meanwhile_is_seen(path: Path) -> None:
    strict, forgiving = Database(path, SCHEMA), ForgivingDatabase(path, SCHEMA)
    add(strict, "a")
    assert names(forgiving) == ["a"]
    content = path.read_bytes()
    add(strict, "b")
    path.unlink()
    kept = Database(path, SCHEMA, create=False)
    assert refused(kept) is Fault.GONE
    assert names(forgiving) == []  # begun anew
    path.unlink()
    path.write_bytes(content)  # an older copy
    assert names(strict) == names(kept) == names(forgiving) == ["a"]
    for database in (strict, kept, forgiving):
        database.close()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 5000, b"text" * 300])
def test_what_must_be_there_is_never_made_anew(path: Path, content: bytes) -> None:
    add(made := Database(path, SCHEMA), "a")
    made.close()
    path.write_bytes(content)
    assert refused(Database(path, SCHEMA, create=False)) is Fault.DAMAGED
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_column_that_is_missing_is_damage(path: Path) -> None:
    add(made := Database(path, SCHEMA), "a")
    made.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE counts DROP COLUMN unit")
    connection.close()
    assert refused(Database(path, SCHEMA)) is Fault.DAMAGED


def test_two_that_find_it_damaged_set_it_aside_once(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"damaged" * 200)
    first, second = Database(path, SCHEMA), Database(path, SCHEMA)
    assert refused(first) is refused(second) is Fault.DAMAGED
    first.set_aside()
    add(first, "a")
    assert second.set_aside().read_bytes() == b"damaged" * 200
    assert names(second) == ["a"]
    first.close()
    second.close()


def test_another_process_that_holds_it_is_waited_for_and_then_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_PATIENCE", 0.01)
    database = Database(path, SCHEMA)
    add(database, "a")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert refused(database) is Fault.IN_USE
    fresh = ForgivingDatabase(path, SCHEMA)
    with pytest.raises(DatabaseError):
        names(fresh)
    other.execute("ROLLBACK")
    other.close()
    assert names(database) == names(fresh) == ["a"]
    assert fresh.trouble is None
    database.close()
    fresh.close()


def test_processes_that_count_at_once_miss_nothing(path: Path) -> None:
    add(database := Database(path, SCHEMA), "a")
    program = (
        "import sys; from pathlib import Path; from brainviewer.files.database.database import *;"
        "from brainviewer.files.database.schema import *;"
        "d = Database(Path(sys.argv[1]), Schema('x', ()))\n"
        "for _ in range(50):\n with d.transaction() as t:\n"
        "  ((n,),) = t.rows('SELECT n FROM counts'); t.change('UPDATE counts SET n = ?', (n + 1,))"
    ).replace("Schema('x', ())", f"Schema('x', {STEPS!r})")
    running = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    with database.transaction() as working:
        assert working.rows("SELECT n FROM counts") == [(151,)]
    database.close()


def test_in_memory_an_older_file_is_read_in_todays_form(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Database(path, Schema("the counts", STEPS[:1]))
    add(old, "a")
    old.close()
    before = path.read_bytes()
    real = sqlite3.connect

    def connect(place: object, **options: object) -> sqlite3.Connection:
        if place == path:  # as on a disk without permission to write
            return real(f"{path.as_uri()}?mode=ro", uri=True, **options)
        return real(place, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    assert refused(Database(path, SCHEMA)) is Fault.UNUSABLE
    forgiving = ForgivingDatabase(path, SCHEMA)
    with forgiving.transaction() as working:
        assert working.rows("SELECT name, unit FROM counts") == [("a", "mm")]
    add(forgiving, "b")
    assert names(forgiving) == ["a", "b"]
    assert forgiving.trouble is not None and forgiving.trouble.fault is Fault.UNUSABLE
    forgiving.close()
    assert path.read_bytes() == before


def test_each_damaged_file_is_kept_with_what_lies_beside_it(path: Path) -> None:
    path.parent.mkdir()
    for content in (b"first" * 200, b"second" * 200):
        path.write_bytes(content)
        beside = path.with_name(f"{path.name}-wal")
        beside.write_bytes(content[::-1])
        aside = set_aside(path)
        assert aside.read_bytes() == content
        assert aside.with_name(f"{aside.name}-wal").read_bytes() == content[::-1]
        assert not path.exists() and not beside.exists()
    assert path.with_suffix(".damaged").read_bytes() == b"first" * 200
