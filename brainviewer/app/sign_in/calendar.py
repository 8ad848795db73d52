"""What day it is for what runs out: never earlier than it was already.

A calendar that is set back would let a token or a one-time password that has run out hold again. So
the latest time that was seen is kept with the accounts; an administrator who signs in with his
password takes it back to the calendar, which may once have stood too far ahead.
"""

from datetime import UTC, datetime, timedelta

from brainviewer.files.accounts.accounts_file import fact, keep_fact
from brainviewer.files.database.database import Transaction

_LATEST = "latest time"
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def utc_now() -> str:
    """The time of the calendar in UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def latest_time(working: Transaction) -> str:
    """The time by the calendar, or the latest that was seen where that is later. It is kept."""
    now, seen = utc_now(), _seen(working)
    if now > seen:
        keep_fact(working, _LATEST, now.encode("ascii"))
    return max(now, seen)


def days_from_now(working: Transaction, days: int) -> str:
    """When something runs out that holds for so many days."""
    time = timedelta(days=days)
    begin = min(datetime.fromisoformat(latest_time(working)), _END_OF_TIME - time)
    return (begin + time).isoformat(timespec="seconds")


def trust_calendar(working: Transaction) -> None:
    """Whoever can tell has signed in: the calendar is right."""
    keep_fact(working, _LATEST, utc_now().encode("ascii"))


def _seen(working: Transaction) -> str:
    """Empty where nothing that makes sense was kept."""
    told = fact(working, _LATEST).decode("ascii", "replace")
    try:
        return told if datetime.fromisoformat(told).tzinfo is UTC else ""
    except ValueError:
        return ""
