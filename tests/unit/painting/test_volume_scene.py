"""The 3D scene: its parts, its views, its images, and the thread that draws them."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid, voxel_to_world
from brainviewer.core.graphics.probe import is_software
from brainviewer.core.study import Modality, Study
from brainviewer.painting.volume import scene_window
from brainviewer.painting.volume.block import canonical, coarsened, mask_block
from brainviewer.painting.volume.lesion_surfaces import bare_brain
from brainviewer.painting.volume.scene import VolumeScene, render_volume
from brainviewer.painting.volume.scene_letters import draw_letters
from brainviewer.painting.volume.scene_window import listen_to_vtk
from brainviewer.painting.volume.view import (
    LARGEST,
    LOOKS,
    SMALLEST,
    VolumeView,
    first_view,
    look_rotation,
    turned,
)
from brainviewer.painting.volume.voxels.block_values import BRIGHTEST, TISSUE
from brainviewer.painting.volume.voxels.head_block import head_block
from brainviewer.painting.volume.worker import VolumeWorker
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_finding,
    marker_mask,
    marker_position,
    marker_study,
    oblique_grid,
)

SIZE = (120, 100)
RenderedImage = NDArray[np.uint8]


@pytest.fixture(scope="module")
def study() -> Study:
    return marker_study(oblique_grid(), (Modality.FLAIR, Modality.T1))


@pytest.fixture(scope="module")
def scene() -> Iterator[VolumeScene]:
    scene = VolumeScene()
    yield scene
    scene.close()


@pytest.fixture
def shown(scene: VolumeScene, study: Study) -> VolumeScene:
    scene.set_study(study, Modality.T1)
    scene.view = VolumeView()
    return scene


def amber(image: RenderedImage) -> int:
    red, green, blue = (image[..., n].astype(int) for n in range(3))
    return int(((red - blue > 50) & (red > green)).sum())


# Blocks


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_canonical_keeps_every_voxel_in_its_place(case) -> None:
    grid = grid_of(*case, tilt_degrees=(9, 5, -7))
    data = np.random.default_rng(1).random(grid.shape)
    turned_data, affine = canonical(data, grid)
    assert np.linalg.det(affine) > 0
    assert (np.diag(affine)[:3] > 0).all()
    for index in ((0, 0, 0), (3, 5, 7), (11, 2, 30)):
        old = np.rint(grid.to_voxel(voxel_to_world(affine, index))).astype(int)
        assert turned_data[index] == data[tuple(old)]


def test_coarsening_keeps_a_marker_in_its_place() -> None:
    grid = grid_of((0, 1, 2), (1, 1, 1))
    data = marker_mask(grid).astype(np.float32)
    small, affine = coarsened(data, grid.affine, 3.0)
    assert small.shape == (20, 16, 32 // 2)
    where = np.indices(small.shape).reshape(3, -1) @ small.ravel() / small.sum()
    assert voxel_to_world(affine, where) == pytest.approx(marker_position(grid), abs=0.6)


def test_thick_slices_are_interpolated() -> None:
    affine = np.diag([1.0, 1.0, 6.0, 1.0])
    data = np.broadcast_to(np.arange(5.0), (8, 8, 5))
    small, finer = coarsened(data, affine, 2.0)
    assert small.shape == (4, 4, 13)
    assert small[0, 0] == pytest.approx(np.arange(13) / 3, abs=1e-5)
    assert finer[2, 2] == pytest.approx(2)


def test_head_block_brings_the_median_to_ordinary_tissue(study: Study) -> None:
    for volume in study.volumes.values():
        block = head_block(volume.data, volume.grid)
        inside = block.values[block.values > 0.2 * BRIGHTEST]
        assert np.median(inside) / BRIGHTEST == pytest.approx(TISSUE, abs=0.1)


def test_head_block_leaves_out_the_noise_around_the_head() -> None:
    study = marker_study()
    data = study.reference.data.copy()
    data[:2, :2, :2] = 300
    clean = head_block(study.reference.data, study.grid)
    assert head_block(data, study.grid).values.shape == clean.values.shape
    assert all(n < m for n, m in zip(clean.values.shape, (60, 48, 64), strict=True))


@pytest.mark.parametrize("case", AXIS_CASES[::11], ids=case_name)
def test_the_brain_alone_stands_where_it_stood_in_the_head(
    case: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    grid = grid_of(*case)
    study = marker_study(grid)
    head = head_block(study.reference.data, grid)
    points = grid.to_world(np.indices(grid.shape).reshape(3, -1).T) - grid.centre
    brain = ((points**2).sum(axis=1) < 20**2).reshape(grid.shape)
    bare = head_block(study.reference.data, grid, brain)
    assert bare.values.shape == head.values.shape
    np.testing.assert_allclose(bare.affine, head.affine)
    places = voxel_to_world(bare.affine, np.argwhere(np.ones(bare.values.shape, bool)))
    away = np.linalg.norm(places - grid.centre, axis=1).reshape(bare.values.shape)
    assert not bare.values[away > 27].any()
    assert head.values[away > 27].any()
    assert (bare.values[away < 12] > 0).mean() == (head.values[away < 12] > 0).mean()


def test_the_skull_goes_with_the_finding_and_comes_back_when_asked_for() -> None:
    study = marker_study()
    brain = np.ones(study.grid.shape, bool)
    with_skull = replace(marker_finding(study), brain=brain, with_skull=True)
    assert bare_brain(study, with_skull) is brain
    assert bare_brain(study, with_skull, skull=True) is None
    assert bare_brain(study, replace(with_skull, with_skull=False)) is None  # nothing to take away
    assert bare_brain(study, None) is None
    assert bare_brain(study, replace(with_skull, brain=brain[:-1])) is None  # of another study


@pytest.mark.parametrize("value", [0, 7])
def test_constant_volume_is_no_reason_to_stop(value: int) -> None:
    grid = grid_of()
    block = head_block(np.full(grid.shape, value, np.int16), grid)
    assert np.isfinite(block.affine).all()


def test_a_volume_smaller_than_a_millimetre_is_drawn(scene: VolumeScene) -> None:
    grid = Grid((48, 48, 32), np.diag([0.01, 0.01, 0.01, 1.0]))
    scene.set_study(marker_study(grid, (Modality.FLAIR,)), Modality.FLAIR)
    scene.view = VolumeView()
    assert scene.render_image(SIZE).shape == (100, 120, 3)


def test_mask_block_is_empty_only_for_an_empty_mask() -> None:
    grid = grid_of()
    assert mask_block(np.zeros(grid.shape, bool), grid) is None
    edge = np.zeros(grid.shape, bool)
    edge[:3, :3, :3] = True
    block = mask_block(edge, grid)
    assert block is not None
    # The surface must close: nothing of the lesion touches the block's border.
    border = np.ones(block.values.shape, bool)
    border[1:-1, 1:-1, 1:-1] = False
    assert block.values[border].max() < 0.5 < block.values.max()


# Views


@pytest.mark.parametrize("letter", LOOKS)
def test_standard_views_are_rotations(letter: str) -> None:
    rotation = look_rotation(letter)
    assert np.linalg.det(rotation) == pytest.approx(1)
    assert rotation @ rotation.T == pytest.approx(np.eye(3))


def test_what_faces_the_viewer_follows_the_hand() -> None:
    nose = np.array((0.0, 1.0, 0.0))
    right, up, near = turned(look_rotation("A"), 30, 0) @ nose
    assert (right, up) == pytest.approx((0.5, 0))
    assert near == pytest.approx(np.sqrt(0.75))
    right, up, near = turned(look_rotation("A"), 0, 30) @ nose
    assert (right, up) == pytest.approx((0, 0.5))
    assert turned(look_rotation("A"), -90, 0) == pytest.approx(look_rotation("L"), abs=1e-9)


def test_many_small_turns_do_not_shear() -> None:
    view = VolumeView()
    for _ in range(2000):
        view = view.turned(0.7, 0.3)
    assert view.rotation @ view.rotation.T == pytest.approx(np.eye(3), abs=1e-9)


def test_settings_stay_within_their_limits() -> None:
    view = VolumeView().shown(opacity=3, contrast=-1, size=100)
    assert (view.opacity, view.contrast, view.size) == (1, 0, LARGEST)
    assert view.shown(size=0).size == SMALLEST


def test_first_view_shows_the_side_of_the_tumour() -> None:
    study = marker_study()
    finding = marker_finding(study)
    assert first_view(study, finding).rotation[2][0] < 0
    x, y, z = study.grid.centre + np.array((20, 0, 0))
    assert first_view(study, replace(finding, position_mm=(x, y, z))).rotation[2][0] > 0


# Images


def test_every_setting_changes_the_image(shown: VolumeScene) -> None:
    first = shown.render_image(SIZE)
    assert first.shape == (SIZE[1], SIZE[0], 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, shown.render_image(SIZE))
    for change in (
        {"opacity": 0.9},
        {"opacity": 0.2},
        {"contrast": 0.9},
        {"contrast": 0.1},
        {"size": 1.6},
        {"size": 0.6},
    ):
        shown.view = VolumeView()
        shown.view = shown.view.shown(**change)
        assert np.abs(shown.render_image(SIZE).astype(int) - first).mean() > 1, change
    shown.view = VolumeView()
    shown.view = shown.view.turned(25, 10)
    assert np.abs(shown.render_image(SIZE).astype(int) - first).mean() > 1


def test_more_opacity_is_more_light_and_none_is_none(shown: VolumeScene) -> None:
    light = []
    for opacity in (0, 0.3, 0.6, 1):
        shown.view = shown.view.shown(opacity=opacity)
        light.append(shown.render_image(SIZE)[:60, 40:].mean())
    assert light == sorted(light)
    assert light[0] < 12 < light[-1] / 3


def test_size_magnifies(shown: VolumeScene) -> None:
    areas = []
    shown.view = shown.view.shown(opacity=1)
    for size in (0.6, 1.0):
        shown.view = shown.view.shown(size=size)
        areas.append((shown.render_image((200, 200)).mean(axis=2)[:, 70:] > 40).sum())
    assert areas[1] > 1.6 * areas[0]


def test_tumour_is_amber_inside_the_translucent_brain(shown: VolumeScene, study: Study) -> None:
    assert amber(shown.render_image(SIZE)) == 0
    shown.set_lesion(marker_finding(study))
    through_brain = amber(shown.render_image(SIZE))
    assert through_brain > 20
    shown.view = shown.view.shown(opacity=1)
    assert amber(shown.render_image(SIZE)) < through_brain
    shown.set_lesion(TumourFinding("lesion", found=False))
    shown.view = shown.view.shown(opacity=0.5)
    assert amber(shown.render_image(SIZE)) == 0


def test_new_study_takes_the_tumour_away(shown: VolumeScene, study: Study) -> None:
    shown.set_lesion(marker_finding(study))
    shown.set_study(study, Modality.FLAIR)
    assert amber(shown.render_image(SIZE)) == 0


def test_cursor_is_marked(shown: VolumeScene, study: Study) -> None:
    shown.view = shown.view.shown(opacity=0.2)
    before = shown.render_image(SIZE).astype(int)
    shown.set_cursor(study.grid.centre)
    assert np.abs(shown.render_image(SIZE) - before).max() > 60
    shown.set_cursor(None)
    assert np.array_equal(shown.render_image(SIZE), before)


def test_empty_scene_is_dark(scene: VolumeScene) -> None:
    scene.set_study(None)
    assert scene.render_image(SIZE).max() < 20


def test_image_has_any_size(shown: VolumeScene) -> None:
    for size in ((33, 77), (200, 50)):
        assert shown.render_image(size).shape == (size[1], size[0], 3)
    # A narrow image still shows the whole head.
    edge = shown.render_image((60, 200))[:, 0].astype(int)
    assert edge.max() < 40


def test_render_volume_draws_the_sequence_asked_for(study: Study) -> None:
    finding = marker_finding(study)
    images = [render_volume(study, finding, (160, 120), m) for m in (None, Modality.T1)]
    assert images[0].shape == (120, 160, 3)
    assert amber(images[0]) > 20
    assert np.array_equal(images[0], render_volume(study, finding, (160, 120), Modality.FLAIR))


# Starting


@pytest.mark.parametrize(
    ("renderer", "software"),
    [
        ("llvmpipe (LLVM 15.0.6, 256 bits)", True),
        ("softpipe", True),
        ("GDI Generic", True),
        ("NVIDIA GeForce RTX 3060/PCIe/SSE2", False),
        ("Mesa Intel(R) UHD Graphics 620 (KBL GT2)", False),
        ("Apple M2", False),
    ],
)
def test_software_renderers_are_known(renderer: str, software: bool) -> None:
    assert is_software(renderer) is software


_ATTEMPT = """
from brainviewer.core.errors import BrainViewerError
from brainviewer.painting.volume.scene import VolumeScene
try:
    scene = VolumeScene()
    scene.render_image((64, 64))
    print("drawn")
