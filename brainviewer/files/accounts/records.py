"""Accounts as rows: found, added and changed within a transaction."""

from dataclasses import dataclass, field

from brainviewer.core.accounts.account import Account, name_key
from brainviewer.core.process.reader import Reader, Role
from brainviewer.files.accounts.accounts_file import damaged
from brainviewer.files.database.database import Row, Transaction

_COLUMNS = "id, name, role, enabled, one_time_until, created, last_sign_in, failures, hash"


@dataclass(frozen=True)
class StoredAccount:
    """An account with what is never shown.

    one_time_until : UTC, ISO 8601; how long its one-time password holds; empty for one of its own.
    """

    account: Account
    one_time_until: str
    hash: str = field(repr=False)


def all_accounts(working: Transaction) -> list[StoredAccount]:
    """All accounts, by name."""
    rows = working.rows(f"SELECT {_COLUMNS} FROM accounts ORDER BY key")
    return [_stored(row) for row in rows]


def find_account(working: Transaction, name: str) -> StoredAccount | None:
    """The account of a name, whatever its case."""
    query = f"SELECT {_COLUMNS} FROM accounts WHERE key = ?"
    return next((_stored(row) for row in working.rows(query, (name_key(name),))), None)


def account_of(working: Transaction, reader_id: str) -> StoredAccount | None:
    """The account of a reader's id."""
    query = f"SELECT {_COLUMNS} FROM accounts WHERE id = ?"
    return next((_stored(row) for row in working.rows(query, (reader_id,))), None)


def add_account(working: Transaction, reader: Reader, hashed: str, until: str, now: str) -> bool:
    """Add an account; False if its name or its id is taken, or its id ever was."""
    if not working.change("INSERT OR IGNORE INTO used_ids VALUES (?)", (reader.id,)):
        return False
    row = (reader.id, name_key(reader.name), reader.name, reader.role, hashed, True, until, now)
    added = working.change(
        "INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0)", row
    )
    return added == 1


def remove_account(working: Transaction, reader_id: str) -> None:
    """Remove an account and its tokens; its id is not used again."""
    working.change("DELETE FROM tokens WHERE reader = ?", (reader_id,))
    working.change("DELETE FROM accounts WHERE id = ?", (reader_id,))


def set_enabled(working: Transaction, reader_id: str, enabled: bool) -> None:
    """Let a reader sign in, or no longer."""
    working.change("UPDATE accounts SET enabled = ? WHERE id = ?", (enabled, reader_id))


def set_role(working: Transaction, reader_id: str, role: Role) -> None:
    """Give a reader another role."""
    working.change("UPDATE accounts SET role = ? WHERE id = ?", (role, reader_id))


def set_hash(working: Transaction, reader_id: str, hashed: str, until: str = "") -> None:
    """Set the hash of a password. until : see ``StoredAccount``."""
    working.change(
        "UPDATE accounts SET hash = ?, one_time_until = ? WHERE id = ?", (hashed, until, reader_id)
    )


def note_failure(working: Transaction, name: str) -> None:
    """Count a failure for the account of a name; the same work where there is none."""
    working.change("UPDATE accounts SET failures = failures + 1 WHERE key = ?", (name_key(name),))


def take_back_failure(working: Transaction, reader_id: str) -> None:
    """The password that was counted last was right; whether he may sign in is another question."""
    change = "UPDATE accounts SET failures = max(failures - 1, 0) WHERE id = ?"
    working.change(change, (reader_id,))


def note_sign_in(working: Transaction, reader_id: str, now: str) -> None:
    """A reader has signed in."""
    working.change(
        "UPDATE accounts SET last_sign_in = ?, failures = 0 WHERE id = ?", (now, reader_id)
    )


def enabled_administrators(working: Transaction) -> int:
    """How many accounts can administer for good: a one-time password runs out."""
    query = "SELECT count(*) FROM accounts WHERE enabled AND role = ? AND one_time_until = ''"
    ((count,),) = working.rows(query, (Role.ADMINISTRATOR,))
    return int(count)


def _stored(row: Row) -> StoredAccount:
    reader_id, name, role, enabled, until, created, last, failures, hashed = row
    texts = all(isinstance(one, str) for one in (reader_id, name, until, created, last, hashed))
    if not (texts and isinstance(failures, int) and enabled in (0, 1)):
        raise damaged()  # a row that another program has changed, as below
    try:
        reader = Reader(reader_id, name, Role(role))
    except ValueError:
        raise damaged() from None
    account = Account(reader, bool(enabled), bool(until), created, last, failures)
    return StoredAccount(account, until, hashed)
