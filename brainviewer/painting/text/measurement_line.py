"""One measurement in words."""

from dataclasses import dataclass

from brainviewer.core.findings.measurements import Diameters


@dataclass(frozen=True)
class MeasurementLine:
    """One measurement.

    detail : what stands smaller under it; empty if nothing.
    diameters : those that lead to its slice, if it was taken on one.
    known : False where the value says why there is none.
    prose : the detail is a sentence or a list, which is read from the left.
    colour : of the overlay that shows it; empty for none.
    """

    name: str
    value: str
    detail: str = ""
    diameters: Diameters | None = None
    known: bool = True
    colour: str = ""
    prose: bool = False

    @property
    def whole(self) -> str:
        """Value and detail on one line."""
        if not self.value:
            return self.detail
        return f"{self.value} ({self.detail})" if self.detail else self.value
