"""Random variation keeps a slice a slice: lesion inside, finite, repeatable."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.training import augment
from brainviewer.training.labelled_data.pretraining_images import TumourSlice


@pytest.fixture
def tumour() -> TumourSlice:
    rows, columns = np.indices((96, 96))
    head = np.hypot(rows - 48, columns - 48) < 42
    mask = np.hypot(rows - 40, columns - 60) < 9
    image = (80.0 * head + 60 * mask + 10 * np.sin(rows / 3) * head).astype(np.float32)
    return TumourSlice({"T1": image, "FLAIR": image * 2, "T1ce": image + head}, mask)


@pytest.mark.parametrize("seed", range(30))
def test_a_varied_slice_can_always_be_used(tumour: TumourSlice, seed: int) -> None:
    varied = augment.vary(tumour, np.random.default_rng(seed))
    assert varied.mask.any()
    assert varied.mask.dtype == bool
    assert varied.channels
    for name, image in varied.channels.items():
        assert name in tumour.channels
        assert image.shape == (96, 96)
        assert image.dtype == np.float32
        assert np.isfinite(image).all()


def test_the_same_seed_gives_the_same_slice_and_another_another(tumour: TumourSlice) -> None:
    first, again, other = (augment.vary(tumour, np.random.default_rng(s)) for s in (4, 4, 5))
    assert first.channels.keys() == again.channels.keys()
    assert all(np.array_equal(first.channels[n], again.channels[n]) for n in first.channels)
    assert not np.array_equal(first.mask, other.mask)


def test_image_and_mask_move_together(tumour: TumourSlice) -> None:
    for seed in range(10):
        moved, mask = augment.move(tumour.channels, tumour.mask, np.random.default_rng(seed))
        bright = moved["FLAIR"] > 240
        overlap = np.count_nonzero(bright & mask) / np.count_nonzero(bright | mask)
        assert overlap > 0.8


def test_the_skull_goes_and_the_lesion_stays(tumour: TumourSlice) -> None:
    bare = augment.strip_skull(tumour.channels, tumour.mask, np.random.default_rng(0))
    before, after = tumour.channels["T1"], bare["T1"]
    assert np.array_equal(before[tumour.mask], after[tumour.mask])
    assert np.count_nonzero(after) < 0.95 * np.count_nonzero(before)
    assert after[48, 48] == before[48, 48]


def test_one_sequence_always_remains(tumour: TumourSlice) -> None:
    counts = [
        len(augment.drop_channels(tumour.channels, np.random.default_rng(s))) for s in range(400)
    ]
    assert min(counts) == 1
    assert_allclose(np.mean(counts), 3 * 0.85, atol=0.12)
    alone = {"FLAIR": tumour.channels["FLAIR"]}
    assert all(augment.drop_channels(alone, np.random.default_rng(s)) for s in range(50))


def test_background_stays_dark(tumour: TumourSlice) -> None:
    for seed in range(10):
        varied = augment.vary_intensity(tumour.channels["T1"], np.random.default_rng(seed))
        assert abs(varied[:8, :8]).max() < 0.02 * varied.max()


def test_a_rough_outline_still_covers_much_of_the_lesion(tumour: TumourSlice) -> None:
    fractions = []
    for seed in range(60):
        rough = augment.rough_outline(tumour.mask, np.random.default_rng(seed))
        fractions.append((rough & tumour.mask).sum() / (rough | tumour.mask).sum())
    assert min(fractions) > 0.25
    assert 0.6 < np.mean(fractions) < 0.95
