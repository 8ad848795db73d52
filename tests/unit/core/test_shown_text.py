"""Names from outside, on one line and in UTF-8."""

import pytest

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shortened, shown_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("FLAIR Müller 脑.nii", "FLAIR Müller 脑.nii"),
        ("a\nb\r\nc", "a b c"),
        ("a\x1b[31mb", "a\N{REPLACEMENT CHARACTER}[31mb"),
        ("a\x07\x7f\x9b", "a" + 3 * "\N{REPLACEMENT CHARACTER}"),
        ("caf\udce9", "caf\N{REPLACEMENT CHARACTER}"),
        ("a\u202egnp.exe", "a\N{REPLACEMENT CHARACTER}gnp.exe"),
        ("a\u200b\u061c\ufeff\xad\U000e0041b", "a" + 5 * "\N{REPLACEMENT CHARACTER}" + "b"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Zoe\u0308 👩\u200d⚕️", "Zoe\u0308 👩\u200d⚕️"),
    ],
)
def test_what_is_shown_is_one_line_of_utf_8(text, shown):
    assert shown_text(text) == shown
    assert shown_text(text).encode()


def test_a_long_name_keeps_its_start_and_its_ending():
    name = "a" * 300 + "_flair.nii.gz"
    assert shortened(name).endswith("_flair.nii.gz")
    assert len(shortened(name)) == 120
    assert shortened("short.nii") == "short.nii"


def test_an_error_quotes_names_as_they_can_be_shown():
    error = BrainViewerError("There is no file a\x1b]0;owned\x07.", "Rename caf\udce9.")
    assert str(error).encode()
    assert "\x1b" not in error.message
    assert error.args == (error.message, error.advice)
