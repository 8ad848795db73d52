"""What nodes answer with, as it is shown."""

import io

import pytest
from pydicom.dataset import Dataset
from pynetdicom.dsutils import decode, encode

from brainviewer.pacs.answers import study_match

NAME = "Bölçek^Jörg"


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("ISO_IR 192", NAME),
        ("ISO_IR 100", NAME),
        ("ISO_IR 6  ", NAME),
        ("ISO_IR 101", NAME.encode().decode("iso8859-2")),
    ],
)
def test_names_in_utf_8_that_is_not_declared(declared: str, shown: str) -> None:
    answer = Dataset()
    answer.SpecificCharacterSet, answer.PatientName = "ISO_IR 192", NAME
    encoded = encode(answer, False, True)
    assert encoded is not None
    sent = io.BytesIO(encoded.replace(b"ISO_IR 192", declared.encode()))
    assert study_match(decode(sent, False, True)).patient_name == shown


def test_names_in_latin_1_stay_what_they_are() -> None:
    answer = Dataset()
    answer.SpecificCharacterSet, answer.PatientName = "ISO_IR 100", NAME
    encoded = encode(answer, False, True)
    assert encoded is not None
    assert NAME.encode("latin-1") in encoded
    assert study_match(decode(io.BytesIO(encoded), False, True)).patient_name == NAME
