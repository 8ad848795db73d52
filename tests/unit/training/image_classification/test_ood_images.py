"""Out-of-scope images: drawn, cut, and sliced."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.training.image_classification.data.drawn_images import drawn
from brainviewer.training.image_classification.data.ood_images import (
    cuts,
    from_sources,
    volume_slices,
    write_images,
)


def volume(values: np.ndarray, spacing: tuple[float, float, float]) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(values)
    image.SetSpacing(spacing)
    return image


def test_drawn_images_are_of_every_kind_and_repeatable() -> None:
    first = list(drawn(np.random.default_rng(0)))
    kinds = [kind for kind, _, _ in first]
    assert all(kinds.count(kind) >= 20 for kind in ("text", "plot", "blank", "noise"))
    assert len({(kind, name) for kind, name, _ in first}) == len(first)
    again = drawn(np.random.default_rng(0))
    assert all(np.array_equal(a[2], b[2]) for a, b in zip(first[:12], again, strict=False))


def test_parts_keep_what_they_must() -> None:
    image = np.arange(100 * 80, dtype=np.int64).reshape(100, 80).astype(np.uint8)
    parts = cuts(image, 9, 0.5, np.random.default_rng(1))
    assert len(parts) == 10
    assert all(50 <= part.shape[0] <= 100 and 40 <= part.shape[1] <= 80 for part in parts)


def test_slices_have_square_pixels_and_the_top_of_the_body_on_top() -> None:
    values = np.zeros((40, 60, 50), np.int16)
    values[20:, 10:50, 10:40] = 900
    values[:20, 10:50, 10:40] = 300
    slices = volume_slices(volume(values, (1.0, 1.0, 2.0)), 4)
    assert [one.shape for one in slices] == [(60, 50)] * 4 + [(80, 50)] * 2 + [(80, 60)] * 2
    side = slices[-1]
    assert side[:35].max() > side[45:].max()


def test_thick_slices_and_single_ones_are_shown_from_the_front_only() -> None:
    values = np.random.default_rng(0).integers(0, 900, (40, 50, 60)).astype(np.int16)
    assert len(volume_slices(volume(values, (1.0, 1.0, 6.0)), 4)) == 4
    assert len(volume_slices(volume(values[:1], (5.0, 5.0, 1.0)), 4)) == 1
    assert len(volume_slices(SimpleITK.GetImageFromArray(values[0]), 4)) == 1


def test_ct_is_shown_in_windows() -> None:
    values = np.full((3, 64, 64), -1000, np.int16)
    values[:, 10:50, 10:50] = 40
    soft, bone, brain = volume_slices(volume(values, (1.0, 1.0, 5.0)), 3)
    assert soft[30, 30] == brain[30, 30] == 128
    assert bone[30, 30] == pytest.approx(76, abs=1)
    assert soft[0, 0] == 0


def test_sources_become_a_folder_for_each_kind(tmp_path: Path) -> None:
    sources, out = tmp_path / "sources", tmp_path / "out"
    (sources / "CT").mkdir(parents=True)
    values = np.full((3, 64, 64), -1000, np.int16)
    values[:, 10:50, 10:50] = 40
    SimpleITK.WriteImage(volume(values, (1.0, 1.0, 5.0)), str(sources / "CT/body.nii.gz"))
    random = np.random.default_rng(0)
    assert write_images(out, from_sources(sources, random)) == {"CT": 3}
    written = read_image2d(out / "CT/body-00.png")
    assert written.pixels[30, 30] == 128
    (sources / "CT/letter.txt").write_text("no volume")
    with pytest.raises(FileError, match=r"letter\.txt"):
        list(from_sources(sources, random))
