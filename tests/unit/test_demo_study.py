"""The embedded demo study: what it promises to show, and that its script still makes it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import nibabel as nib
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "demo"
NAMES = ("flair", "t1", "t1ce", "t2", "seg")
NECROSIS, OEDEMA, ENHANCING = 1, 2, 4

Study = dict[str, np.ndarray[Any, Any]]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "packaging" / "demo" / "make_demo_study.py"
    spec = importlib.util.spec_from_file_location("make_demo_study", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def images() -> dict[str, nib.Nifti1Image]:
    return {name: nib.load(FOLDER / f"demo_{name}.nii.gz") for name in NAMES}


@pytest.fixture(scope="module")
def demo(images: dict[str, nib.Nifti1Image]) -> Study:
    return {name: np.asarray(image.dataobj) for name, image in images.items()}


@pytest.fixture(scope="module")
def healthy(script: ModuleType) -> Study:
    return script.synthesise(healthy=True, step=2)


def median(study: Study, name: str, mask: np.ndarray[Any, Any]) -> float:
    return float(np.median(study[name][mask]))


def white_matter(study: Study) -> np.ndarray[Any, Any]:
    """The brightest tissue on T1, without tumour."""
    t1 = study["t1"]
    return (t1 > np.percentile(t1[t1 > 0], 75)) & (study["seg"] == 0)


def test_files_have_the_brats_grid_and_say_that_they_are_synthetic(images, script):
    for name, image in images.items():
        assert image.shape == (240, 240, 155)
        assert np.array_equal(image.affine, script.AFFINE)
        assert nib.aff2axcodes(image.affine) == ("L", "P", "S")
        assert image.get_data_dtype() == (np.uint8 if name == "seg" else np.int16)
        assert bytes(image.header["descrip"].item()).startswith(b"SYNTHETIC")


def test_folder_is_small_and_carries_the_licence_of_the_template():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 8_000_000
    assert "McGill University" in (FOLDER / "LICENSE-ICBM152.txt").read_text(encoding="utf-8")


def test_brain_is_stripped_alike_in_all_sequences(demo):
    brain = demo["flair"] > 0
    assert 1_100_000 < brain.sum() < 1_700_000  # mm3
    for name in ("t1", "t1ce", "t2"):
        assert np.array_equal(demo[name] > 0, brain)
    assert not np.any(demo["seg"][~brain])


def test_tumour_is_on_the_left_and_has_all_three_parts(demo):
    seg = demo["seg"]
    assert set(np.unique(seg)) == {0, NECROSIS, OEDEMA, ENHANCING}
    left = np.nonzero(seg)[0]  # i runs to the patient's left, midline near 119
    assert np.mean(left > 119) > 0.99
    assert 40_000 < len(left) < 150_000  # mm3


def test_each_part_has_its_contrast(demo):
    seg, white = demo["seg"], white_matter(demo)
    assert median(demo, "flair", seg == OEDEMA) > 1.3 * median(demo, "flair", white)
    assert median(demo, "flair", seg > 0) > 1.2 * median(demo, "flair", white)
    assert median(demo, "t2", seg == OEDEMA) > 1.3 * median(demo, "t2", white)
    assert median(demo, "t1", seg == OEDEMA) < 0.9 * median(demo, "t1", white)
    # The ring is bright after contrast medium only; its core is not.
    assert median(demo, "t1ce", seg == ENHANCING) > 1.4 * median(demo, "t1ce", white)
    assert median(demo, "t1", seg == ENHANCING) < median(demo, "t1", white)
    assert median(demo, "t1ce", seg == NECROSIS) < 0.5 * median(demo, "t1ce", seg == ENHANCING)


def test_core_lies_inside_the_ring_at_the_largest_slice(demo):
    seg = demo["seg"]
    k = int(np.argmax((seg > 0).sum((0, 1))))
    core, ring = (np.argwhere(seg[..., k] == label) for label in (NECROSIS, ENHANCING))
    assert len(core) > 50
    assert np.all(ring.min(0) < core.min(0))
    assert np.all(ring.max(0) > core.max(0))


def test_fluid_is_dark_on_flair_and_t1_and_bright_on_t2(healthy):
    fluid = healthy["t2"] > 1250
    assert fluid.sum() > 1000
    white = white_matter(healthy)
    assert median(healthy, "flair", fluid) < 0.6 * median(healthy, "flair", white)
    assert median(healthy, "t1", fluid) < 0.6 * median(healthy, "t1", white)


def test_healthy_twin_has_no_lesion(healthy, demo):
    assert healthy["flair"].shape == (120, 120, 78)
    assert not healthy["seg"].any()
    # Where the demo has its oedema, the twin is as bright as the other side of the head.
    oedema = demo["seg"][::2, ::2, ::2] == OEDEMA
    other = oedema[::-1]  # mirrored at i = 119 of the full grid
    brain = healthy["flair"] > 0
    here, there = (np.mean(healthy["flair"][m & brain]) for m in (oedema, other))
    assert here == pytest.approx(there, rel=0.05)


def test_mass_effect_pushes_the_midline_to_the_right(healthy, demo):
    # Fluid of the fissure between the hemispheres beside the tumour, on a grid of 2 mm.
    fissure = slice(50, 70), slice(65, 85), slice(56, 60)

    def midline(t2):
        bright = t2[fissure].astype(float).clip(900) - 900
        return (bright.sum((1, 2)) @ np.arange(50, 70)) / bright.sum()

    assert midline(demo["t2"][::2, ::2, ::2]) < midline(healthy["t2"]) - 0.5


def test_script_makes_the_committed_files(script, demo):
    made = script.synthesise()
    for name in NAMES:
        assert made[name].dtype == demo[name].dtype
        assert np.mean(made[name] == demo[name]) > 0.999, name
