"""Training slices for the segmentation network: varied, but never wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training_heads import WANTED, some_head

from brainviewer.models.segmentation.input import DARKEST, SCALE
from brainviewer.training.segmentation.head_volumes import read_volume, write_volume

HERE = WANTED.neighbours["FLAIR"]


def test_head_survives_a_file(tmp_path: Path) -> None:
    head = some_head(-1)
    write_volume(head, tmp_path / "case.npz")
    again = read_volume(tmp_path / "case.npz")
    for name in ("slice_mm", "present", "regions", "healthy_side"):
        assert getattr(again, name) == getattr(head, name)
    np.testing.assert_allclose(again.fields, head.fields, atol=0.01)
    assert list(again.holding) == list(head.holding)
    assert len(again.holding) > 0


def samples(head, count=60):
    pytest.importorskip("monai")
    from brainviewer.training.segmentation.transforms import training_transforms

    transforms = training_transforms(WANTED)
    transforms.set_random_state(seed=3)
    return [{k: v.numpy() for k, v in transforms(head).items()} for _ in range(count)]


@pytest.fixture(scope="module")
def made():
    return samples(some_head())


def test_samples_are_what_the_network_takes(made) -> None:
    for sample in made:
        assert sample["slices"].shape[1] == WANTED.channels
        assert sample["regions"].shape[1] == sample["asked"].shape[1] == len(WANTED.regions)
        assert np.isfinite(sample["slices"]).all()
        assert sample["slices"].min() >= SCALE * DARKEST
        whole, core, enhancing = sample["regions"].swapaxes(0, 1)
        assert (whole <= 1).all() and (enhancing >= 0).all()
        assert (core <= whole + 1e-6).all() and (enhancing <= core + 1e-6).all()


def test_samples_differ_and_come_again(made) -> None:
    again = samples(some_head(), 2)
    np.testing.assert_array_equal(again[1]["slices"], made[1]["slices"])
    assert not np.array_equal(made[0]["slices"], made[1]["slices"])


def test_both_kinds_of_slices_are_there(made) -> None:
    sizes = np.array([sample["regions"][:, 0].sum(axis=(1, 2)) for sample in made]).ravel()
    assert (sizes > 20).mean() > 0.3
    assert (sizes == 0).mean() > 0.1


def test_lesion_is_bright_where_it_is_marked(made) -> None:
    brighter = []
    for sample in made:
        for image, regions in zip(sample["slices"], sample["regions"], strict=True):
            lesion, brain = regions[0] > 0.9, image[HERE] > SCALE * DARKEST
            if lesion.sum() > 30 and image[HERE].any():
                brighter.append(image[HERE][lesion].mean() > image[HERE][brain & ~lesion].mean())
    # Painted cysts are dark.
    assert len(brighter) > 20 and np.mean(brighter) > 0.8


def test_sequences_go_missing_and_the_parts_with_t1ce(made) -> None:
    first = [0, 6, 9, 12]
    there = np.array([[sample["slices"][:, n].any() for n in first] for sample in made])
    assert there.any(axis=0).all() and not there.all(axis=0).any()
    # T1 alone shows no lesion.
    assert there[:, [0, 2, 3]].any(axis=1).all()
    for sample, (*_, t1ce, _t2) in zip(made, there, strict=True):
        whole, *parts = sample["asked"][0].ravel().tolist()
        # A painted cyst has no parts that somebody marked.
        assert whole and parts in ([t1ce, t1ce], [False, False])
    asked = np.array([sample["asked"][0, 1] for sample in made])
    assert 0.3 < asked.mean() < there[:, 2].mean()


def test_what_nobody_marked_is_not_asked() -> None:
    head = replace(some_head(), present=(True, True, True, False), regions=1)
    for sample in samples(head, 5):
        assert sample["asked"][0].ravel().tolist() == [True, False, False]
        assert not sample["slices"][:, 12:].any()
