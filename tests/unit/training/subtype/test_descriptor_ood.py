"""The lesions of the training: fitted, measured on patients that were left out, and shipped."""

import json

import numpy as np
import pytest

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.models.subtype.out_of_distribution import parse_distribution
from brainviewer.training.subtype.descriptor_table import Described

descriptor_ood = pytest.importorskip("brainviewer.training.subtype.descriptor_ood")

NAMES = ("size", "depth", "ring")


def patients(count, missing=0):
    """Made-up patients; the first ``missing`` of them have no ring."""
    random = np.random.default_rng(5)
    rows = []
    for number in range(count):
        values = {}
        for segmentation in ("found", "stripped"):
            a, b, c = random.normal(size=3)
            values[segmentation] = {"size": 3 + a, "depth": a + 0.5 * b, "ring": c}
            if number < missing:
                values[segmentation]["ring"] = float("nan")
        rows.append(Described(f"p{number}", "AOG"[number % 3], 30.0 + number % 40, values))
    return rows


def test_the_correlation_is_shrunk_as_ledoit_and_wolf_do():
    covariance = pytest.importorskip("sklearn.covariance")
    known = patients(30)
    raw = np.array([[v[n] for n in NAMES] for row in known for v in row.values.values()])
    standard = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    expected, _ = covariance.ledoit_wolf(standard, assume_centered=True)
    fitted = descriptor_ood.fit_distribution(known, NAMES)
    np.testing.assert_allclose(fitted.correlation, expected, atol=1e-4)


def test_one_in_twenty_unseen_patients_is_flagged():
    content = descriptor_ood.measured_distribution(patients(200, missing=20), NAMES)
    known = parse_distribution(content)
    assert known.names == NAMES
    assert known.ages == (30, 69)
    flagged = content["measured"]["flagged"]
    assert sum(flagged.values()) == pytest.approx(0.05 * 400, abs=2)
    assert known.score({"size": 3 + 4, "depth": -4, "ring": 0}) > known.limit


def test_too_few_patients_are_refused():
    with pytest.raises(FileError, match="fewer"):
        descriptor_ood.measured_distribution(patients(3), NAMES)


def test_the_card_holds_what_was_measured():
    owner = resources() / "models" / "resnet50-glioma"
    written = json.loads((owner / descriptor_ood.OUT_OF_DISTRIBUTION_FILE).read_text("utf-8"))
    card = json.loads((owner / "card.json").read_text("utf-8"))
    assert card["out_of_distribution"] == written
    held_out = written["measured"]["unseen patients"]
    assert held_out == 93
    for flagged in written["measured"]["flagged"].values():
        assert flagged / held_out < 0.1
