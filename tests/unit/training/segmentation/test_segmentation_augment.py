"""Slices for the segmenting network: varied, but never wrong."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.models.segmentation.input import CHANNELS, DARKEST, OFFSETS_MM, scaled
from brainviewer.training.segmentation import augment as segmentation_augment
from brainviewer.training.segmentation.head_volumes import (
    FIELDS,
    TrainingVolume,
    read_volume,
    write_volume,
)

HERE = OFFSETS_MM.index(0.0)


def some_head(healthy_side: int = 1) -> TrainingVolume:
    """A round brain with a bright ball on the left of it (first rows are left)."""
    s, r, a = np.meshgrid(
        np.arange(20.0) - 9.5, np.arange(112) - 55.5, np.arange(128) - 63.5, indexing="ij"
    )
    depth = np.clip(60 - 2 * np.hypot(r, a), -9, 9)
    ball = (np.hypot(np.hypot(r + 12, a - 4), 2 * s) < 9).astype(float)
    random = np.random.default_rng(0)
    fields = np.zeros((20, len(FIELDS), 112, 128), np.float32)
    for name, lesion_sign in (("flair", 4.0), ("t1", -2.0), ("t1ce", -1.5)):
        image = random.normal(0, 0.3, s.shape) + lesion_sign * ball
        fields[:, FIELDS.index(name)] = image
        fields[:, FIELDS.index(f"mirrored_{name}")] = image[:, ::-1]
    for name, values in (("depth", depth), ("mirrored_depth", depth), ("side", 2 * r)):
        fields[:, FIELDS.index(name)] = values
    fields[:, FIELDS.index("lesion")] = ball
    return TrainingVolume("case", fields, 4.0, ("flair", "t1", "t1ce"), healthy_side)


@pytest.fixture(scope="module")
def samples():
    head = some_head()
    return [segmentation_augment.draw_sample(head, np.random.default_rng(n)) for n in range(60)]


def test_samples_are_what_the_network_takes(samples) -> None:
    for image, mask in samples:
        assert image.shape == (CHANNELS, *segmentation_augment.SIZE)
        assert mask.shape == (1, *segmentation_augment.SIZE)
        assert image.dtype == mask.dtype == np.float32
        assert np.isfinite(image).all()
        assert image.min() >= scaled(np.float32(DARKEST))
        assert 0 <= mask.min() <= mask.max() <= 1


def test_samples_differ_and_come_again(samples) -> None:
    again = segmentation_augment.draw_sample(some_head(), np.random.default_rng(7))
    np.testing.assert_array_equal(again[0], samples[7][0])
    assert not np.array_equal(samples[7][0], samples[8][0])


def test_both_kinds_of_slices_are_there(samples) -> None:
    sizes = np.array([mask.sum() for _, mask in samples])
    assert (sizes > 20).mean() > 0.3
    assert (sizes == 0).mean() > 0.1


def test_lesion_is_bright_where_it_is_outlined(samples) -> None:
    brighter = []
    for image, mask in samples:
        core, brain = mask[0] > 0.9, image[HERE] > scaled(np.float32(DARKEST))
        if core.sum() > 30:
            brighter.append(image[HERE][core].mean() > image[HERE][brain & ~core].mean())
    # Dead cores are dark.
    assert np.mean(brighter) > 0.8


def test_sequences_go_missing(samples) -> None:
    t1 = np.array([not image[len(OFFSETS_MM) + 1].any() for image, _ in samples])
    t1ce = np.array([not image[len(OFFSETS_MM) + 2].any() for image, _ in samples])
    assert t1.any() and t1ce.any() and (t1 & t1ce).any() and not (t1 | t1ce).all()
    head = replace(some_head(), present=("flair",))
    image, _ = segmentation_augment.draw_sample(head, np.random.default_rng(1))
    assert not image[len(OFFSETS_MM) + 1 :].any()


def test_painted_core_belongs_to_the_lesion() -> None:
    shape = segmentation_augment.SIZE
    r, a = np.mgrid[: shape[0], : shape[1]]
    ball = (np.hypot(r - 40, a - 40) < 12).astype(np.float32)
    blank = np.zeros((1, *shape), np.float32)
    sample = {
        "flair": np.stack([4 * ball] * len(OFFSETS_MM)),
        "lesion": np.stack([ball] * len(OFFSETS_MM)),
        "t1": blank.copy(),
        "t1ce": blank.copy(),
    }
    segmentation_augment.paint_core(sample, np.random.default_rng(3))
    changed = np.abs(sample["t1ce"][0]) > 0.5
    assert changed.sum() > 20
    assert sample["t1ce"].max() > 1.5
    assert sample["t1"].min() < -0.5
    assert (sample["lesion"][HERE][changed] > 0.1).all()
    assert (sample["lesion"][HERE] >= ball).all()


def test_head_survives_a_file(tmp_path) -> None:
    head = some_head(-1)
    write_volume(head, tmp_path / "case.npz")
    again = read_volume(tmp_path / "case.npz")
    assert (again.case_id, again.slice_mm, again.present, again.healthy_side) == (
        "case", 4.0, ("flair", "t1", "t1ce"), -1,
    )  # fmt: skip
    np.testing.assert_allclose(again.fields, head.fields, atol=0.01)
    assert list(again.holding) == list(head.holding)
    assert len(again.holding) > 0
