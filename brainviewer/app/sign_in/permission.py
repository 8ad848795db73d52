"""What the reader who uses this process may do."""

from brainviewer.core.accounts.account import AccountError
from brainviewer.core.process.reader import Reader, Role, current_reader
from brainviewer.files.accounts.traces import there_may_be_accounts

ONLY_ADMINISTRATORS = "Only an administrator may do this."


def sign_in_is_on() -> bool:
    """Whether readers have to sign in. Raises DatabaseError where that cannot be known."""
    if not there_may_be_accounts():
        return False
    from brainviewer.files.accounts import accounts_file  # brings SQLite

    return accounts_file.sign_in_is_on()


def require(role: Role) -> Reader | None:
    """The reader, if he may do what only this role may; None where nobody signs in.

    Asks the accounts each time: he may have been disabled meanwhile. Raises AccountError if he may
    not, and DatabaseError where the accounts cannot be read.
    """
    if not sign_in_is_on():
        return None
    reader = current_reader()
    if reader is None:
        raise AccountError("Nobody has signed in.", "Sign in first.")
    from brainviewer.files.accounts.accounts_file import accounts
    from brainviewer.files.accounts.records import account_of

    with accounts() as working:
        stored = account_of(working, reader.id)
    if stored is None or not stored.account.enabled:
        raise AccountError("Your account may no longer be used.", "Ask an administrator.")
    if role is Role.ADMINISTRATOR and not stored.account.reader.administers:
        raise AccountError(ONLY_ADMINISTRATORS, "Ask one to sign in and do it.")
    return stored.account.reader


def may_administer() -> bool:
    """Whether what all readers share can be changed here; ``require`` asks again when it is."""
    reader = current_reader()
    return reader is None or reader.administers
