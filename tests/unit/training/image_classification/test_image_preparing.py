"""Images become arrays: cropped, resized, kept, varied."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from labelled_images import head, write_images
from PIL import Image

from brainviewer.imaging.preprocess.head_crop import largest_contour
from brainviewer.training.image_classification.data.augmentation import (
    vary,
    with_copies,
    write_copies,
)
from brainviewer.training.image_classification.data.labelled_images import find_images
from brainviewer.training.image_classification.data.preparation import (
    prepare,
    prepare_one,
    read_list,
    write_doubtful,
)
from brainviewer.training.image_classification.recipes.recipe import Augmentation, Preparation

GREY = Preparation(32, "grey", "largest-contour")


def as_rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2)


def test_the_crop_follows_the_head() -> None:
    image = np.zeros((200, 300), np.uint8)
    cv2.ellipse(image, (170, 90), (70, 80), 0, 0, 360, 150, -1)
    image[5:12, 5:12] = 255  # a burned-in letter
    crop = largest_contour(as_rgb(image))
    found = (crop.left, crop.top, crop.right, crop.bottom)
    assert np.abs(np.subtract(found, (100, 10, 241, 171))).max() <= 3
    assert crop.doubt == ""
    assert crop.of(as_rgb(image)).shape == (crop.bottom - crop.top, crop.right - crop.left, 3)


@pytest.mark.parametrize(
    ("box", "doubt"),
    [((90, 90, 120, 120), "only"), ((20, 90, 290, 160), "no shape"), (None, "bright")],
)
def test_doubtful_crops_say_why(box: tuple[int, ...] | None, doubt: str) -> None:
    image = np.zeros((200, 300), np.uint8)
    if box:
        image[box[1] : box[3], box[0] : box[2]] = 200
    assert doubt in largest_contour(as_rgb(image)).doubt


def test_an_image_becomes_what_the_recipe_says() -> None:
    image = as_rgb(np.pad(head("glioma", 0), 30))
    grey, crop = prepare_one(image, GREY)
    assert (grey.shape, grey.dtype) == ((32, 32, 1), np.uint8)
    whole, _ = prepare_one(image, Preparation(32, "rgb", "none"))
    assert whole.shape == (32, 32, 3)
    assert (grey > 40).mean() > 2 * (whole[..., 0] > 40).mean()
    assert crop.left > 25


def test_all_images_become_one_array_but_for_those_that_cannot_be_read(tmp_path: Path) -> None:
    found = find_images(write_images(tmp_path / "data", 2))
    (found.folder / "none" / "1.png").write_text("no image")
    images, crops, unread = prepare(found.folder, found.images, GREY)
    assert images.shape == (7, 32, 32, 1)
    assert len(crops) == 7 and list(unread) == ["none/1.png"]


def test_doubtful_crops_come_on_a_sheet_and_a_list(tmp_path: Path) -> None:
    write_images(tmp_path / "data", 2, ("glioma", "none"))
    Image.new("L", (40, 30)).save(tmp_path / "data" / "none" / "black.png")
    found = find_images(tmp_path / "data")
    crops = prepare(found.folder, found.images, GREY)[1]
    assert write_doubtful(found.folder, found.images, crops, tmp_path) == 1
    assert read_list(tmp_path / "doubtful-crops.txt") == ["none/black.png"]
    with Image.open(tmp_path / "doubtful-crops.png") as sheet:
        assert min(sheet.size) > 200
    assert write_doubtful(found.folder, found.images[:2], crops[:2], tmp_path) == 0
    assert not (tmp_path / "doubtful-crops.txt").exists()


def test_variants_are_what_they_say() -> None:
    image = head("glioma", 0)[..., None]
    random = np.random.default_rng(0)
    assert np.array_equal(vary(image, Augmentation(copies=1), random), image)
    flipped = [vary(image, Augmentation(1, flip_left_right=True), random) for _ in range(12)]
    same = [np.array_equal(one, image) for one in flipped]
    mirrored = [np.array_equal(one, image[:, ::-1]) for one in flipped]
    assert any(same) and any(mirrored)
    assert all(a or b for a, b in zip(same, mirrored, strict=True))
    bright = vary(image, Augmentation(1, brightness=0.3), np.random.default_rng(4))
    assert 0.05 < abs(bright.mean() / image.mean() - 1) < 0.31
    turned = vary(image, Augmentation(1, rotation=90), np.random.default_rng(1))
    assert turned.shape == image.shape
    assert not np.array_equal(turned, image)


def test_copies_follow_the_originals_and_the_seed(tmp_path: Path) -> None:
    found = find_images(write_images(tmp_path / "data", 2))
    images = prepare(found.folder, found.images, Preparation(32, "rgb", "none"))[0]
    how = Augmentation(copies=2, rotation=10, flip_left_right=True)
    more, labels = with_copies(images, np.arange(8), how, 5)
    assert more.shape == (24, 32, 32, 3)
    assert labels.tolist() == [*range(8)] * 3
    assert np.array_equal(more[:8], images)
    assert np.array_equal(more, with_copies(images, np.arange(8), how, 5)[0])
    assert write_copies(tmp_path / "out", found.images, images, how, 5) == 16
    written = tmp_path / "out" / "glioma" / "glioma_1-1.png"
    with Image.open(written) as image:
        assert np.array_equal(np.asarray(image), more[8])
