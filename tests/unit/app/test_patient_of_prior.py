"""Whose prior it is: told by all that is said of the patient, as of files that lie together."""

from dataclasses import replace

import pytest

from brainviewer.app.prior.dates import other_patient, patient_not_told
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceSeries
from brainviewer.core.study import Modality, Study
from tests.phantoms import marker_study

JANE = Patient("Doe^Jane", "P-1", "19700301")


def of(patient: Patient) -> Study:
    study = marker_study(modalities=(Modality.T1,))
    turn = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    source = SourceSeries(patient, ImagingStudy("1.2"), "1.3", "1.4", "1.5", turn, (1.0, 1.0))
    volume = replace(study.volumes[Modality.T1], series=source)
    return replace(study, volumes={Modality.T1: volume})


@pytest.mark.parametrize(
    ("prior", "other"),
    [
        (JANE, False),
        (replace(JANE, name="DOE^JANE^^"), False),
        (replace(JANE, id="", birth_date=""), False),
        (replace(JANE, id="77"), False),  # another hospital
        (replace(JANE, id="77", birth_date=""), True),
        (replace(JANE, id="77", name="DOE, JANE"), False),
        (replace(JANE, id="77", name="Doe^Jane=山田^太郎"), False),
        (replace(JANE, id="77", issuer="A"), False),
        (replace(JANE, name="Roe^Ann"), True),
        (replace(JANE, birth_date="19800301"), True),
        (replace(JANE, id="", name="Roe^Ann"), True),
        (replace(JANE, id="77", name="Roe^Ann", made_up=True), False),
        (Patient(), False),
    ],
)
def test_who_is_another_patient(prior: Patient, other: bool) -> None:
    assert other_patient(of(JANE), of(prior)) is other
    assert other_patient(of(prior), of(JANE)) is other


@pytest.mark.parametrize(
    ("prior", "unknown"),
    [
        (JANE, False),
        (replace(JANE, id=""), False),
        (replace(JANE, id="77"), False),
        (replace(JANE, name="", birth_date=""), False),
        (Patient(), True),
        (Patient("Anonymous", "0"), True),
        (replace(JANE, made_up=True), True),
    ],
)
def test_who_is_not_told_to_be_the_same(prior: Patient, unknown: bool) -> None:
    assert patient_not_told(of(JANE), of(prior)) is unknown
    assert patient_not_told(of(prior), of(JANE)) is unknown


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        # What is shown of the names is the same.
        ("Doe^Jane^A^^Jr", "Doe^Jane^A^^Sr", True),
        ("Doe^Jane=山田^太郎", "Doe^Jane=鈴木^花子", True),
        ("=山田^太郎", "=鈴木^花子", True),
        # It is not.
        ("=山田^太郎", "=山田　太郎", False),
        ("Müller^Jörg", "MUELLER^JOERG", False),
    ],
)
def test_of_two_ids_the_whole_name_says_who_it_is(one: str, other: str, differ: bool) -> None:
    ours, theirs = replace(JANE, name=one), replace(JANE, name=other, id="77")
    assert other_patient(of(ours), of(theirs)) is differ


def test_ids_of_two_issuers_are_not_those_of_two_patients() -> None:
    ours = replace(JANE, birth_date="", issuer="A")
    assert not other_patient(of(ours), of(replace(ours, id="77", issuer="B")))
    assert other_patient(of(ours), of(replace(ours, id="77")))


def test_two_that_name_nobody_are_not_told_to_be_one() -> None:
    nifti = marker_study(modalities=(Modality.T1,))
    assert patient_not_told(of(Patient()), of(Patient()))
    assert patient_not_told(of(JANE), nifti)
    assert not patient_not_told(nifti, nifti)