except BrainViewerError as error:
    print("refused:", error.message, "|", error.advice)
"""


def attempt(**environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "VTK"}}
    return subprocess.run(
        [sys.executable, "-c", _ATTEMPT],
        env=env | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="EGL is Linux's way of drawing off screen")
def test_needs_no_display_and_says_nothing() -> None:
    result = attempt()
    assert (result.returncode, result.stdout, result.stderr) == (0, "drawn\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="OpenGL is taken away by way of EGL")
def test_without_opengl_the_processor_draws_all() -> None:
    result = attempt(__EGL_VENDOR_LIBRARY_FILENAMES="/nonexistent")
    assert (result.returncode, result.stdout, result.stderr) == (0, "drawn\n", "")


def test_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    with pytest.raises(BrainViewerError, match="switched off"):
        VolumeScene()


def test_vtk_complains_to_the_log(
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

    monkeypatch.setattr(scene_window, "_told", set())
    listen_to_vtk()
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            vtkFlyingEdges3D().Update()
    said = [record.getMessage() for record in caplog.records]
    assert [text for text in said if "vtkFlyingEdges3D" in text] == said[:1]
    assert not any("0x" in text or "/" in text for text in said)
    assert capfd.readouterr() == ("", "")


# The thread


class Wall:
    """Where a worker hangs its images."""

    def __init__(self) -> None:
        self.images: list[RenderedImage] = []
        self.failures: list[str] = []
        self._news = threading.Condition()

    def drawn(self, image: RenderedImage) -> None:
        with self._news:
            self.images.append(image)
            self._news.notify_all()

    def failed(self, reason: str) -> None:
        with self._news:
            self.failures.append(reason)
            self._news.notify_all()

    def wait(self, until) -> bool:
        with self._news:
            return self._news.wait_for(until, 30)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def worker(wall: Wall) -> Iterator[VolumeWorker]:
    worker = VolumeWorker(wall.drawn, wall.failed)
    yield worker
    worker.close()
    assert not any(thread.name == "volume worker" for thread in threading.enumerate())


def test_worker_draws_coarsely_and_then_finely(
    worker: VolumeWorker, wall: Wall, study: Study
) -> None:
    worker.request(study=study, modality=Modality.T1, finding=marker_finding(study), size=SIZE)
    worker.start()
    assert wall.wait(lambda: len(wall.images) == 2)
    coarse, fine = wall.images
    assert coarse.shape == fine.shape == (SIZE[1], SIZE[0], 3)
    assert not np.array_equal(coarse, fine)
    assert np.array_equal(worker.render_image(SIZE), fine)
    assert amber(fine) > 20
    # At rest nothing is drawn.
    assert len(wall.images) == 2


def test_worker_draws_finely_at_once_when_the_hand_lets_go(
    worker: VolumeWorker, wall: Wall, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brainviewer.painting.volume.worker._SETTLE_SECONDS", 1000.0)
    worker.request(study=study, modality=Modality.T1, size=SIZE)
    worker.start()
    assert wall.wait(lambda: len(wall.images) == 1)
    worker.rest()
    assert wall.wait(lambda: len(wall.images) == 2)
    assert np.array_equal(worker.render_image(SIZE), wall.images[-1])
    # The next turn is waited for again.
    worker.request(view=VolumeView().turned(5, 0))
    assert wall.wait(lambda: len(wall.images) == 3)
    assert not np.array_equal(worker.render_image(SIZE), wall.images[-1])


def test_worker_draws_the_newest_view_only(worker: VolumeWorker, wall: Wall, study: Study) -> None:
    worker.request(study=study, modality=Modality.T1, size=SIZE)
    view = VolumeView()
    for _ in range(200):
        view = view.turned(1, 0)
        worker.request(view=view)
    worker.start()
    assert wall.wait(lambda: len(wall.images) == 2)
    expected = render_volume_like(study, view)
    assert np.array_equal(wall.images[-1], expected)


def render_volume_like(study: Study, view: VolumeView) -> RenderedImage:
    scene = VolumeScene()
    scene.set_study(study, Modality.T1)
    scene.view = view
    image = scene.render_image(SIZE)
    scene.close()
    return image


def test_worker_that_cannot_start_says_why(
    worker: VolumeWorker, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    worker.start()
    assert wall.wait(lambda: bool(wall.failures))
    assert "switched off" in wall.failures[0]
    with pytest.raises(BrainViewerError, match="switched off"):
        worker.render_image(SIZE)


def test_closed_worker_gives_no_image(worker: VolumeWorker) -> None:
    worker.close()
    with pytest.raises(BrainViewerError):
        worker.render_image(SIZE)


def test_worker_leaves_vtk_alone_until_it_starts() -> None:
    code = (
        "import sys, brainviewer.painting.volume.worker, brainviewer.painting.volume.view;"
        "sys.exit(any(name.startswith('vtk') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_letters_are_as_large_on_a_fine_screen(shown: VolumeScene) -> None:
    def reach(ratio: int) -> int:
        """Rows of the corner, in pixels, from the uppermost bright letter to the lowest."""
        image = shown.render_image((300 * ratio, 220 * ratio), ratio=ratio)
        corner = image[-90 * ratio :, : 75 * ratio].max(axis=-1)
        rows = np.flatnonzero((corner > 110).any(axis=1))
        return int(np.ptp(rows))

    usual = reach(1)
    assert usual > 30
    assert reach(2) == pytest.approx(2 * usual, abs=6)


def test_letters_of_a_large_view_are_no_larger_than_texts_and_grow_with_an_export() -> None:
    def height(size: int, ratio: float | None) -> int:
        image = np.zeros((size, size, 3), np.uint8)
        draw_letters(image, look_rotation("A"), ratio)
        rows = np.flatnonzero(image.any(axis=(1, 2)))
        return int(rows[-1] - rows[0])

    usual = height(500, 1.0)
    assert height(1400, 1.0) < 1.2 * usual
    assert height(2800, 2.0) == pytest.approx(2 * height(1400, 1.0), rel=0.05)
    assert height(200, 1.0) < usual
    assert height(1400, None) > 2.5 * height(500, None)
