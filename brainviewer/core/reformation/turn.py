"""A slice turned and flipped on the screen, as an image on a light box is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DisplayTurn:
    """How the display of a plane is turned from the usual way round.

    mirrored : left and right of the screen change places first.
    quarters : then so many quarter turns clockwise, 0 to 3.
    """

    quarters: int = 0
    mirrored: bool = False

    def rotated(self, quarters: int = 1) -> "DisplayTurn":
        """Turned further, clockwise as it is seen now; negative: the other way."""
        return DisplayTurn((self.quarters + quarters) % 4, self.mirrored)

    def flipped(self, upside_down: bool = False) -> "DisplayTurn":
        """Left and right, or top and bottom, of what is seen now change places."""
        quarters = (2 - self.quarters) if upside_down else -self.quarters
        return DisplayTurn(quarters % 4, not self.mirrored)

    def applied(
        self, rows: tuple[int, bool], columns: tuple[int, bool]
    ) -> tuple[tuple[int, bool], tuple[int, bool]]:
        """The (voxel axis, flipped) that run down and to the right, from those of the usual way."""
        if self.mirrored:
            columns = columns[0], not columns[1]
        for _ in range(self.quarters):
            # What ran to the right runs down now; what ran down runs to the left.
            rows, columns = columns, (rows[0], not rows[1])
        return rows, columns

    @property
    def text(self) -> str:
        """In words, such as ``flipped, rotated 90°``; empty for the usual way round."""
        if self.mirrored and self.quarters == 2:
            return "flipped upside down"
        said = ["flipped"] if self.mirrored else []
        if self.quarters:
            said.append(f"rotated {90 * self.quarters}°" if self.quarters < 3 else "rotated −90°")
        return ", ".join(said)


UPRIGHT = DisplayTurn()
