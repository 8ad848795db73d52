"""Tokens as rows: a random secret is as good as a password that nobody can guess.

Only a hash is kept; sha256 is enough for 256 random bits.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from brainviewer.files.accounts.accounts_file import damaged
from brainviewer.files.database.database import Row, Transaction


@dataclass(frozen=True)
class Token:
    """What is shown of a token. All times UTC, ISO 8601; last_used empty if it never was."""

    id: str
    reader: str
    created: str
    expires: str
    last_used: str


def add_token(working: Transaction, reader_id: str, now: str, expires: str) -> tuple[Token, str]:
    """A new token and its secret, which is not kept."""
    token, secret = Token(secrets.token_hex(4), reader_id, now, expires, ""), secrets.token_hex(32)
    row = (token.id, token.reader, _hash(secret), now, expires)
    working.change("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, '')", row)
    return token, secret


def find_token(working: Transaction, token_id: str, secret: str) -> Token | None:
    """The token of an id, if the secret is its own."""
    query = "SELECT id, reader, created, expires, last_used, hash FROM tokens WHERE id = ?"
    for *shown, hashed in working.rows(query, (token_id,)):
        if hmac.compare_digest(str(hashed), _hash(secret)):
            return _token(shown)
    return None


def tokens_of(working: Transaction, reader_id: str) -> list[Token]:
    """The tokens of a reader, the oldest first."""
    query = (
        "SELECT id, reader, created, expires, last_used FROM tokens WHERE reader = ? "
        "ORDER BY created, id"
    )
    return [_token(row) for row in working.rows(query, (reader_id,))]


def note_use(working: Transaction, token: Token, now: str) -> None:
    """A token was used."""
    working.change("UPDATE tokens SET last_used = ? WHERE id = ?", (now, token.id))


def revoke(working: Transaction, reader_id: str, token_id: str) -> bool:
    """A token of a reader holds no more; False if he has none of that id."""
    removed = working.change(
        "DELETE FROM tokens WHERE id = ? AND reader = ?", (token_id, reader_id)
    )
    return removed > 0


def revoke_all(working: Transaction, reader_id: str) -> None:
    """No token of a reader holds any more."""
    working.change("DELETE FROM tokens WHERE reader = ?", (reader_id,))


def _token(row: Row | list[object]) -> Token:
    if not all(isinstance(text, str) for text in row):
        raise damaged()  # another program has changed it
    return Token(*map(str, row))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
