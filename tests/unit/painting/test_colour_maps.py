"""Colour maps that are offered keep their order in everybody's eyes, and on a grey print."""

import numpy as np
import pytest

from brainviewer.core.view.fusion import FUSION_MAPS
from brainviewer.gui.panels.display import COLOUR_MAPS
from brainviewer.painting import palette
from brainviewer.painting.slice_image import colour_table

# Confusion as Machado et al. (2009) simulate it, on linear RGB.
_SEEN_BY = {
    "all": np.eye(3),
    "protanopia": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deuteranopia": [[0.3673, 0.8606, -0.228], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "tritanopia": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}  # fmt: skip


def lightness(name: str, eyes: str) -> np.ndarray:
    """CIE L* (0..100) of the 256 colours of a map, as they are seen."""
    linear = (colour_table(name) / 255.0) ** 2.2
    seen = np.clip(linear @ np.asarray(_SEEN_BY[eyes]).T, 0, 1)
    return np.asarray(116 * np.cbrt(np.maximum(seen @ (0.2126, 0.7152, 0.0722), 0.0089)) - 16)


@pytest.mark.parametrize("eyes", _SEEN_BY)
@pytest.mark.parametrize("name", sorted({*COLOUR_MAPS, *FUSION_MAPS, palette.HEAT}))
def test_what_is_more_is_brighter_whatever_eyes_see_it(name: str, eyes: str) -> None:
    """Crameri et al., Nat Commun 2020: a rainbow has no order without its hues."""
    seen = lightness(name, eyes)
    assert np.diff(seen).min() > -0.6  # steps of 8 bits
    assert seen[-1] - seen[0] > 60


def test_a_rainbow_does_not_pass() -> None:
    assert np.diff(lightness("turbo", "all")).min() < -0.6
