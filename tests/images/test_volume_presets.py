"""Each look of the 3D view beside a picture of it that was looked at and found right.

``python -m tests.images.test_volume_presets`` makes the pictures anew, to be looked at again.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.app.opening.study import demo_paths, open_study
from brainviewer.core.errors import silent
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.study import Modality
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.mask_surface import mask_surface
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import VolumeView, three_quarter
from brainviewer.painting.volume.voxels.presets import PRESETS

FOLDER = Path(__file__).parent / "volume_presets"
SIZE = (160, 140)
MODALITIES = {"vessels": Modality.T1CE}
OPACITIES = {"hot": 0.9, "vessels": 0.9}
"""Where the usual ones show next to nothing of the demo."""
MEAN, FAR, MOST_FAR = 0.8, 40, 0.01
"""Grey levels on average, and how many pixels may be so far off: about what edges may differ by
between versions of OpenCV."""


class Demo:
    """The demo with its tumour in 3D. opengl : whether that draws the tumour."""

    def __init__(self, opengl: bool) -> None:
        self.study = open_study(demo_paths(), silent)
        mask = np.asarray(nib.load(demo_paths()[0].with_name("demo_seg.nii.gz")).dataobj) > 0
        mesh = mask_surface(mask, self.study.grid)
        assert mesh is not None
        self._surface = Surface(mesh)
        self.scene = VolumeScene(GraphicsChoice(DrawnBy.PROCESSOR, "", opengl=opengl))
        self._shown: Modality | None = None

    def draw(self, preset: str) -> NDArray[np.uint8]:
        """The picture (height, width, 3) of a look."""
        modality = MODALITIES.get(preset, Modality.FLAIR)
        if modality is not self._shown:
            self.scene.set_study(self.study, modality)
            self.scene.set_surfaces([self._surface])
            self._shown = modality
        view = VolumeView(three_quarter("L"), preset=preset)
        self.scene.view = view.shown(opacity=OPACITIES.get(preset))
        return self.scene.render_image(SIZE)


@pytest.fixture(scope="module", params=[True, False], ids=["OpenGL", "processor alone"])
def demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    made = Demo(request.param)
    yield made
    made.scene.close()


def kept(preset: str) -> NDArray[np.uint8]:
    image = cv2.imread(str(FOLDER / f"{preset}.png"), cv2.IMREAD_COLOR_RGB)
    assert image is not None, preset
    return np.asarray(image)


def alike(image: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    apart = np.abs(image.astype(int) - other).max(axis=2)
    return bool(apart.mean() < MEAN and (apart > FAR).mean() < MOST_FAR)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_looks_as_it_did(demo: Demo, preset: str) -> None:
    assert alike(demo.draw(preset), kept(preset))


def test_no_two_of_the_pictures_are_taken_for_each_other() -> None:
    names = list(PRESETS)
    taken = [(a, b) for a in names for b in names if a < b and alike(kept(a), kept(b))]
    assert taken == []


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    anew = Demo(opengl=True)
    for name in PRESETS:
        cv2.imwrite(str(FOLDER / f"{name}.png"), anew.draw(name)[..., ::-1])
    anew.scene.close()
