"""What is varied anew each time a sample is used."""

import numpy as np
import pytest

pytest.importorskip("torch")

from dataclasses import replace
from pathlib import Path

from brainviewer.training.learning import from_features, from_samples
from brainviewer.training.recipes import read_recipe
from brainviewer.training.resnet50 import ResNet50
from brainviewer.training.subtype.augmentation_cache import AugmentationCache
from brainviewer.training.subtype.feature_cache import as_images, build_feature_cache, vary_cheaply

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


def test_images_and_coverage_are_turned_together(drawn: np.ndarray) -> None:
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
    cache = AugmentationCache(
        samples, np.ones((30, 3), bool), tuple(map(str, range(30))), LOW, HIGH
    )
    labels = [0] * 24 + [1] * 4 + [2] * 2
    members = [*range(0, 24, 2), 24, 25, 28]
    shipped = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml").input
    for stacked, depth in ((True, 9), (False, 3)):
        make = from_samples(cache, labels, members, replace(shipped, size=8, stacked=stacked))
        batch = make(600, np.random.default_rng(0))
        assert batch.images.shape == (600, depth, 8, 8)
        assert batch.covered is not None
        assert batch.covered.shape == (600, depth // 3, 8, 8)
        seen = set(np.rint(batch.covered[:, 0, 0, 0].numpy() * 255).astype(int) - 50)
        assert seen == set(members)
        counts = np.bincount(batch.labels.numpy(), minlength=3)
        assert counts.min() > 160


def test_kept_maps_are_what_the_lower_stages_make_of_the_samples(
    drawn: np.ndarray, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    shipped = read_recipe(ROOT / "resources" / "recipes" / "resnet50-glioma.toml").input
    model_input = replace(shipped, size=32, stacked=False)
    samples = drawn.repeat(2, axis=2).repeat(2, axis=3)[:6].reshape(3, 2, 3, 32, 32, 4)
    cache = AugmentationCache(samples, np.ones((3, 3), bool), ("a", "b", "c"), LOW, HIGH)
    torch.manual_seed(0)
    network = ResNet50(3).eval()
    seen: list[str] = []

    def report(fraction: float, text: str) -> None:
        seen.append(text)

    kept = build_feature_cache(cache, network, 3, tmp_path, model_input, 5, report)
    assert kept.maps.shape == (3, 2, 3, 4, 4, 512)
    assert kept.covered.shape == (3, 2, 3, 1, 2, 2)
    varied = vary_cheaply(
        samples[1], cache.has[[1, 1]], LOW, HIGH, np.random.default_rng([5, 1, 0])
    )
    images, _ = as_images(*varied, model_input)
    with torch.no_grad():
        expected = network.maps(torch.from_numpy(images[1]))[1]
        lower = torch.from_numpy(np.array(kept.maps[1, 1])).view(torch.bfloat16).float()
        upper = network.maps(lower.permute(0, 3, 1, 2), after=3)[1]
    assert (upper - expected).abs().max() < 0.05 * expected.abs().max()
    again = len(seen)
    build_feature_cache(cache, network, 3, tmp_path, model_input, 5, report)
    assert len(seen) == again
    batch = from_features(kept, [0, 1, 2], [0, 2])(20, np.random.default_rng(0))
    assert batch.images.shape == (20, 512, 4, 4)
    assert set(batch.labels.tolist()) == {0, 2}
