"""What a picture of the 3D view shows, in words."""

import numpy as np

from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.view import LOOK_NAMES, LOOKS, Rotation, VolumeView
from brainviewer.painting.volume.voxels.clip import Clip, ClipPlane
from brainviewer.painting.volume.voxels.presets import PRESETS

_TOWARDS = 0.25
"""The cosine from which on a side of the patient is named; about 75°."""
_STRAIGHT = 0.9995
"""The cosine of two degrees."""
_ON_SLICE = 0.05
"""How far from the middle of a slice a cut along it may be, in slices."""


def volume_title(shown: RenderRequest) -> str:
    """The sequence, as it stands in the corner of the picture."""
    name = f"{shown.modality} 3D" if shown.modality is not None else "3D"
    if (second := shown.second) is not None:
        name = f"{second.modality} {100 * second.share:.0f}\u00a0% over {name}"
    return f"{name}, without the skull" if shown.bare else name


def volume_text(shown: RenderRequest, turning: bool = False) -> str:
    """Look, direction and cuts of the picture, for the lines below it.

    turning : the head is turned once, so that it is seen from all around.
    """
    view = shown.view
    said = [f"{volume_title(shown)}, look “{_look(view)}”"]
    if turning:
        said.append("turned once about the patient's long axis")
    elif shown.study is None or shown.study.grid.oriented:
        said.append(f"seen from {direction_text(view.rotation)}")
    said.append("in perspective" if view.perspective else "without perspective")
    percent = (f"{name} {100 * value:.0f}\u00a0%" for name, value in (
        ("opacity", view.opacity), ("contrast", view.contrast)))  # fmt: skip
    said += [*percent, *_cuts(view.clip, shown.study)]
    said += [f"with {plane} slice {index + 1}" for plane, index in shown.slices.cuts]
    return " · ".join(said)


def direction_text(rotation: Rotation) -> str:
    """The sides of the patient that face the viewer, the nearest first."""
    facing = {name: float(rotation[2] @ LOOKS[name][0]) for name in LOOKS}
    nearest = sorted(facing, key=lambda name: -facing[name])
    if facing[nearest[0]] > _STRAIGHT:
        return LOOK_NAMES[nearest[0]]
    *first, last = (LOOK_NAMES[name] for name in nearest if facing[name] > _TOWARDS)
    return f"{', '.join(first)} and {last}" if first else last


def _look(view: VolumeView) -> str:
    if view.preset not in PRESETS:
        return view.preset
    name = PRESETS[view.preset].name
    return name if view.own is None else f"{name}, edited"


def _cuts(clip: Clip, study: Study | None) -> list[str]:
    said = []
    if clip.box is not None:
        said.append("cut to a box")
    if clip.plane is not None:
        normal = np.array(clip.plane.normal) / np.linalg.norm(clip.plane.normal)
        point = np.array(clip.plane.point)
        axis = int(np.abs(normal).argmax())
        straight = abs(normal[axis]) > _STRAIGHT
        side = "RAS"[axis] if point[axis] >= 0 else "LPI"[axis]
        at = f"{side} {abs(point[axis]):.0f}\u00a0mm" if straight else _slice(clip.plane, study)
        said.append(f"cut by a plane at {at}" if at else "cut by a plane")
    if clip.peel_mm > 0:
        said.append(f"{clip.peel_mm:.0f}\u00a0mm taken off the surface")
    return said


def _slice(cut: ClipPlane, study: Study | None) -> str:
    """The slice that a cut goes along, counted from 1, or ""; grids may be oblique."""
    if study is None:
        return ""
    normal = np.array(cut.normal) / np.linalg.norm(cut.normal)
    for view in (SliceView.of(study.grid, plane) for plane in Plane):
        place = float(study.grid.to_voxel(cut.point)[view.axis])
        index = view.index_of(cut.point)
        if abs(float(view.normal @ normal)) > _STRAIGHT and abs(place - index) < _ON_SLICE:
            return f"{view.plane} slice {index + 1}"
    return ""
