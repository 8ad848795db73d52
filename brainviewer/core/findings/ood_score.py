"""How far what a network saw lies from what it was trained on, as a number."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OodScore:
    """The out-of-distribution score of what was classified.

    score : about 1 for a usual patient of the training; ``limit`` is the largest that counts as in
        distribution.
    embedding : position along the directions in which the training patients differ most, in
        standard deviations of theirs; at most 16 numbers.
    """

    score: float
    limit: float
    embedding: tuple[float, ...]

    @property
    def within(self) -> bool:
        """Whether it counts as in distribution."""
        return self.score <= self.limit
