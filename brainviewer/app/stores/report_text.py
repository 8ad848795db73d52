"""The text of a report, kept in the journal of its study."""

import logging

from brainviewer.core.errors import SENSELESS
from brainviewer.core.report_text import ReportText
from brainviewer.files.journal.standing import REPORT
from brainviewer.files.journal.values import keep_value, kept_value

log = logging.getLogger(__name__)

KEEP_REPORT = "keep report text"


def kept_report_text(study_hash: str) -> ReportText:
    """The text that was kept for a study; an empty one if there is none that makes sense."""
    told = kept_value(study_hash, REPORT)
    if told is None:
        return ReportText()
    try:
        return ReportText.from_json(told)
    except SENSELESS:
        log.warning("A report that was kept cannot be read.")
        return ReportText()


def keep_report_text(study_hash: str, text: ReportText) -> None:
    """Keep the text for a study; an empty one is forgotten. A study without a hash keeps none.

    Raises FileError; what was kept before then stays.
    """
    keep_value(study_hash, REPORT, text.to_json() if text else None)
