"""What the DICOM files of a volume say of patient, study and series, so that results can name them.

Values as the files hold them: names with ``^`` between their parts, dates as YYYYMMDD, positions
and directions in mm, LPS+ (PS3.3 C.7.6.2). All of it is patient data: never logged, and written
to DICOM files only.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date

_DAY = re.compile(r"(\d{4})(\.?)(\d{2})\2(\d{2})", re.ASCII)
"""YYYYMMDD, in old files YYYY.MM.DD; a time may stand behind it."""
_DAYS_A_YEAR = 365.2425
_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / _DAYS_A_YEAR, "D": 1 / _DAYS_A_YEAR}
"""In a unit of an age string."""
OLDEST = 120.0
"""In years."""
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Patient:
    """The patient module (PS3.3 C.7.1.1), as far as results repeat it; empty for unknown.

    sex : M, F, O or empty.
    made_up : the id names nobody: the files of the study name no patient.
    issuer : of the id, where files say it; results do not repeat it.
    """

    name: str = ""
    id: str = ""
    birth_date: str = ""
    sex: str = ""
    made_up: bool = False
    issuer: str = ""

    @property
    def readable_name(self) -> str:
        """As it is read, family name first: ``Doe, Jane``."""
        family, *given = [part.strip() for part in self.name.split("=")[0].split("^")]
        return ", ".join(part for part in (family, " ".join(filter(None, given[:2]))) if part)


@dataclass(frozen=True)
class ImagingStudy:
    """The general study module (PS3.3 C.7.2.1); empty for unknown.

    uid : Study Instance UID. id : Study ID, as the scanner numbers them.
    patient_age : on that day, as an age string such as ``045Y``.
    """

    uid: str
    id: str = ""
    date: str = ""
    time: str = ""
    accession_number: str = ""
    referring_physician: str = ""
    description: str = ""
    patient_age: str = ""


def day_of(text: str) -> date | None:
    """The day that a date of a file means; None if it means none."""
    found = _DAY.match(text)
    try:
        return date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None


def age_in_years(patient: Patient, study: ImagingStudy) -> float | None:
    """On the day of the study: by the two dates, else as the scanner noted it; None if unknown.

    Anonymised files say 0, or were born on the day of the study: that is no age, nor is one that
    nobody reaches.
    """
    born, scanned = day_of(patient.birth_date), day_of(study.date)
    if born and scanned and scanned > born:
        age = (scanned - born).days / _DAYS_A_YEAR
        return age if age <= OLDEST else None
    number, unit = study.patient_age[:-1], study.patient_age[-1:].upper()
    if unit not in _YEARS or not number.isdecimal():
        return None
    age = int(number) * _YEARS[unit]
    return age if 0 < age <= OLDEST else None


@dataclass(frozen=True)
class Scanner:
    """The general equipment module (PS3.3 C.7.5.1), as far as it tells one scanner from others;
    empty for unknown."""

    maker: str = ""
    model: str = ""
    serial: str = ""

    @property
    def name(self) -> str:
        """Maker and model, for people; empty where neither is known."""
        return " ".join(filter(None, (self.maker, self.model)))

    @property
    def key(self) -> str:
        """Equal for the series of one scanner; empty for an unknown one. The serial number, which
        tells the hospital, cannot be read from it."""
        told = "\n".join((self.maker, self.model, self.serial)).casefold()
        return hashlib.sha256(told.encode()).hexdigest()[:16] if self.name else ""


@dataclass(frozen=True)
class SourceFrame:
    """One slice of a series.

    instance_uid : SOP Instance UID of its file.
    position : of the middle of its first pixel.
    number : of the frame in its file, from 1; None where the file is one image.
    """

    instance_uid: str
    position: Triple
    number: int | None = None


@dataclass(frozen=True)
class SourceSeries:
    """The series that a volume was read from.

    uid, sop_class_uid : of the series, and of its images.
    frame_of_reference_uid : of the space that positions are in; empty for unknown.
    orientation : directions of a row and of a column, (rx, ry, rz, cx, cy, cz).
    pixel_spacing : mm from row to row, and from column to column.
    frames : one for each slice k of the volume's ``file_grid``, in its order; there i runs along
        the rows and j down the columns of the stored pixels. None where results cannot name them.
    """

    patient: Patient
    study: ImagingStudy
    uid: str
    sop_class_uid: str
    frame_of_reference_uid: str
    orientation: tuple[float, float, float, float, float, float]
    pixel_spacing: tuple[float, float]
    slice_thickness: float | None = None
    number: int | None = None
    description: str = ""
    frames: tuple[SourceFrame, ...] = field(default=(), repr=False)
    scanner: Scanner = Scanner()
