"""What headers say of values, and texts in them that may name somebody."""

import math
from collections.abc import Iterator, Sequence

from brainviewer.app.headers.said import Check, Level, Said
from brainviewer.core.counting import listed
from brainviewer.core.study import Volume

_WHOSE = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "ReferringPhysicianName",
    "AccessionNumber",
)  # fmt: skip
"""Elements that say whose images these are; what they say is not repeated."""
_OF_DICOM = (
    "The text stays in the window and in DICOM results, and goes into others where you ask for it. "
    "Other elements were not searched for names."
)
_OF_NIFTI = "The text is shown here alone: no result repeats it."


def scaling_of(volume: Volume) -> Iterator[Said]:
    """Slope and intercept."""
    header = volume.header
    if header is None:
        return
    if header.inverted:
        found = "Small values are bright (MONOCHROME1)."
        yield Said(Check.SCALING, Level.NOTE, found, "They were turned round.")
    if not header.rescales:
        yield Said(Check.SCALING, Level.FINE, "Its values are meant as they are stored.")
        return
    if len(header.rescales) > 1:
        slopes = [slope for slope, _ in header.rescales]
        said = f"{min(slopes):g} to {max(slopes):g}"
        found = f"Its slices are scaled each in its own way (slope {said})."
        values = {"slope": [min(slopes), max(slopes)]}
        yield Said(Check.SCALING, Level.NOTE, found, "Each was scaled as it says.", values)
        return
    yield _one(*header.rescales[0])


def _one(slope: float, intercept: float) -> Said:
    if not math.isfinite(slope):
        found = f"Its slope is {slope:g}, which is no scaling."
        return Said(Check.SCALING, Level.CAUTION, found, "Values are shown as they are stored.")
    values = {"slope": slope, "intercept": intercept if math.isfinite(intercept) else None}
    if not math.isfinite(intercept):
        found = f"Its intercept is {intercept:g}, which is no number to add."
        return Said(Check.SCALING, Level.CAUTION, found, "The intercept was taken for 0.", values)
    offset = f" {'−' if intercept < 0 else '+'} {abs(intercept):g}" if intercept else ""
    found = f"A value is {slope:g} × what is stored{offset}.".replace("-", "−")
    if slope < 0:
        found += " The slope is negative: large stored values are dark."
    level = Level.CAUTION if slope < 0 else Level.NOTE
    return Said(Check.SCALING, level, found, "Values were scaled so.", values)


def texts_of(volume: Volume) -> Iterator[Said]:
    """Fields that may hold a name."""
    header = volume.header
    if header is None:
        return
    whose = tuple(one for one in header.texts if one[0] in _WHOSE)
    others = tuple(one for one in header.texts if one[0] not in _WHOSE)
    if whose:
        fields = _fields(whose)
        found = f"{fields} {'says' if len(whose) == 1 else 'say'} whose images these are."
        yield Said(Check.TEXT, Level.CAUTION, found, _OF_DICOM)
    if others:
        verb = "holds" if len(others) == 1 else "hold"
        found = f"{_fields(others)} {verb} text that may name somebody."
        done = _OF_DICOM if header.kind == "DICOM" else _OF_NIFTI
        yield Said(Check.TEXT, Level.NOTE, found, done, texts=others)
    if not header.texts and not header.extra_bytes:
        yield Said(Check.TEXT, Level.FINE, "Its fields for text are empty.")
    if header.extra_bytes:
        found = f"{header.extra_bytes:,} bytes stand between header and voxels, as extensions do."
        done = "They were not read; they may name somebody, if the file is handed on."
        yield Said(Check.TEXT, Level.NOTE, found, done, {"extra_bytes": header.extra_bytes})


def _fields(texts: Sequence[tuple[str, str]]) -> str:
    return listed(field for field, _ in texts)
