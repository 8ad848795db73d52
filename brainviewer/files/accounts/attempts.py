"""Failures to sign in, kept so that neither a restart nor a second process shortens a delay.

A guess is counted before its password is looked at, and taken back if it was right: whoever is
killed in between, or guesses in two processes at once, has guessed. Names are counted whether there
is such an account or not, by a keyed hash of which only 16 bits are kept: somebody may have typed a
password instead of a name, and the table stays small.
"""

import hmac
import secrets
from dataclasses import dataclass

from brainviewer.core.accounts.account import name_key
from brainviewer.core.accounts.delays import OF_A_NAME, OF_ALL_NAMES, Failures, Schedule
from brainviewer.core.process.clock import Moment
from brainviewer.files.accounts.accounts_file import damaged, fact, keep_fact
from brainviewer.files.database.database import Transaction

_ALL = "all"
_KEY = "name key"


@dataclass(frozen=True)
class Attempt:
    """A guess that is counted as a failure until ``take_back``.

    before, counted : the failures of all names before it and with it.
    """

    subject: str
    before: Failures
    counted: Failures


def wait_for(working: Transaction, name: str, now: Moment) -> float:
    """Seconds until a guess for a name is heard."""
    waits = []
    for subject, schedule in _counted(working, name):
        kept = _kept(working, subject, now)
        as_of = kept.as_of(now, schedule)
        if as_of != kept:
            _keep(working, subject, as_of)
        waits.append(as_of.wait(now, schedule))
    return max(waits)


def begin(working: Transaction, name: str, now: Moment) -> Attempt:
    """Count a guess; ``wait_for`` must have said in the same transaction that it is heard."""
    (subject, _), _ = counted = _counted(working, name)
    for one, schedule in counted:
        before = _kept(working, one, now).as_of(now, schedule)
        _keep(working, one, Failures(before.count + 1, now))
    return Attempt(subject, before, Failures(before.count + 1, now))


def take_back(working: Transaction, attempt: Attempt) -> None:
    """The guess was right: the name has no failures any more, and all names those from before."""
    working.change("DELETE FROM failures WHERE subject = ?", (attempt.subject,))
    now = _kept(working, _ALL, attempt.counted.last)
    fewer = Failures(max(now.count - 1, 0), now.last)
    _keep(working, _ALL, attempt.before if now == attempt.counted else fewer)


def _counted(working: Transaction, name: str) -> tuple[tuple[str, Schedule], tuple[str, Schedule]]:
    """What a guess is counted for: its name, and all names together."""
    key = fact(working, _KEY)
    if not key:
        key = secrets.token_bytes(32)
        keep_fact(working, _KEY, key)
    hashed = hmac.digest(key, name_key(name).encode("utf-8", "surrogatepass"), "sha256")
    return (hashed[:2].hex(), OF_A_NAME), (_ALL, OF_ALL_NAMES)


def _kept(working: Transaction, subject: str, now: Moment) -> Failures:
    query = "SELECT count, wall, monotonic, boot FROM failures WHERE subject = ?"
    for count, wall, monotonic, boot in working.rows(query, (subject,)):
        times = isinstance(wall, float) and isinstance(monotonic, float)
        if not (times and isinstance(count, int) and isinstance(boot, str)):
            raise damaged()  # another program has changed it
        return Failures(count, Moment(wall, monotonic, boot))
    return Failures(0, now)


def _keep(working: Transaction, subject: str, failures: Failures) -> None:
    last = failures.last
    working.change(
        "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)",
        (subject, failures.count, last.wall, last.monotonic, last.boot),
    )
