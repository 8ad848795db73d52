"""Two sequences in one pane: which places come from which, and what the colours say."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.fusion import Fused, Fusion, FusionMode
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.imaging.sequence_difference import sequence_difference
from brainviewer.painting.fused_slice import coloured, mixed, swiped
from brainviewer.painting.slice_scene import SliceScene
from tests.phantoms import marker_study
from tests.unit.painting.test_slice_painter import BARE, painted

WINDOW = Window(500, 1000)
SIZE = (240, 240)


def fused(mode: FusionMode, **changes: object) -> Fused:
    plain = Fused(mode, Modality.T1, Modality.FLAIR, WINDOW, "gray", 0.5, 0.5)
    return replace(plain, **changes)


def with_data(study: Study, **data: np.ndarray) -> Study:
    volumes = {m: replace(v, data=data.get(m.name, v.data)) for m, v in study.volumes.items()}
    return replace(study, volumes=volumes)


@pytest.fixture
def study() -> Study:
    """T1 is dark everywhere, FLAIR as bright as the window goes."""
    study = marker_study()
    shape = study.grid.shape
    return with_data(study, T1=np.zeros(shape), FLAIR=np.full(shape, 1000.0))


def scene(study: Study, fused: Fused | None, plane: Plane = Plane.AXIAL) -> SliceScene:
    return SliceScene(study, Modality.T1, plane, 5, WINDOW, overlays=BARE, fused=fused)


@pytest.mark.parametrize("plane", Plane)
@pytest.mark.parametrize("swipe", [0.0, 0.25, 1.0])
def test_the_second_stands_on_the_right_of_the_line(study, plane, swipe) -> None:
    one = scene(study, fused(FusionMode.SWIPE, swipe=swipe), plane)
    seen = painted(one, SIZE)[..., 0]
    line = round(swipe * SIZE[0])
    whole = painted(scene(study, None, plane), SIZE)[..., 0]
    assert not seen[:, :line].any() and not whole.any()
    flair = painted(replace(one, modality=Modality.FLAIR, fused=None), SIZE)[..., 0]
    assert np.array_equal(seen[:, line:], flair[:, line:])


def test_what_is_laid_over_is_as_opaque_as_asked(study) -> None:
    for opacity in (0.0, 0.4, 1.0):
        one = fused(FusionMode.BLEND, opacity=opacity, colour_map="gray")
        middle = painted(scene(study, one), SIZE)[SIZE[0] // 2, SIZE[1] // 2]
        assert middle[:3] == pytest.approx(255 * opacity, abs=2)


def test_where_the_second_is_dark_the_first_stays_as_it_is() -> None:
    levels = np.full((4, 4), 90, np.uint8)
    second = np.zeros((4, 4))
    made = mixed(levels, "gray", second, None, fused(FusionMode.BLEND, opacity=1.0), (1, 1))
    assert (made == 90).all()


def test_both_colour_maps_are_kept_on_both_sides_of_a_checkerboard() -> None:
    levels = np.full((40, 40), 200, np.uint8)
    board = fused(FusionMode.CHECKERBOARD, colour_map="hot")
    made = mixed(levels, "viridis", np.full((40, 40), 500.0), None, board, (1, 1))
    colours = {tuple(colour) for colour in made.reshape(-1, 3)}
    grey = np.array([[200]], np.uint8), np.array([[127]], np.uint8)
    wanted = {
        tuple(coloured(one, name)[0, 0]) for one, name in zip(grey, ("viridis", "hot"), strict=True)
    }
    assert colours == wanted


def test_a_line_outside_leaves_one_of_them() -> None:
    one, other = np.zeros((2, 5), np.uint8), np.ones((2, 5), np.uint8)
    assert not swiped(one, other, 9).any()
    assert swiped(one, other, -3).all()


def _uptake(gain: float, offset: float) -> tuple[Study, np.ndarray]:
    """T1 and T1ce by two scales of a scanner, with one block that takes up contrast agent."""
    noise = np.random.default_rng(5)
    study = marker_study()
    shape = study.grid.shape
    tissue = noise.normal(500, 60, shape).astype(np.float32)
    tissue[: shape[0] // 4] = 0
    block = np.zeros(shape, bool)
    block[shape[0] // 2 : shape[0] // 2 + 3, 4:8, 4:8] = True
    before = tissue + noise.normal(0, 10, shape)
    bright = tissue + noise.normal(0, 10, shape)
    bright[block] += 400
    before[: shape[0] // 4] = bright[: shape[0] // 4] = 0
    return with_data(study, T1=before, T1CE=bright * gain + offset), block


@pytest.mark.parametrize(("gain", "offset"), [(1, 0), (2.5, 0), (0.02, 0), (1, 300)])
def test_only_what_took_up_contrast_agent_differs_whatever_the_scale(gain, offset) -> None:
    study, block = _uptake(gain, offset)
    t1ce, t1 = (study.volumes[m] for m in (Modality.T1CE, Modality.T1))
    found = sequence_difference(t1ce, t1)
    difference = found.of(t1ce.data, t1.data)
    head = t1.data > 0
    assert np.median(difference[block]) > 10
    assert abs(np.median(difference[head & ~block])) < 0.3
    assert np.mean(difference[head & ~block] > 4) < 0.01
    assert not difference[~head].any()


def test_a_constant_sequence_has_no_difference() -> None:
    study = marker_study()
    flat = replace(study.volumes[Modality.T1], data=np.zeros(study.grid.shape))
    assert sequence_difference(study.volumes[Modality.FLAIR], flat) is None


def test_the_second_is_one_that_lies_over_the_others() -> None:
    study = marker_study()
    apart = replace(study.volumes[Modality.T2], unplaced=True)
    study = replace(study, volumes={**study.volumes, Modality.T2: apart})
    over = Fusion(FusionMode.BLEND, Modality.T2)
    assert over.with_second(study) is Modality.FLAIR
    assert over.pair(study, Modality.T1) == (Modality.T1, Modality.FLAIR)
    assert over.pair(study, Modality.T2) is None
    assert over.pair(study, Modality.FLAIR) is None
    without = study.without([Modality.T1])
    assert Fusion(FusionMode.ENHANCEMENT).pair(without, Modality.FLAIR) is None
    assert Fusion().pair(study, Modality.T1) is None


def test_the_convention_turns_both(study) -> None:
    half = study.volumes[Modality.FLAIR].data.copy()
    half[: half.shape[0] // 2] = 0
    study = with_data(study, FLAIR=half)
    for convention in Convention:
        one = replace(scene(study, fused(FusionMode.SWIPE, swipe=0.0)), convention=convention)
        flair = replace(one, modality=Modality.FLAIR, fused=None)
        assert np.array_equal(painted(one, SIZE), painted(flair, SIZE))


def test_overlays_of_a_session_hold_the_fusion() -> None:
    assert Overlays(fusion=Fusion(FusionMode.SWIPE, swipe=0.3)).fusion.swipe == 0.3
