"""Where the lesion lies, as far as that is known of a finding."""

from dataclasses import dataclass, replace

from brainviewer.app.status import Status
from brainviewer.core.findings.location import Location
from brainviewer.core.findings.tumour import TumourFinding


@dataclass(frozen=True, eq=False)
class LesionLocation:
    """The location of a finding's lesion, and how that stands.

    of : the finding that it is of; None without a lesion.
    location : where it lies. While it is being computed, that of the mask before, if there was one.
    """

    of: TumourFinding | None = None
    location: Location | None = None
    status: Status = Status.NOT_RUN

    def told_with(self, finding: TumourFinding | None) -> TumourFinding | None:
        """A finding with the location of its lesion, where that is known; else as it is."""
        if finding is None or self.of is None or self.status is not Status.DONE:
            return finding
        same = finding.mask is self.of.mask and finding.oriented == self.of.oriented
        return replace(finding, location=self.location) if same else finding
