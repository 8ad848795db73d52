"""How the 3D view was seen, as plain data."""

from typing import Any

from brainviewer.painting.volume.looks.own_look import OwnLook
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.voxels.clip import Clip


def volume_record(shown: RenderRequest) -> dict[str, Any]:
    """Everything needed to see it so again; directions and places in RAS+.

    They are null where the study says nothing of sides.
    """
    view, study = shown.view, shown.study
    placed = study is None or study.grid.oriented
    return {
        "sequence": None if shown.modality is None else shown.modality.value,
        "blended": None
        if (second := shown.second) is None
        else {"sequence": second.modality.value, "share": round(second.share, 4)},
        "preset": view.preset,
        "own_look": None if view.own is None else OwnLook(view.preset, view.own).stored(),
        "opacity": round(view.opacity, 4),
        "contrast": round(view.contrast, 4),
        "size": round(view.size, 4),
        "shift": [round(part, 4) for part in view.place],
        "perspective": view.perspective,
        "screen_axes": _numbers(view.rotation, 6) if placed else None,
        "without_skull": shown.bare,
        "parts": shown.parts,
        "prior": shown.prior is not None,
        "slices": [{"plane": p.value, "slice": index} for p, index in shown.slices.cuts],
        "cut": _cut(view.clip, placed) if view.clip else None,
    }


def _cut(clip: Clip, placed: bool) -> dict[str, Any]:
    plane = clip.plane
    told = plane is not None and placed
    return {
        "box_mm": _numbers(clip.box, 2) if clip.box is not None and placed else None,
        "plane": {"point_mm": _numbers(plane.point, 2), "normal": _numbers(plane.normal, 6)}
        if plane is not None and told
        else None,
        "peel_mm": round(clip.peel_mm, 2),
    }


def _numbers(values: Any, digits: int) -> Any:
    """Nested sequences of numbers, rounded."""
    try:
        return [_numbers(one, digits) for one in values]
    except TypeError:
        return round(float(values), digits) + 0.0
