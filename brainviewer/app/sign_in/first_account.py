"""The first administrator, and accounts that come back: on a terminal of this computer only."""

from contextlib import suppress
from pathlib import Path

from brainviewer.app.audit_trail.recording import record
from brainviewer.app.sign_in.accounts import new_reader
from brainviewer.app.sign_in.calendar import utc_now
from brainviewer.app.sign_in.hashing import USUAL, Hashing
from brainviewer.app.sign_in.password_check import check_password
from brainviewer.app.sign_in.permission import sign_in_is_on
from brainviewer.app.sign_in.taking_over import take_over
from brainviewer.core.accounts.account import AccountError, clean_name
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Reader, Role
from brainviewer.files.accounts import records
from brainviewer.files.accounts.accounts_file import (
    accounts,
    keep_copy,
    keep_fact,
    restore_copy,
    set_marker,
)
from brainviewer.files.accounts.traces import there_may_be_accounts
from brainviewer.files.database.schema import DatabaseError, Fault


def there_are_none() -> bool:
    """Whether the first account is still to be made. Raises DatabaseError."""
    if not there_may_be_accounts():
        return True
    with accounts() as working:
        return not records.all_accounts(working)


def make_first_administrator(
    name: str, password: str, *, takes_over: bool, hashing: Hashing = USUAL
) -> Reader:
    """Make the first account, with which sign-in is on from now on.

    takes_over : he gets a copy of what was made here before; see ``taking_over``.
    Raises AccountError if there are accounts or the password is not acceptable, and FileError.
    """
    clean = clean_name(name)
    check_password(password, clean)
    reader, hashed = new_reader(clean, Role.ADMINISTRATOR), hashing.hash(password)
    with accounts(create=True) as working:
        if records.all_accounts(working):
            raise AccountError("There are accounts already.", "Sign in as an administrator.")
        if takes_over:
            take_over(reader)
        records.add_account(working, reader, hashed, "", utc_now())
        keep_fact(working, "on", b"1")
    set_marker()
    keep_copy()
    facts = {"change": "first administrator", "account": reader.name}
    with suppress(BrainViewerError):  # it is made; what comes next is refused where none can record
        record(Action.ACCOUNTS, by=reader, facts=facts)
    return reader


def restore() -> Path | None:
    """Put back the accounts as they were after the last change, where their file is of no use.

    Returns where a damaged file is kept. Raises AccountError where nothing is wrong, and FileError.
    """
    try:
        sign_in_is_on()
    except DatabaseError as error:
        if error.fault not in (Fault.GONE, Fault.DAMAGED):
            raise
        aside = restore_copy()
        record(Action.ACCOUNTS, facts={"change": "restored"})
        return aside
    raise AccountError("Nothing is wrong with the accounts.", "Sign in as an administrator.")
