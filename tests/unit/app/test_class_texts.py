"""Every class is explained with its sources, and none of the texts says what to do about it."""

import re

import pytest

from brainviewer.app.prediction.class_texts import CODES, class_text, class_texts
from brainviewer.core.errors import BrainViewerError

PARTS = (
    "What it is", "How common", "What to look for on MR", "What looks like it",
    "What this model cannot tell", "References",
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_a_text_has_every_part_and_names_its_sources(code):
    text = class_text(code)
    assert tuple(re.findall(r"^## (.+)$", text.markdown, re.MULTILINE)) == PARTS
    assert text.summary.endswith(".")
    assert "#" not in text.title + text.summary
    body, references = text.markdown.split("## References")
    listed = re.findall(r"^(\d+)\. ", references, re.MULTILINE)
    assert set(listed) == set(re.findall(r"\[(\d)\]", body))
    treatment = ("surgery", "resect", "radiotherapy", "chemotherapy", "dose", "should be treated")
    assert not any(word in body.lower() for word in treatment)


def test_there_is_one_for_each_class_and_no_other():
    assert tuple(text.code for text in class_texts()) == CODES
    with pytest.raises(BrainViewerError, match="no class called stroke"):
        class_text("stroke")
