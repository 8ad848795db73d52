"""The score that tells whether a lesion is like those of the training."""

import copy
import math

import numpy as np
import pytest

from brainviewer.models.registry import classification_models
from brainviewer.models.subtype.out_of_distribution import parse_distribution, why_unfamiliar

CORRELATION = [[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]]
CONTENT = {
    "descriptors": [
        {"name": "size", "mean": 1.0, "scale": 2.0},
        {"name": "depth", "mean": 0.0, "scale": 1.0},
        {"name": "ring", "mean": -1.0, "scale": 0.5},
    ],
    "correlation": CORRELATION,
    "limit": 2.0,
    "ages": [20, 75],
    "measured": {"flagged": 1},
}
KNOWN = parse_distribution(CONTENT)


def drawn(count):
    """Descriptors as the distribution has them."""
    normal = np.random.default_rng(3).multivariate_normal(np.zeros(3), CORRELATION, count)
    return [dict(zip(KNOWN.names, KNOWN.means + row * KNOWN.scales, strict=True)) for row in normal]


@pytest.mark.parametrize("missing", [(), ("ring",), ("size", "depth")])
def test_usual_lesions_have_standard_normal_scores_whatever_is_missing(missing):
    scores = [KNOWN.score({**row, **dict.fromkeys(missing, math.nan)}) for row in drawn(4000)]
    assert np.mean(scores) == pytest.approx(0, abs=0.1)
    assert np.std(scores) == pytest.approx(1, abs=0.1)


def test_what_is_usual_alone_may_be_unusual_together():
    along = KNOWN.score({"size": 1 + 2 * 1.5, "depth": 1.5, "ring": -1})
    against = KNOWN.score({"size": 1 + 2 * 1.5, "depth": -1.5, "ring": -1})
    assert along < 1 < KNOWN.limit < against


def test_without_any_descriptor_nothing_is_said():
    assert KNOWN.score({}) is None
    assert why_unfamiliar(KNOWN, None, None) == []
    assert why_unfamiliar(None, {"size": 99.0}, 5) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": "much"},
        {"ages": [75, 20]},
        {"correlation": [[1.0, 0.0], [0.0, 1.0]]},
        {"correlation": [[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]]},
        {"descriptors": CONTENT["descriptors"][:2] + CONTENT["descriptors"][:1]},
        {"code": "print()"},
    ],
    ids=str,
)
def test_a_wrong_entry_is_refused(wrong):
    with pytest.raises((KeyError, TypeError, ValueError)):
        parse_distribution(copy.deepcopy(CONTENT) | wrong)


def test_every_model_of_studies_that_ships_knows_the_lesions_of_its_training():
    for card in classification_models():
        assert (card.lesions is None) is card.of_images
        if card.lesions is not None:
            assert card.lesions.ages == (20, 75)
            if card.fusion_head.descriptors is not None:
                assert card.lesions.names == tuple(
                    t.name for t in card.fusion_head.descriptors.terms
                )
