"""The automatic window: the brain fills the greys, whatever the scanner's unit, skull or not."""

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import Window, auto_window

DATA = Path(os.environ.get("BRAINVIEWER_DATA", Path(__file__).parents[4] / "shared" / "data"))
SHAPE = (60, 72, 48)
GREY, WHITE, FLUID, SCALP, BONE = 300.0, 400.0, 120.0, 1500.0, 20.0


def _ball(radius: float, centre: tuple[float, float, float] = (0, 0, 0)) -> NDArray[np.bool_]:
    axes = np.meshgrid(*(np.linspace(-1, 1, count) for count in SHAPE), indexing="ij")
    return sum((a - c) ** 2 for a, c in zip(axes, centre, strict=True)) <= radius**2


def _brain(noise: float = 8.0) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """A stripped T1: white matter in grey matter, ventricles, noise; and where the brain is."""
    brain = _ball(0.7)
    image = np.where(brain, GREY, 0.0)
    image[_ball(0.5)] = WHITE
    image[_ball(0.25)] = FLUID
    image += np.random.default_rng(3).normal(0, noise, SHAPE) * brain
    return image.astype(np.float32), brain


def _with_skull() -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The same brain in bone and bright scalp, in noisy air."""
    image, brain = _brain()
    image[_ball(0.85) & ~brain] = BONE
    image[_ball(0.95) & ~_ball(0.85)] = SCALP
    air = np.abs(np.random.default_rng(4).normal(0, 9, SHAPE))
    return np.where(_ball(0.95), image, air).astype(np.float32), brain


def _middle(window: Window, values: NDArray) -> float:
    """The fraction of values in the middle four fifths of the greys."""
    grey = (values - window.low) / window.width
    return float(np.mean((grey > 0.1) & (grey < 0.9)))


def _grey(window: Window, value: float) -> float:
    return (value - window.low) / window.width


@pytest.mark.parametrize("made", [_brain, _with_skull], ids=["stripped", "with skull"])
def test_brain_fills_the_greys_with_and_without_skull(made) -> None:
    image, brain = made()
    window = auto_window(image)
    assert _middle(window, image[brain]) > 0.85
    assert _grey(window, WHITE) - _grey(window, GREY) > 0.15
    assert window.low > 0


def test_air_is_black_where_it_is_noisy() -> None:
    image, _ = _with_skull()
    air = image[~_ball(0.95)]
    assert np.median(auto_window(image).apply(air)) == 0


def test_unit_and_offset_of_the_scanner_change_nothing() -> None:
    image, _ = _brain()
    reference = auto_window(image)
    for scale, offset in ((0.001, 0.0), (20.0, 0.0), (1.0, -1024.0), (0.01, 5.0)):
        window = auto_window((image * scale + offset).astype(np.float32))
        assert window.low == pytest.approx(reference.low * scale + offset, rel=1e-3, abs=0.02)
        assert window.high == pytest.approx(reference.high * scale + offset, rel=1e-3, abs=0.02)


def test_values_normalised_about_zero_are_all_brain() -> None:
    image, brain = _brain()
    normal = np.where(brain, (image - image[brain].mean()) / image[brain].std(), 0)
    window = auto_window(normal.astype(np.float32))
    assert _middle(window, normal[brain]) > 0.85


def test_dark_brain_of_a_heavy_t2_is_not_taken_for_air() -> None:
    brain = _ball(0.7)
    image = np.where(brain, 70.0, 0.0) + np.random.default_rng(5).normal(0, 6, SHAPE) * brain
    image[_ball(0.25, (0.2, 0, 0))] = 800.0
    window = auto_window(image.astype(np.int16))
    tissue = image[brain & ~_ball(0.25, (0.2, 0, 0))]
    assert _grey(window, float(np.median(tissue))) > 0.1


def test_lesion_brighter_than_the_brain_is_told_from_white() -> None:
    image, _ = _brain()
    lesion = _ball(0.15, (0.3, 0.2, 0.1))
    image[lesion] = 560.0
    window = auto_window(image)
    assert _grey(window, WHITE) + 0.1 < _grey(window, 560.0) < 1


@pytest.mark.parametrize("value", [0, 7, -3])
def test_all_equal_values_have_a_window(value: int) -> None:
    window = auto_window(np.full(SHAPE, value, np.int16))
    assert window.width >= 1
    assert np.isfinite([window.low, window.high]).all()


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 1), (300, 2, 5)])
def test_small_and_flat_volumes_have_a_window(shape: tuple[int, int, int]) -> None:
    values = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    window = auto_window(values)
    assert window.width > 0


STUDIES = sorted(p.name for p in (DATA / "studies").iterdir()) if DATA.is_dir() else ["(none)"]


@pytest.mark.data
@pytest.mark.skipif(not DATA.is_dir(), reason="needs the research studies")
@pytest.mark.parametrize("name", STUDIES)
def test_brain_of_real_studies_lies_in_the_middle_greys(name: str) -> None:
    from brainviewer.imaging.preprocess.brain import find_brain, find_head
    from tests.studies import opened

    study = opened(name)
    flair = study.volumes[Modality.FLAIR].data.astype(np.float32)
    if name.startswith("native"):
        head = find_head(flair)
        brain, air = find_brain(flair, head, study.grid.spacing), ~head
    else:
        brain = np.all([volume.data > 0 for volume in study.volumes.values()], axis=0)
        air = np.all([volume.data == 0 for volume in study.volumes.values()], axis=0)
    for modality, volume in study.volumes.items():
        window = auto_window(volume.data)
        values = volume.data[brain].astype(np.float32)
        assert _middle(window, values) > 0.8, modality
        # Neither crushed into the dark nor into the bright.
        assert 0.18 < _grey(window, float(np.median(values))) < 0.75, modality
        assert np.mean(window.apply(volume.data[air]) > 13) < 0.1, modality
    # Grey and white matter lie apart on T1.
    window = auto_window(study.volumes[Modality.T1].data)
    quarters = np.percentile(study.volumes[Modality.T1].data[brain], (25, 75))
    assert _grey(window, quarters[1]) - _grey(window, quarters[0]) > 0.12
    if study.segmentation is not None:
        lesion = study.segmentation.data > 0
        t2 = study.volumes[Modality.T2].data
        window = auto_window(t2)
        inside, outside = (float(np.median(t2[part])) for part in (lesion, brain & ~lesion))
        assert _grey(window, inside) - _grey(window, outside) > 0.05
        assert np.mean(t2[lesion] >= window.high) < 0.25


def test_it_takes_little_memory() -> None:
    image = np.rint(_with_skull()[0]).astype(np.int16, order="F")
    tracemalloc.start()
    try:
        auto_window(image)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * image.nbytes
