"""Tokens: files by which commands sign in where nobody can type a password."""

from pathlib import Path

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.sign_in.calendar import days_from_now, latest_time, utc_now
from brainviewer.app.sign_in.signing_in import record_sign_in
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.process.reader import Reader
from brainviewer.files.accounts.accounts_file import accounts, keep_copy
from brainviewer.files.accounts.records import account_of
from brainviewer.files.accounts.token_file import read_token, write_token
from brainviewer.files.accounts.tokens import (
    Token,
    add_token,
    find_token,
    note_use,
    revoke,
    tokens_of,
)

USUAL_DAYS, MOST_DAYS = 90, 366


def make_token(reader: Reader, path: Path, days: int = USUAL_DAYS) -> Token:
    """Write a token of a reader who has signed in to a new file. Raises AccountError, FileError."""
    if not 1 <= days <= MOST_DAYS:
        said = f"A token holds for 1 to {MOST_DAYS} days."
        raise AccountError(said, "Choose another number of days.")
    facts = {"change": "token made", "account": reader.name}
    with audited(Action.ACCOUNTS, facts=facts), accounts() as working:
        expires = days_from_now(working, days)
        token, secret = add_token(working, reader.id, utc_now(), expires)
        write_token(path, token.id, secret)  # what it raises undoes the row
    keep_copy()
    return token


def list_tokens(reader: Reader) -> list[Token]:
    """The tokens of a reader, those that have run out too."""
    with accounts() as working:
        return tokens_of(working, reader.id)


def revoke_token(reader: Reader, token_id: str) -> None:
    """Let a token of a reader hold no more. Raises AccountError if he has none of that id."""
    facts = {"change": "token revoked", "account": reader.name, "token": token_id[:8]}
    with audited(Action.ACCOUNTS, facts=facts), accounts() as working:
        if not revoke(working, reader.id, token_id):
            raise AccountError(f"You have no token '{token_id}'.", "See: brainviewer users tokens")
    keep_copy()  # else it would hold again when the accounts are restored


def reader_of_token(path: Path, *, for_new_trail: bool = False) -> Reader:
    """The reader whose token a file holds. Raises FileError and AccountError.

    for_new_trail : see ``signing_in.record_sign_in``.
    """
    token_id, secret = read_token(path)
    with accounts() as working:
        time = latest_time(working)  # by itself: it is kept also where the token is refused
    with accounts() as working:
        token = find_token(working, token_id, secret)
        stored = account_of(working, token.reader) if token else None
        if token is None or stored is None:
            raise AccountError("This token does not hold here any more.", _AGAIN)
        if token.expires < time:
            raise AccountError("This token has run out.", _AGAIN)
        if not stored.account.enabled:
            raise AccountError("This account is disabled.", "Ask an administrator.")
        if stored.one_time_until:
            said = "The password of this account has to be changed first."
            raise AccountError(said, "Change it: brainviewer users password")
        note_use(working, token, utc_now())
    reader = stored.account.reader
    record_sign_in(reader, {"with": "token", "token": token.id}, for_new_trail)
    return reader


_AGAIN = "Make another one: brainviewer users token FILE"
