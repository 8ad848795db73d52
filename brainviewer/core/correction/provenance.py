"""Where a segmentation comes from that a user has corrected."""

from dataclasses import dataclass

FROM_NOTHING = "nothing"
"""What a segmentation was begun from that the user has drawn alone."""


@dataclass(frozen=True)
class Correction:
    """That a user has edited a segmentation: who, when, with what.

    base : what was corrected: network and version, or the method; or ``FROM_NOTHING``.
    by : the reader's name, or the user's on this computer; empty where not known or not wanted.
    time : of the last change, ISO 8601 in UTC.
    tools : those that were used, in the order of their first use.
    steps : how many changes were made and not taken back.
    """

    base: str
    by: str
    time: str
    tools: tuple[str, ...]
    steps: int

    @property
    def drawn(self) -> bool:
        """Whether nothing of it was found by a program."""
        return self.base == FROM_NOTHING
