"""The account of the reader who has signed in, which he may see himself."""

from brainviewer.app.sign_in.permission import require
from brainviewer.core.accounts.account import Account, AccountError
from brainviewer.core.process.reader import Role
from brainviewer.files.accounts.accounts_file import accounts
from brainviewer.files.accounts.records import account_of


def own_account() -> Account:
    """It. Raises AccountError where nobody has signed in, and DatabaseError."""
    reader = require(Role.READER)
    if reader is not None:
        with accounts() as working:
            stored = account_of(working, reader.id)
        if stored is not None:
            return stored.account
    raise AccountError("Nobody has signed in.", "Sign in first.")
