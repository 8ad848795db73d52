"""When studies were made, which comes before which, and whose they are."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from brainviewer.app.prior.dates import DatedStudy, names_of, order_of, other_patient
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceSeries
from brainviewer.core.study import Study
from tests.phantoms import marker_study

JANUARY, MARCH, JUNE = date(2024, 1, 5), date(2024, 3, 5), date(2024, 6, 5)
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def of_patient(patient: Patient, day: str = "20240305") -> Study:
    series = SourceSeries(patient, ImagingStudy("1.2", date=day), "1.3", "1.4", "", AXIAL, (1, 1))
    study = marker_study()
    volumes = {m: replace(v, series=series) for m, v in study.volumes.items()}
    return replace(study, volumes=volumes)


def order(*days: date | None):
    return order_of(days, names_of(days))


def test_the_day_is_that_of_the_files_before_that_of_the_folder() -> None:
    folder = [Path("/x/Miller/2019-02-03")]
    assert DatedStudy.of(of_patient(Patient(id="1")), folder).day == MARCH
    assert DatedStudy.of(of_patient(Patient(id="1"), day=""), folder).day == date(2019, 2, 3)
    assert DatedStudy.of(marker_study(), folder).name == "2019-02-03"
    assert DatedStudy.of(marker_study(), [Path("/x/Miller")]).day is None


def test_the_earliest_prior_is_the_first_study() -> None:
    assert order(JUNE, MARCH).baseline == 1
    found = order(JUNE, MARCH, JANUARY)
    assert (found.earlier, found.baseline, found.notices) == ((1, 2), 2, ())


def test_a_later_prior_is_told_and_left_out() -> None:
    found = order(MARCH, JUNE, JANUARY)
    assert (found.earlier, found.baseline) == ((2,), 2)
    assert found.notices == (
        "By its date, the later study of 2024-06-05 was made after the study (2024-03-05); "
        "the criteria do not look at it.",
    )
    assert order(MARCH, JUNE).baseline is None


@pytest.mark.parametrize(
    ("days", "baseline", "said"),
    [
        ((None, None), 1, "The date of the study is not known; the prior is taken"),
        ((JUNE, None), 1, "The date of the prior is not known; it is taken for the earlier one."),
        ((None, MARCH, JANUARY), 2, "The date of the study is not known; every prior is taken"),
        ((JUNE, None, JANUARY), None, "The date of prior 1 is not known"),
        ((JUNE, JUNE), 1, "The study and the prior are of one day (2024-06-05)"),
        ((JUNE, MARCH, MARCH), 1, "Prior 1 and prior 2 are of one day (2024-03-05)"),
    ],
)
def test_what_has_to_be_assumed_of_dates_is_said(days, baseline, said) -> None:
    found = order(*days)
    assert found.baseline == baseline
    assert len(found.notices) == 1 and found.notices[0].startswith(said)
    assert found.earlier == tuple(range(1, len(days)))


def test_studies_of_two_patients_are_told_apart_by_their_files() -> None:
    doe = Patient(name="Doe^Jane", id="1", birth_date="19500101")
    ours = of_patient(doe)
    assert not other_patient(ours, of_patient(doe))
    assert other_patient(ours, of_patient(replace(doe, id="2", name="Roe^Jane")))
    assert other_patient(ours, of_patient(replace(doe, id="2", birth_date="")))
    # Numbered anew in another hospital.
    assert not other_patient(ours, of_patient(replace(doe, id="2", name="DOE^JANE")))


@pytest.mark.parametrize("unknown", [Patient(), Patient(id="x", made_up=True)])
def test_who_is_not_named_is_nobody_else(unknown: Patient) -> None:
    assert not other_patient(of_patient(Patient(id="1")), of_patient(unknown))
    assert not other_patient(of_patient(Patient(id="1")), marker_study())
