"""Signing in with a name and a password, signing out, and changing one's password."""

from contextlib import suppress

from brainviewer.app.audit_trail.recording import record
from brainviewer.app.sign_in.calendar import latest_time, trust_calendar, utc_now
from brainviewer.app.sign_in.hashing import USUAL, Hashing
from brainviewer.app.sign_in.password_check import check_password
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.accounts.password_rules import WHAT_IS_ACCEPTABLE
from brainviewer.core.audit_trail.actions import Action, Outcome
from brainviewer.core.audit_trail.line import Facts
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.clock import Clock, SystemClock
from brainviewer.core.process.reader import Reader, current_reader, use_reader
from brainviewer.files.accounts.accounts_file import accounts, keep_copy
from brainviewer.files.accounts.attempts import Attempt, begin, take_back, wait_for
from brainviewer.files.accounts.records import (
    StoredAccount,
    account_of,
    find_account,
    note_failure,
    note_sign_in,
    set_hash,
    take_back_failure,
)
from brainviewer.files.audit_trail.key_place import KeyAway
from brainviewer.files.audit_trail.trail import UnwritableTrail
from brainviewer.files.tidying import tidy_up

CLOCK: Clock = SystemClock()


class WrongPassword(AccountError):
    """The name or the password is wrong; which of them is not said."""


class MustWait(AccountError):
    """Too many failures: the password was not looked at. seconds : until the next one is."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("Too many wrong passwords.", f"Try again in {_in_words(seconds)}.")


class PasswordMustChange(AccountError):
    """The one-time password is right, and has to be changed before anything else."""


def sign_in(
    name: str,
    password: str,
    clock: Clock = CLOCK,
    hashing: Hashing = USUAL,
    *,
    for_new_trail: bool = False,
) -> Reader:
    """The reader with this name and password; ``begin_use`` lets him use this process.

    for_new_trail : see ``record_sign_in``.
    Raises WrongPassword, MustWait, PasswordMustChange, AccountError for an account that is
    disabled, and DatabaseError where the accounts cannot be used.
    """
    stored = _proven(name, password, clock, hashing)
    if stored.one_time_until:
        raise PasswordMustChange("This password holds once.", "Choose your own.")
    record_sign_in(stored.account.reader, {"with": "password"}, for_new_trail)
    with accounts() as working:
        note_sign_in(working, stored.account.reader.id, utc_now())
        if stored.account.reader.administers:
            trust_calendar(working)
        if hashing.is_outdated(stored.hash):
            set_hash(working, stored.account.reader.id, hashing.hash(password))
    return stored.account.reader


def record_sign_in(reader: Reader, facts: Facts, for_new_trail: bool) -> None:
    """Record that a reader has signed in. Raises as ``record``.

    for_new_trail : he signs in for nothing but to put a trail that cannot be written aside, which
        would wait for itself else. The first line of the new one names him.
    """
    try:
        record(Action.SIGNED_IN, by=reader, facts=facts)
    except (KeyAway, UnwritableTrail):
        if not (for_new_trail and reader.administers):
            raise


def wait_seconds(name: str, clock: Clock = CLOCK) -> float:
    """Seconds until a password for a name is looked at; 0 for at once. Raises DatabaseError."""
    with accounts() as working:
        return wait_for(working, name, clock.now())


def change_password(
    name: str, old: str, new: str, clock: Clock = CLOCK, hashing: Hashing = USUAL
) -> Reader:
    """Change one's own password, a one-time one too; returns the reader, as ``sign_in`` does.

    Raises what ``sign_in`` raises, and AccountError if the new password is not acceptable.
    """
    check_password(new, name)
    if new == old:
        raise AccountError("The new password is the old one.", WHAT_IS_ACCEPTABLE)
    stored = _proven(name, old, clock, hashing)
    reader, hashed = stored.account.reader, hashing.hash(new)
    record(Action.ACCOUNTS, by=reader, facts={"change": "own password", "account": reader.name})
    now = current_reader()
    if now is None or now.id != reader.id:
        record_sign_in(reader, {"with": "new password"}, for_new_trail=False)
    with accounts() as working:
        set_hash(working, reader.id, hashed)
        note_sign_in(working, reader.id, utc_now())
    keep_copy()
    return reader


def begin_use(reader: Reader) -> None:
    """Let a reader use this process: all folders are his from now on. No study may be open."""
    use_reader(reader)
    tidy_up()


def sign_out() -> None:
    """Nobody uses this process any more. No study may be open."""
    if current_reader() is not None:
        with suppress(BrainViewerError):  # he has gone, whether or not that can be recorded
            record(Action.SIGNED_OUT)
    use_reader(None)


def _proven(name: str, password: str, clock: Clock, hashing: Hashing) -> StoredAccount:
    """The account, if the password is its own. The guess is counted before it is looked at."""
    attempt, stored = _counted(name, clock)
    if not hashing.is_right(stored.hash if stored else None, password) or stored is None:
        _record_failure(stored, "wrong password" if stored else "unknown name")
        raise WrongPassword("The name or the password is wrong.", _advice(name, clock))
    with accounts() as working:
        take_back(working, attempt)
        take_back_failure(working, stored.account.reader.id)
        now, time = account_of(working, stored.account.reader.id), latest_time(working)
    if now is None or now.hash != stored.hash:  # removed or reset while it was looked at
        raise WrongPassword("The name or the password is wrong.", "Try again.")
    if not now.account.enabled:
        _record_failure(now, "disabled")
        raise AccountError("This account is disabled.", "Ask an administrator.")
    if now.one_time_until and now.one_time_until < time:
        _record_failure(now, "one-time password has run out")
        said = "This one-time password has run out."
        raise AccountError(said, "Ask an administrator for another one.")
    return now


def _counted(name: str, clock: Clock) -> tuple[Attempt, StoredAccount | None]:
    """The guess, counted as a failure, and the account of the name. Raises MustWait."""
    with accounts() as working:
        now = clock.now()
        wait = wait_for(working, name, now)
        if not wait:
            note_failure(working, name)
            return begin(working, name, now), find_account(working, name)
    raise MustWait(wait)  # outside: what was noted of a clock that was set back is kept


def _record_failure(stored: StoredAccount | None, why: str) -> None:
    """A name that nobody has is not recorded: somebody may have typed his password there."""
    name = stored.account.reader.name if stored else "unknown"
    record(Action.SIGN_IN_FAILED, outcome=Outcome.FAILED, name=name, facts={"why": why})


def _advice(name: str, clock: Clock) -> str:
    wait = wait_seconds(name, clock)
    return f"Try again in {_in_words(wait)}." if wait else "Try again."


def _in_words(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 120:
        return "1 second" if whole == 1 else f"{whole} seconds"
    return f"{-(-whole // 60)} minutes"
