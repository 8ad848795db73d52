"""The controls hide what they say they hide."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from brainviewer.training.recipes import read_recipe  # noqa: E402
from brainviewer.training.subtype import controls  # noqa: E402

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def parts():
    """Images (2, 3, 3, 32, 32) and a square lesion in their middle."""
    random = np.random.default_rng(0)
    images = random.normal(0, 1, (2, 3, 3, 32, 32)).astype(np.float32)
    covered = np.zeros((2, 3, 32, 32), np.float32)
    covered[..., 12:20, 12:20] = 1
    shipped = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml").input
    return images, covered, replace(shipped, size=32)


def test_the_outline_alone_says_nothing_of_the_images(parts) -> None:
    images, covered, model_input = parts
    shown = controls.show_mask_only(images, covered, model_input)
    assert shown.shape == images.shape
    assert np.array_equal(shown, controls.show_mask_only(images * 7, covered, model_input))
    assert (shown[:, :, :, 12:20, 12:20] > 0).all()
    assert len(np.unique(shown)) == 2


def test_outside_says_nothing_of_the_lesion(parts) -> None:
    images, covered, model_input = parts
    shown = controls.show_outside_only(images, covered, model_input)
    other = images.copy()
    other[..., 10:22, 10:22] = 5
    assert np.array_equal(shown, controls.show_outside_only(other, covered, model_input))
    assert np.array_equal(shown[..., :8, :8], images[..., :8, :8])


def test_the_small_network_is_used_like_the_large_one() -> None:
    network = controls.SmallNetwork(3, 9)
    x = torch.rand(2, 9, 64, 64)
    middle, last = network.eval().maps(x)
    assert middle.shape == (2, 128, 4, 4)
    assert last.shape == (2, 192, 2, 2)
    assert network.logits(network.features(x)).shape == (2, 3)
    assert sum(number.numel() for number in network.parameters()) < 500_000
