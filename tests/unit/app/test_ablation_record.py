"""What an answer rests on in results, in a terminal and in exported images."""

import math
from dataclasses import replace

import numpy as np

from brainviewer.app.report.records import classification_record, not_classified_record
from brainviewer.app.report.text import classification_text
from brainviewer.core.findings.ablation import Absence, EvidenceSource, SourceAblation
from brainviewer.painting.canvas import draw_pixels
from brainviewer.painting.result_card import WIDTH, draw_result_card
from brainviewer.painting.text.predictions import evidence_lines, odds_text
from tests.phantoms import marker_study
from tests.schemas import faults
from tests.unit.app.desk import a_result

IMAGE, DESCRIPTORS, AGE = EvidenceSource
RESTS_ON = (
    SourceAblation(IMAGE, absent=Absence.NOT_TAKEN),
    SourceAblation(DESCRIPTORS, {"A": 0.4, "O": 0.2, "G": 0.4}, math.log(3.5)),
    SourceAblation(AGE, absent=Absence.NOT_GIVEN),
)
RESULT = a_result(marker_study(), rests_on=RESTS_ON, model_name="Glioma type")


def as_output(record: dict[str, object]) -> dict[str, object]:
    return {"schema": "brainviewer-classification/1", "finding": None, "study": None, **record}


def about(record: dict[str, object]) -> list[str]:
    """What the schema finds wrong with the classification itself."""
    return [fault for fault in faults("classification", as_output(record)) if "rests_on" in fault]


def test_the_record_holds_the_answer_without_each_source() -> None:
    record = classification_record(RESULT)
    sources = record["rests_on"]["sources"]
    assert record["rests_on"]["class"] == "G"
    assert sources["descriptors"] == {
        "used": True,
        "absent": None,
        "log_odds": round(math.log(3.5), 4),
        "without": {"A": 0.4, "O": 0.2, "G": 0.4},
    }
    assert sources["image"]["absent"] == "not taken by the model"
    assert sources["age"] == {
        "used": False,
        "absent": "not given",
        "log_odds": None,
        "without": None,
    }
    assert about(record) == []
    assert about({**record, "rests_on": {"class": "G", "sources": {}}})


def test_results_of_earlier_versions_hold_none_and_are_still_described() -> None:
    record = classification_record(RESULT)
    del record["rests_on"]
    assert about(record) == []
    assert about(not_classified_record("glioma-descriptors", "No lesion.")) == []
    assert not_classified_record("glioma-descriptors", "No lesion.")["rests_on"] is None
    assert classification_record(replace(RESULT, rests_on=()))["rests_on"] is None


def test_a_terminal_says_it_in_one_line() -> None:
    said = classification_text(classification_record(RESULT))
    line = next(line for line in said.splitlines() if line.startswith("What the answer rests on"))
    assert line.endswith(
        "as odds of G with and without it: image takes no part, descriptors ×\u00a03.5, "
        "age not given"
    )


def test_odds_are_told_with_two_digits_and_an_end() -> None:
    factors = (1.0, 1.02, 1 / 1.02, 3.14, 1 / 3.14, 12.4, 1 / 250, 1e9)
    told = [odds_text(math.log(factor)).replace("\u00a0", " ") for factor in factors]
    assert told == ["× 1.0", "× 1.0", "× 1.0", "× 3.1", "÷ 3.1", "× 12", "÷ > 99", "× > 99"]


def test_an_exported_card_has_a_bar_for_what_took_part() -> None:
    study = marker_study()

    def pixels(result: object) -> np.ndarray:
        return draw_pixels(
            lambda canvas: draw_result_card(canvas, study, None, result), (WIDTH, 520)
        )

    without, with_it = pixels(replace(RESULT, rests_on=())), pixels(RESULT)
    accent = np.array([0x5A, 0xA9, 0xE6])
    assert (np.abs(without.astype(int) - accent).sum(axis=2) == 0).sum() == 0
    assert (np.abs(with_it.astype(int) - accent).sum(axis=2) == 0).sum() > 100
    assert [line.length is None for line in evidence_lines(RESULT)] == [True, False, True]
