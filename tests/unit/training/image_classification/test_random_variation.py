"""Varied relatives of an image: of the right kind, with the lesion where it is."""

import cv2
import numpy as np

from brainviewer.assets import resources
from brainviewer.models.image_classification.input import head_of
from brainviewer.training.image_classification.data.random_variation import vary
from brainviewer.training.image_classification.data.tumour_samples import Sample
from brainviewer.training.image_classification.recipes.tumour_recipe import read_tumour_recipe

RECIPE = read_tumour_recipe(resources() / "recipes" / "resnet50-tumour.toml")


def sample(lesion: bool) -> Sample:
    image = np.zeros((160, 160), np.uint8)
    cv2.ellipse(image, (80, 80), (55, 68), 0, 0, 360, 90, cv2.FILLED)
    spot = np.zeros((160, 160), np.uint8)
    cv2.circle(spot, (100, 60), 14, 1, cv2.FILLED)
    noise = np.random.default_rng(0).normal(0, 4, image.shape) * (image > 0)
    shown = image + noise + (140.0 * spot if lesion else 0)
    return Sample(
        "a", "cheng", "a", "glioma" if lesion else "none", 1, shown.astype(np.float32),
        spot.astype(bool) if lesion else None,
    )  # fmt: skip


def test_coverage_follows_the_lesion() -> None:
    one = sample(lesion=True)
    head, random = head_of(one.image), np.random.default_rng(1)
    brighter = 0
    for _ in range(40):
        codes, covered = vary(one, head, RECIPE.input, random)
        assert codes.shape == (192, 192)
        assert codes.dtype == covered.dtype == np.uint8
        assert covered.shape == (12, 12)
        assert covered.max() > 60
        shrunk = cv2.resize(codes, (12, 12), interpolation=cv2.INTER_AREA).astype(float)
        brighter += shrunk[covered > 128].mean() > shrunk[(covered == 0) & (shrunk > 30)].mean()
    assert brighter >= 36


def test_without_lesion_nothing_is_covered() -> None:
    one = sample(lesion=False)
    head = head_of(one.image)
    _, covered = vary(one, head, RECIPE.input, np.random.default_rng(2))
    assert not covered.any()


def test_chance_is_the_seed_and_nothing_else() -> None:
    one = sample(lesion=True)
    head = head_of(one.image)
    first, again, other = (
        vary(one, head, RECIPE.input, np.random.default_rng(seed))[0] for seed in (5, 5, 6)
    )
    assert (first == again).all()
    assert (first != other).any()
