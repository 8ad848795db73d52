"""Random variation keeps a lesion a lesion: inside, finite, repeatable, without skull."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.models.card import ModelInput
from brainviewer.training import augment
from brainviewer.training.subtype.recipe import RECIPE, read_subtype_recipe

SHAPE = (64, 64, 12)


def lesion(radius: float, at: int = 34) -> np.ndarray:
    i, j, k = np.indices(SHAPE)
    return np.hypot(np.hypot(i - at, j - 30), 2.0 * (k - 6)) < radius


def brain() -> np.ndarray:
    i, j, _ = np.indices(SHAPE)
    return np.hypot(i - 32, j - 32) < 26


def study(*sequences: str, skull: bool = True) -> Study:
    """A head with a bright lesion, and a skull that is brighter still."""
    i, j, _ = np.indices(SHAPE)
    away = np.hypot(i - 32, j - 32)
    random, grid = np.random.default_rng(0), Grid(SHAPE, np.diag([1.0, 1.0, 5.0, 1.0]))
    data = (
        random.normal(100, 6, SHAPE) * brain() + 80 * lesion(9) + 900 * skull * (abs(away - 29) < 2)
    )
    return Study(
        {Modality(n): Volume(Modality(n), data.astype(np.float32), grid) for n in sequences}, grid
    )


def marked(*masks: np.ndarray, sequences=("T1", "FLAIR", "T1ce"), skull=True):
    findings = [TumourFinding("lesion", True, mask=one, brain=brain()) for one in masks]
    return augment.marked_slices(study(*sequences, skull=skull), findings, ("FLAIR", "T1ce", "T1"))


@pytest.fixture
def seen() -> ModelInput:
    return replace(read_subtype_recipe(RECIPE).input, size=48)


def test_a_sample_shows_the_lesion_where_it_says(seen: ModelInput) -> None:
    case, (low, _) = marked(lesion(9)), augment.levels(seen)
    for seed in range(10):
        images, covered = augment.draw(case, seen, np.random.default_rng(seed))
        assert images.shape == (3, 3, 48, 48) and covered.shape == (3, 48, 48)
        shown = images.any(axis=(0, 2, 3))
        assert shown.any()
        some = images[:, shown][:, 0]
        inside, outside = covered > 0.8, (covered == 0) & (some > low)
        assert np.median(some[inside]) > np.median(some[outside]) + 1


def test_nothing_of_the_skull_reaches_a_sample(seen: ModelInput) -> None:
    """A head as it was scanned, and one without skull, give the same samples."""
    for seed in range(4):
        one, other = (
            augment.draw(marked(lesion(9), skull=skull), seen, np.random.default_rng(seed))
            for skull in (True, False)
        )
        # The edge of the brain is drawn anew, a pixel or so around where it is.
        assert np.mean(np.abs(one[0] - other[0]) > 0.2) < 0.05
        assert np.array_equal(one[1], other[1])


def test_samples_differ_and_can_be_repeated(seen: ModelInput) -> None:
    case = marked(lesion(9))
    first, again, other = (
        augment.draw(case, seen, np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert np.mean(first != other) > 0.3


def test_a_sequence_that_is_missing_is_zero_in_every_sample(seen: ModelInput) -> None:
    images, _ = augment.draw(
        marked(lesion(9), sequences=("FLAIR",)), seen, np.random.default_rng(0)
    )
    assert images[:, 0].any() and not images[:, 1:].any()


def test_every_hand_is_learned_from_but_one_that_marks_something_else() -> None:
    near, far, best = lesion(8, 35), lesion(8, 12), lesion(9)
    case = marked(far, near, best)
    assert [int(mask.sum()) for mask in case.masks] == [int(best.sum()), int(near.sum())]
    assert len(case.brains) == 2


def test_one_sequence_always_remains() -> None:
    names = ("FLAIR", "T1ce", "T1")
    counts = [len(augment.drop_channels(names, np.random.default_rng(s))) for s in range(400)]
    assert min(counts) == 1
    assert_allclose(np.mean(counts), 3 * 0.85, atol=0.12)
    assert all(augment.drop_channels(["T1"], np.random.default_rng(s)) for s in range(50))


def test_background_stays_dark() -> None:
    rows, columns = np.indices((96, 96))
    head = np.hypot(rows - 48, columns - 48) < 42
    image = (80.0 * head + 10 * np.sin(rows / 3) * head).astype(np.float32)
    for seed in range(10):
        varied = augment.vary_intensity(image, np.random.default_rng(seed))
        assert np.isfinite(varied).all() and varied.dtype == np.float32
        assert abs(varied[:8, :8]).max() < 0.02 * varied.max()


def test_a_rough_outline_still_covers_much_of_the_lesion() -> None:
    rows, columns = np.indices((96, 96))
    mask = np.hypot(rows - 40, columns - 60) < 9
    fractions = []
    for seed in range(60):
        rough = augment.rough_outline(mask, np.random.default_rng(seed))
        fractions.append((rough & mask).sum() / (rough | mask).sum())
    assert min(fractions) > 0.25
    assert 0.6 < np.mean(fractions) < 0.95
