"""What is varied anew each time a sample is used."""

import numpy as np
import pytest

pytest.importorskip("torch")

from dataclasses import replace
from pathlib import Path

from brainviewer.training.bank import Bank
from brainviewer.training.learning import from_bank, vary_cheaply
from brainviewer.training.recipes import read_recipe

ROOT = Path(__file__).resolve().parents[3]
LOW, HIGH = -4.0, 8.0


@pytest.fixture
def drawn() -> np.ndarray:
    """Eight samples: black on the left, lesion on the right of the bottom slice."""
    samples = np.full((8, 3, 16, 16, 4), 100, np.uint8)
    samples[..., -1] = 0
    samples[:, :, :, :4] = 0
    samples[:, 0, :, 12:, -1] = 255
    return samples


def test_pictures_and_coverage_are_turned_together(drawn: np.ndarray) -> None:
    has = np.ones((8, 3), bool)
    seen = set()
    for seed in range(4):
        images, covered = vary_cheaply(drawn, has, LOW, HIGH, np.random.default_rng(seed))
        assert images.shape == (8, 3, 3, 16, 16)
        assert covered.shape == (8, 3, 16, 16)
        for image, cover in zip(images, covered, strict=True):
            mirrored, turned = bool(cover[:, :, :4].any()), bool(cover[2].any())
            seen.add((mirrored, turned))
            kept = image.any(axis=(0, 2, 3))
            black = image[:, kept][..., -4:] if mirrored else image[:, kept][..., :4]
            assert (black == LOW).all()
            assert (image[:, kept][..., 5:11] > LOW).all()
    assert len(seen) == 4


def test_sequences_are_left_out_but_never_all_and_none_is_invented(drawn: np.ndarray) -> None:
    has = np.array([[True, True, True]] * 4 + [[False, True, False]] * 4)
    counts = np.zeros(3)
    for seed in range(60):
        images, _ = vary_cheaply(drawn, has, LOW, HIGH, np.random.default_rng(seed))
        kept = images.any(axis=(1, 3, 4))
        assert kept.any(axis=1).all()
        assert not kept[4:, [0, 2]].any()
        assert kept[4:, 1].all()
        counts += kept[:4].mean(axis=0)
    assert np.abs(counts / 60 - 0.85).max() < 0.1


def test_every_class_weighs_the_same_and_only_members_are_seen() -> None:
    samples = np.zeros((30, 2, 3, 8, 8, 4), np.uint8)
    samples[...] = (np.arange(30) + 50)[:, None, None, None, None, None]
    bank = Bank(samples, np.ones((30, 3), bool), tuple(map(str, range(30))), LOW, HIGH)
    labels = [0] * 24 + [1] * 4 + [2] * 2
    members = [*range(0, 24, 2), 24, 25, 28]
    shipped = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml").input
    for stacked, depth in ((True, 9), (False, 3)):
        make = from_bank(bank, labels, members, replace(shipped, size=8, stacked=stacked))
        batch = make(600, np.random.default_rng(0))
        assert batch.images.shape == (600, depth, 8, 8)
        assert batch.covered is not None
        assert batch.covered.shape == (600, depth // 3, 8, 8)
        seen = set(np.rint(batch.covered[:, 0, 0, 0].numpy() * 255).astype(int) - 50)
        assert seen == set(members)
        counts = np.bincount(batch.labels.numpy(), minlength=3)
        assert counts.min() > 160
