"""Out-of-scope images: drawn, and cut from photographs and screenshots."""

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from brainviewer.files.image2d.reader import read_image2d

pytest.importorskip("sklearn")
from brainviewer.training.image_classification.data import ood_images as made


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_EACH", 3)
    monkeypatch.setattr(made, "_CUTS", 2)


def test_there_are_images_of_every_kind_and_they_are_repeatable() -> None:
    first = list(made.ood_images(np.random.default_rng(0)))
    kinds = Counter(kind for kind, _ in first)
    assert kinds.keys() == {"text", "plot", "blank", "noise", "photograph", "screenshot"}
    assert min(kinds.values()) == 3
    assert all(image.dtype == np.uint8 and image.ndim in (2, 3) for _, image in first)
    again = islice(made.ood_images(np.random.default_rng(0)), 12)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(first, again, strict=False))


def test_drawn_images_show_something_but_for_blank_ones() -> None:
    random = np.random.default_rng(3)
    drawn = islice(made.ood_images(random), 4 * 3)
    assert all(image.std() > 5 for kind, image in drawn if kind != "blank")


def test_parts_keep_a_third_of_each_side() -> None:
    image = np.arange(90 * 60, dtype=np.int64).reshape(90, 60).astype(np.uint8)
    parts = list(made.cuts(image, np.random.default_rng(1)))
    assert len(parts) == 3 and parts[0] is image
    assert all(30 <= part.shape[0] <= 90 and 20 <= part.shape[1] <= 60 for part in parts)


def test_images_become_a_folder_for_each_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = np.zeros((9, 9, 3), np.uint8)
    red[..., 0] = 200
    two = [("blank", np.full((9, 9), 7, np.uint8)), ("photograph", red)]
    monkeypatch.setattr(made, "ood_images", lambda random: iter(two))
    made.main(tmp_path)
    assert [file.name for file in sorted(tmp_path.rglob("*.png"))] == ["0000.png", "0001.png"]
    assert read_image2d(tmp_path / "photograph/0001.png").rgb()[0, 0].tolist() == [200, 0, 0]
