"""After how long a window locks by itself: the same for all readers, set by administrators."""

import logging

from brainviewer.app.audit_trail.recording import record
from brainviewer.app.sign_in.permission import require
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Role
from brainviewer.files.accounts.accounts_file import accounts, fact, keep_copy, keep_fact

log = logging.getLogger(__name__)
USUAL_MINUTES, MOST_MINUTES = 10, 120
_FACT = "idle minutes"


def idle_minutes() -> int:
    """Minutes without use after which a window locks; 0 for never. Raises DatabaseError."""
    with accounts() as working:
        kept = fact(working, _FACT)
    try:
        minutes = int(kept or USUAL_MINUTES)
    except ValueError:
        return USUAL_MINUTES
    return minutes if 0 <= minutes <= MOST_MINUTES else USUAL_MINUTES


def set_idle_minutes(minutes: int) -> None:
    """Set it for all readers. Raises AccountError, also for who is no administrator."""
    require(Role.ADMINISTRATOR)
    if not 0 <= minutes <= MOST_MINUTES:
        raise AccountError(f"It is 0 to {MOST_MINUTES} minutes.", "0 means never.")
    record(Action.ACCOUNTS, facts={"what": "idle minutes", "minutes": str(minutes)})
    with accounts() as working:
        keep_fact(working, _FACT, str(minutes).encode())
    keep_copy()


def note_locked() -> None:
    """Record that the reader has locked; a window locks also where that cannot be recorded."""
    try:
        record(Action.LOCKED)
    except BrainViewerError:
        log.warning("A lock could not be recorded.")
