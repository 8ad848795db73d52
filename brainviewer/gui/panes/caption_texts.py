"""What is written on a slice: what it is, how it lies, how it is windowed, where it is."""

from brainviewer.core.geometry import Unit
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi_window import Window
from brainviewer.gui import image_colours
from brainviewer.gui.panes.captions import Captions
from brainviewer.gui.panes.geometry import PaneGeometry
from brainviewer.painting import wording


def slice_captions(
    study: Study,
    modality: Modality,
    view: SliceView,
    index: int,
    window: Window | None,
    geometry: PaneGeometry,
) -> Captions:
    """The captions of slice ``index`` (from 0) of a sequence, or of a frame of a picture."""
    marks = []
    picture, grid = study.is_picture, view.grid
    if study.synthetic:
        marks.append(("SYNTHETIC", image_colours.CAUTION))
    if study.edited:
        marks.append((wording.EDITED.upper(), image_colours.CAUTION))
    if grid.unit is Unit.PIXEL:
        marks.append((wording.SIZE_UNKNOWN.upper(), image_colours.CAUTION))
    if picture:
        pass  # shown as it is stored; nothing can be turned round
    elif not grid.oriented:
        marks.append(("ORIENTATION UNKNOWN", image_colours.CAUTION))
    elif view.plane is not Plane.SAGITTAL:
        usual = view.convention is Convention.RADIOLOGICAL
        colour = image_colours.QUIET if usual else image_colours.CAUTION
        marks.append((view.convention.value.upper(), colour))
    return Captions(
        modality.value,
        "" if picture else view.plane.value,
        tuple(marks),
        wording.window_text(window) if window else "",
        "" if picture and view.count == 1 else f"{index + 1} / {view.count}",
        wording.position_text(view, max(index, 0)),
        view.letters,
        geometry.mm_per_pixel,
        grid.unit.value,
    )
