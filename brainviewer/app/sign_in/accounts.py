"""Accounts of all readers, for administrators: listed, added, disabled, reset.

The last administrator with a password of his own cannot be disabled, removed, reset or made a
reader: a one-time password runs out, and then nobody could administer.
"""

import secrets
from contextlib import AbstractContextManager

from brainviewer.app.audit_trail.recording import audited, record
from brainviewer.app.sign_in.calendar import days_from_now, utc_now
from brainviewer.app.sign_in.hashing import USUAL, Hashing
from brainviewer.app.sign_in.permission import require, sign_in_is_on
from brainviewer.core.accounts.account import (
    LONGEST_NAME,
    Account,
    AccountError,
    clean_name,
    name_key,
)
from brainviewer.core.accounts.look_alikes import looks
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.process.reader import Reader, Role
from brainviewer.files.accounts import records
from brainviewer.files.accounts.accounts_file import (
    accounts,
    keep_copy,
    keep_fact,
    remove_marker,
    set_marker,
)
from brainviewer.files.accounts.tokens import revoke_all
from brainviewer.files.database.database import Transaction

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""None that is taken for another when it is read out."""
ONE_TIME_DAYS = 7


def list_accounts() -> list[Account]:
    """All accounts, by name. Raises AccountError and DatabaseError, as all of these do."""
    _administrator()
    with accounts() as working:
        return [stored.account for stored in records.all_accounts(working)]


def add_account(name: str, role: Role = Role.READER, hashing: Hashing = USUAL) -> str:
    """Add an account; returns its one-time password, which is not kept and not shown again."""
    _administrator()
    clean, password = clean_name(name), one_time_password()
    hashed = hashing.hash(password)
    with _changed("added", clean), accounts() as working:
        reader = new_reader(clean, role)
        _refuse_look_alike(working, clean)
        if not records.add_account(working, reader, hashed, _until(working), utc_now()):
            raise AccountError(f"There is an account called '{clean}'.", "Choose another name.")
    keep_copy()
    return password


def reset(name: str, hashing: Hashing = USUAL) -> str:
    """Give an account a one-time password, which is returned; its tokens hold no more."""
    _administrator()
    password = one_time_password()
    hashed = hashing.hash(password)
    with _changed("reset", name), accounts() as working:
        account = _account(working, name)
        _refuse_last(working, account)
        records.set_hash(working, account.reader.id, hashed, _until(working))
        revoke_all(working, account.reader.id)
    keep_copy()
    return password


def disable(name: str) -> None:
    """Let a reader sign in no more; what he made stays."""
    _administrator()
    with _changed("disabled", name), accounts() as working:
        account = _account(working, name)
        _refuse_last(working, account)
        records.set_enabled(working, account.reader.id, False)
    keep_copy()


def enable(name: str) -> None:
    """Let a reader sign in again."""
    _administrator()
    with _changed("enabled", name), accounts() as working:
        records.set_enabled(working, _account(working, name).reader.id, True)
    keep_copy()


def set_role(name: str, role: Role) -> None:
    """Make a reader an administrator, or an administrator a reader."""
    _administrator()
    with _changed(f"made {role}", name), accounts() as working:
        account = _account(working, name)
        if role is not Role.ADMINISTRATOR:
            _refuse_last(working, account)
        records.set_role(working, account.reader.id, role)
    keep_copy()


def remove(name: str) -> Reader:
    """Remove an account, whose id is not used again; the folder of its reader stays."""
    _administrator()
    with _changed("removed", name), accounts() as working:
        account = _account(working, name)
        _refuse_last(working, account)
        records.remove_account(working, account.reader.id)
    keep_copy()
    return account.reader


def switch_off() -> None:
    """Let everybody use BrainViewer without signing in; accounts and folders of readers stay."""
    _administrator()
    with _changed("sign-in switched off"):
        remove_marker()  # first: if this stops here, sign-in is still on
        with accounts() as working:
            keep_fact(working, "on", b"0")
    keep_copy()


def switch_on(administrator: Reader) -> None:
    """Ask readers to sign in again. administrator : as ``sign_in`` has returned him."""
    if not administrator.administers:
        raise AccountError("Only an administrator may do this.", "Ask one to do it.")
    with accounts() as working:
        keep_fact(working, "on", b"1")
    set_marker()
    keep_copy()
    record(Action.ACCOUNTS, by=administrator, facts={"change": "sign-in switched on"})


def new_reader(name: str, role: Role) -> Reader:
    """A reader with an id that nobody has had."""
    return Reader(secrets.token_hex(8), name, role)


def one_time_password() -> str:
    """A password of 20 letters and digits in groups: 100 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def _changed(change: str, name: str = "") -> AbstractContextManager[None]:
    """Record a change before it is made; where that fails, it is not made."""
    facts = {"change": change, "account": name[:LONGEST_NAME]} if name else {"change": change}
    return audited(Action.ACCOUNTS, facts=facts)


def _administrator() -> Reader:
    if not sign_in_is_on():
        raise AccountError("Sign-in is off.", "Switch it on first: brainviewer users on")
    reader = require(Role.ADMINISTRATOR)
    if reader is None:
        raise AccountError("Nobody has signed in.", "Sign in first.")
    return reader


def _account(working: Transaction, name: str) -> Account:
    stored = records.find_account(working, name)
    if stored is None:
        known = ", ".join(one.account.reader.name for one in records.all_accounts(working))
        raise AccountError(f"There is no account called '{name}'.", f"Accounts: {known}.")
    return stored.account


def _refuse_look_alike(working: Transaction, name: str) -> None:
    """Raises AccountError for a name that would be taken for another one where it is shown."""
    for stored in records.all_accounts(working):
        other = stored.account.reader.name
        if name_key(other) != name_key(name) and looks(other) == looks(name):
            said = f"The name '{name}' looks like that of another account, '{other}'."
            raise AccountError(said, "Choose another name.")


def _refuse_last(working: Transaction, account: Account) -> None:
    """Raises AccountError if nobody else could administer."""
    can = account.enabled and account.reader.administers and not account.one_time
    if can and records.enabled_administrators(working) == 1:
        said = f"'{account.reader.name}' is the last administrator who can sign in."
        raise AccountError(said, "Let another one sign in first, and choose a password.")


def _until(working: Transaction) -> str:
    return days_from_now(working, ONE_TIME_DAYS)
