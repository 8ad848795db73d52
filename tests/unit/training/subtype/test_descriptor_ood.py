"""The lesions of the training: fitted, measured on patients that were left out, and shipped."""

import json
from typing import Any

import numpy as np
import pytest

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.imaging.measure.descriptors import NAMES as ALL
from brainviewer.models.subtype.out_of_distribution import parse_distribution
from brainviewer.training.subtype import descriptor_ood, package

NAMES = ("size", "depth", "solidity")


def patients(count: int, missing: int = 0) -> list[dict[str, Any]]:
    """Made-up patients; the first ``missing`` of them have no third descriptor."""
    random = np.random.default_rng(5)
    rows = []
    for number in range(count):
        described = {}
        for segmentation in ("found", "stripped"):
            a, b, c = random.normal(size=3).tolist()
            values: list[float | None] = [None] * len(ALL)
            for name, value in zip(NAMES, (3 + a, a + 0.5 * b, c), strict=True):
                values[ALL.index(name)] = value
            if number < missing:
                values[ALL.index(NAMES[2])] = None
            described[segmentation] = values
        row = {"patient": number, "age_years": 30.0 + number % 40, "descriptors": described}
        rows.append(row)
    return rows


def test_the_correlation_is_shrunk_as_ledoit_and_wolf_do() -> None:
    covariance = pytest.importorskip("sklearn.covariance")
    known = patients(30)
    places = [ALL.index(name) for name in NAMES]
    raw = np.array([[v[n] for n in places] for row in known for v in row["descriptors"].values()])
    standard = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    expected, _ = covariance.ledoit_wolf(standard, assume_centered=True)
    fitted = descriptor_ood.fit_distribution(known, NAMES)
    np.testing.assert_allclose(fitted.correlation, expected, atol=1e-4)


def test_one_in_twenty_unseen_patients_is_flagged() -> None:
    pytest.importorskip("sklearn")
    content = descriptor_ood.measured_distribution(patients(200, missing=20), NAMES)
    known = parse_distribution(content)
    assert known.names == NAMES
    assert known.ages == (30, 69)
    flagged = content["measured"]["flagged"]
    assert sum(flagged.values()) == pytest.approx(0.05 * 400, abs=2)
    assert known.score({"size": 3 + 4, "depth": -4, "solidity": 0}) > known.limit


def test_studies_of_one_patient_are_left_out_together() -> None:
    pytest.importorskip("sklearn")
    twice = [{**row, "patient": row["patient"] // 2} for row in patients(60)]
    assert descriptor_ood.measured_distribution(twice, NAMES)["measured"]["unseen patients"] == 30


def test_too_few_patients_are_refused() -> None:
    with pytest.raises(FileError, match="fewer"):
        descriptor_ood.measured_distribution(patients(3), NAMES)


def test_the_card_holds_what_was_measured() -> None:
    owner = resources() / "models" / "resnet50-glioma"
    written = json.loads((owner / package.OUT_OF_DISTRIBUTION_FILE).read_text("utf-8"))
    card = json.loads((owner / "card.json").read_text("utf-8"))
    assert card["out_of_distribution"] == written
    held_out = written["measured"]["unseen patients"]
    evaluation = json.loads((owner / "evaluation.json").read_text("utf-8"))
    assert held_out == len({one["patient"] for one in evaluation["inputs"]["patients"]})
    for flagged in written["measured"]["flagged"].values():
        assert flagged / held_out < 0.1
