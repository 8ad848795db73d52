"""An age as it is typed."""

import re

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.headers.dicom_source import OLDEST

_YEARS = re.compile(r"\d{1,3}([.,]\d+)?", re.ASCII)


def typed_age(text: str) -> float | None:
    """Years; None where nothing is typed. Raises BrainViewerError if it is no age."""
    text = text.strip()
    if not text:
        return None
    age = float(text.replace(",", ".")) if _YEARS.fullmatch(text) else None
    if age is None or age > OLDEST:
        raise BrainViewerError(
            f"The age must be a number of years from 0 to {OLDEST:g}.", "Enter it again."
        )
    return age
