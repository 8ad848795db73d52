"""Who uses this process: nobody in particular, or the reader who has signed in.

Whatever a reader makes is kept in folders of his own, so a change of reader is a change of place;
it happens while no study is open and no work runs.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a reader may do: an administrator also changes models, nodes, accounts and the trail."""

    READER = "reader"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Reader:
    """Somebody who has signed in.

    id : letters and digits, never used again for somebody else; names his folder.
    name : as he signs in, and as it stands in reports.
    """

    id: str
    name: str
    role: Role = Role.READER

    def __post_init__(self) -> None:
        if not (self.id.isascii() and self.id.isalnum()):
            raise ValueError("an id is made of letters and digits")

    @property
    def administers(self) -> bool:
        """Whether he is an administrator."""
        return self.role is Role.ADMINISTRATOR


class _Current:
    reader: Reader | None = None


_current = _Current()


def current_reader() -> Reader | None:
    """Who has signed in; None where nobody needs to, or nobody has yet."""
    return _current.reader


def use_reader(reader: Reader | None) -> None:
    """Let a reader use this process from now on; None: nobody in particular."""
    _current.reader = reader
