"""Studies of one patient with their days: which come before the current one, which is the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from brainviewer.core.headers import dicom_source
from brainviewer.core.headers.dicom_source import Patient
from brainviewer.core.study import Study
from brainviewer.files.dicom.series.identity import identity_of
from brainviewer.files.study.said_by_names import day_of, patient_and_study

NO_DAY = "The date of {} is not known; {} is taken for the earlier one."
SAME_DAY = "The study and {} are of one day ({}); {} is taken for the earlier one."
LATER = "By its date, {} was made after the study ({}); the criteria do not look at it."
NOBODY = "Nothing in the files says that the study and {} are of one patient: check that they are."
TIED = "{} and {} are of one day ({}); the one that was named first is taken for the first."


@dataclass(frozen=True, eq=False)
class DatedStudy:
    """A study with what is known of when it was made.

    name : short, from the name of its folder; patient data. day : None if unknown.
    """

    study: Study
    name: str = ""
    day: date | None = None

    @classmethod
    def of(cls, study: Study, paths: Sequence[Path]) -> "DatedStudy":
        """With the day that its DICOM files say, or else the name of its folder."""
        source = study.patient_source
        day = None if source is None else dicom_source.day_of(source.study.date)
        if day is None and paths:
            day = day_of(paths[0])
        said = patient_and_study(paths[0])[1] if paths else ""
        return cls(study, said or study.name, day)


@dataclass(frozen=True)
class Order:
    """earlier : the priors, counted from 1, that were made before the study.

    baseline : the first of them; None where it is not known. notices : what had to be assumed.
    """

    earlier: tuple[int, ...]
    baseline: int | None
    notices: tuple[str, ...]


def order_of(days: Sequence[date | None], names: Sequence[str]) -> Order:
    """How studies follow each other.

    days, names : of the current study first, then of the priors; names as in a sentence. A prior
        counts as earlier unless its date says otherwise.
    """
    notices = list(_assumed(days, names))
    now = days[0]
    earlier = tuple(
        n for n, day in enumerate(days) if n and not (now and day is not None and day > now)
    )
    if len(earlier) < 2:
        return Order(earlier, earlier[0] if earlier else None, tuple(notices))
    known = [(day, n) for n in earlier if (day := days[n]) is not None]
    if len(known) < len(earlier):
        return Order(earlier, None, tuple(notices))
    (first, baseline), (second, other) = sorted(known)[:2]
    if first == second:
        told = TIED.format(names[baseline], names[other], first)
        notices.append(told[0].upper() + told[1:])
    return Order(earlier, baseline, tuple(notices))


def _assumed(days: Sequence[date | None], names: Sequence[str]) -> Iterator[str]:
    now = days[0]
    if now is None:
        yield NO_DAY.format(names[0], "every prior" if len(days) > 2 else names[1])
        return
    for day, name in zip(days[1:], names[1:], strict=True):
        if day is None:
            yield NO_DAY.format(name, "it")
        elif day > now:
            yield LATER.format(name, now)
        elif day == now:
            yield SAME_DAY.format(name, now, name)


def as_they_follow(days: Sequence[date | None], earlier: Sequence[int]) -> tuple[int, ...]:
    """The studies in one order for tables, curves and sentences; 0 is the current one.

    earlier : the priors before it. Where a day is not known, a study stays where it was named.
    """
    later = [n for n in range(1, len(days)) if n not in earlier]
    return (*_by_day(earlier, days), 0, *_by_day(later, days))


def _by_day(numbers: Sequence[int], days: Sequence[date | None]) -> list[int]:
    dated = [n for n in numbers if days[n] is not None]
    known = iter(sorted(dated, key=lambda n: (days[n] or date.min, n)))
    return [n if days[n] is None else next(known) for n in numbers]


def names_of(days: Sequence[date | None]) -> list[str]:
    """What studies are called in sentences; days : of the current one first."""
    if len(days) == 2:
        return ["the study", "the prior"]
    return ["the study", *(_name(n, days) for n in range(1, len(days)))]


def _name(n: int, days: Sequence[date | None]) -> str:
    day, now = days[n], days[0]
    if day is None or days[1:].count(day) > 1:
        return f"prior {n}"
    return f"the later study of {day}" if now and day > now else f"the prior of {day}"


def other_patient(study: Study, prior: Study) -> bool:
    """Whether the files of both name different patients.

    Hospitals number patients anew: with one name and one birth date they are the same, however
    the name is written (see ``files.dicom.series.identity``).
    """
    ours, theirs = (_patient(one) for one in (study, prior))
    if ours is None or theirs is None:
        return False
    one, other = identity_of(ours), identity_of(theirs)
    unlike = one.differs(other)
    return not one.same_person(other) if unlike == "IDs" else bool(unlike)


def patient_not_told(study: Study, prior: Study) -> bool:
    """Whether nothing in the files says that both are of one patient; of NIfTI files nobody asks.

    Where they name different patients, see ``other_patient``.
    """
    ours, theirs = (_patient(one) for one in (study, prior))
    if study.patient_source is None and prior.patient_source is None:
        return False
    if ours is None or theirs is None:
        return True
    one, other = identity_of(ours), identity_of(theirs)
    return not (one.said and other.said and one.like(other))


def _patient(study: Study) -> Patient | None:
    source = study.patient_source
    known = source is not None and not source.patient.made_up
    return source.patient if source is not None and known else None
