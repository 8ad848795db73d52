"""Where the labels that are edited come from, and who edits them."""

from datetime import UTC, datetime

import numpy as np

from brainviewer.app.sign_in.reader_name import may_be_named
from brainviewer.core.correction.provenance import FROM_NOTHING, Correction
from brainviewer.core.correction.steps import Steps
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study

RESET, CLEAR, FOUND = "reset", "start from nothing", "find again"
_DRAWN = "drawn"
"""The method of a finding that no search has made."""


def provenance(steps: Steps, base: str) -> Correction:
    """What is said of labels with the steps that stand. base : see ``Correction``."""
    anew = next((s.tool for s in reversed(steps.done) if s.tool in (CLEAR, RESET, FOUND)), "")
    last = steps.done[-1] if steps.done else None
    return Correction(
        FROM_NOTHING if anew == CLEAR else base,
        last.by if last and may_be_named() else "",
        last.time if last else "",
        steps.tools,
        len(steps.done),
    )


def name_of(base: TumourFinding) -> str:
    """What a correction begins with, in words."""
    if not base.found:
        return FROM_NOTHING
    network = base.network
    return base.method if network is None else f"{network.id} {network.version}"


def nothing(study: Study) -> TumourFinding:
    """Nobody has looked for the lesion, or that failed."""
    return TumourFinding(
        _DRAWN, False, mask=np.zeros(study.grid.shape, bool), oriented=study.grid.oriented
    )


def now() -> str:
    """The time in UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
