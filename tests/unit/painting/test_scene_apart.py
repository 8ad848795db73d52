"""What was found in the other sequences is not painted over one that does not lie over them."""

from dataclasses import replace

from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import Fusion, FusionMode
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.slice_scene import SliceScene
from tests.phantoms import marker_study

BLEND = Fusion(FusionMode.BLEND)
SHOWN = Overlays(lesion=True, segmentation=True, parts=True, fusion=BLEND, crosshair=True)


def scene(modality: Modality) -> SliceScene:
    study = marker_study()
    apart = replace(study.volumes[Modality.T1], unplaced=True)
    study = replace(study, volumes={**study.volumes, Modality.T1: apart})
    return SliceScene(study, modality, Plane.AXIAL, 3, Window(500, 1000), overlays=SHOWN)


def test_nothing_of_the_others_is_painted_over_it() -> None:
    shown = scene(Modality.T1).overlays
    assert scene(Modality.T1).apart
    assert not (shown.lesion or shown.segmentation or shown.parts or shown.fusion.mode)
    assert shown.crosshair


def test_the_others_stay_as_they_are() -> None:
    assert not scene(Modality.FLAIR).apart
    assert scene(Modality.FLAIR).overlays == SHOWN
