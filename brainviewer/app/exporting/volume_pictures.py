"""Pictures of the 3D view without a window: what is asked for, and who draws it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.exporting.volume_slices import slices_as_shown
from brainviewer.app.report.study_figures import VOLUME_SCALES
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import shown_text
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.painting.figure import FigureSpec
from brainviewer.painting.volume.drawing_start import Graphics
from brainviewer.painting.volume.looks.own_look import OwnLook, seen_as
from brainviewer.painting.volume.render_request import RenderRequest, blendable
from brainviewer.painting.volume.view import (
    LARGEST,
    LOOK_NAMES,
    SMALLEST,
    SecondSequence,
    VolumeView,
    first_view,
    three_quarter,
)
from brainviewer.painting.volume.voxels.clip import MOST_PEELED_MM, Clip, ClipPlane
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS

TUMOUR = "tumour"
OBLIQUE = {"oblique-left": "L", "oblique-right": "R"}
SIDES = {
    **{name.removeprefix("the "): letter for letter, name in LOOK_NAMES.items()},
    **OBLIQUE,
}
"""What the head may be seen from, as commands call it."""
FEWEST_PIXELS, MOST_PIXELS = 64, 8000
"""Of each side of a picture."""
_POINTS = 600
"""Of the shorter side: texts are as large beside the picture as in the window's exports."""

Draw = Callable[[RenderRequest, tuple[int, int], Callable[[float], None]], NDArray[np.uint8]]
"""Draws in a size in pixels; the last argument is called meanwhile with the fraction done."""


@dataclass(frozen=True)
class VolumeLook:
    """How the head shall be seen.

    modality : the study's first sequence if None. preset : one of ``PRESETS`` or of
    ``own``, the looks of the user; capitals do not count.
    side : one of ``SIDES``; as the window opens it if None.
    opacity, contrast : 0 to 1. size : magnification, 1 fits the head.
    skull : show the head where its brain is known. parts : of the lesion, where they are known.
    second, share : a sequence that is blended with it, and how much of it, 0 to 1;
    half of it if None.
    cut : ``tumour``, or a plane and the number of its slice from 0, such as ``axial:80``;
    None for none.
    peel_mm : taken off the surface.
    """

    modality: Modality | None = None
    preset: str = BRAIN
    side: str | None = None
    opacity: float = 0.5
    contrast: float = 0.5
    size: float = 1.0
    perspective: bool = True
    skull: bool = False
    parts: bool = True
    cut: str | None = None
    peel_mm: float = 0.0
    own: tuple[OwnLook, ...] = ()
    second: Modality | None = None
    share: float | None = None

    def check(self) -> None:
        """Raises BrainViewerError for what makes no sense, before long work."""
        if seen_as(VolumeView(), self.preset, self.own)[1]:
            _check_name("preset", self.preset, (*PRESETS, *(one.name for one in self.own)))
        if self.side is not None:
            _check_name("side", self.side, SIDES)
        for name, value, low, high in (
            ("opacity", self.opacity, 0.0, 1.0),
            ("contrast", self.contrast, 0.0, 1.0),
            ("size", self.size, SMALLEST, LARGEST),
            ("share", 0.0 if self.share is None else self.share, 0.0, 1.0),
            ("peel", self.peel_mm, 0.0, MOST_PEELED_MM),
        ):
            if not low <= value <= high:
                raise BrainViewerError(
                    f"The {name} cannot be {value:g}.", f"Choose {low:g} to {high:g}."
                )
        if self.share is not None and self.second is None:
            raise BrainViewerError(
                "There is no second sequence to have a share.",
                "Name one with --second, or leave the share out.",
            )
        if self.cut not in (None, TUMOUR):
            _plane_of(self.cut)


def volume_request(
    study: Study, finding: TumourFinding | None, look: VolumeLook | None = None
) -> RenderRequest:
    """What is drawn of a study; without a look what the window opens with.

    Raises BrainViewerError if the study has no such sequence, side, slice or lesion.
    """
    look = look or VolumeLook()
    look.check()
    if study.is_image2d:
        raise BrainViewerError("A single image has no 3D view.", "Open a study of whole sequences.")
    modality = look.modality or study.modalities[0]
    if modality not in study.volumes:
        raise BrainViewerError(
            f"The study has no {modality}.", f"It has {', '.join(study.modalities)}."
        )
    view = first_view(study, finding)
    if look.side is not None:
        view = _seen_from(look.side, view, study)
    view = replace(
        view,
        opacity=look.opacity,
        contrast=look.contrast,
        size=look.size,
        perspective=look.perspective,
    )
    view, _ = seen_as(view, look.preset, look.own)
    if look.second is not None:
        view = replace(view, second=_second(look.second, look.share, modality, study))
    plane = None if look.cut is None else _cut(look.cut, study, finding, view)
    view = replace(view, clip=Clip(plane=plane, peel_mm=look.peel_mm))
    overlays = Overlays(parts=look.parts, skull=look.skull)
    return RenderRequest(
        study,
        modality,
        finding,
        parts=overlays.parts,
        skull=overlays.skull,
        view=view,
        slices=slices_as_shown(study, modality, view.clip, overlays),
    )


def volume_figure(
    shown: RenderRequest, size: tuple[int, int], scale: int = 0
) -> tuple[FigureSpec, int]:
    """The page of a picture that is still to be drawn, and its pixels a point.

    size : width and height of the picture in pixels. The page has them rounded to whole points.
    scale : pixels a point; 0 for as many as let the texts be as large beside the picture as usual.
    """
    assert shown.study is not None
    for side in size:
        if not FEWEST_PIXELS <= side <= MOST_PIXELS:
            raise BrainViewerError(
                f"A picture cannot be {size[0]} × {size[1]} pixels large.",
                f"Choose {FEWEST_PIXELS} to {MOST_PIXELS} for each side.",
            )
    scale = scale or max(n for n in VOLUME_SCALES if n == 1 or min(size) >= n * _POINTS)
    points = max(1, round(size[0] / scale)), max(1, round(size[1] / scale))
    figure = FigureSpec(
        shown.study, (), 1, points, finding=shown.finding, result=False, volume=shown
    )
    return figure, scale


def pixels_of_picture(figure: FigureSpec, scale: int) -> tuple[int, int]:
    """Width and height of the 3D view on a page."""
    return figure.pane_size[0] * scale, figure.pane_size[1] * scale


@contextmanager
def volume_drawing(shown: RenderRequest, graphics: Graphics | None = None) -> Iterator[Draw]:
    """What draws, while the context lasts, in the way the window does.

    graphics : chooses what draws; without it the name of the renderer does.
    """
    from brainviewer.painting.volume.worker import VolumeWorker

    worker = VolumeWorker(lambda _: None, lambda _: None, graphics)
    worker.request(**{field.name: getattr(shown, field.name) for field in fields(shown)})

    def draw(
        wanted: RenderRequest, size: tuple[int, int], waiting: Callable[[float], None]
    ) -> NDArray[np.uint8]:
        return worker.render_image(size, waiting, wanted)

    try:
        yield draw
    finally:
        worker.close()


def _check_name(what: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise BrainViewerError(
            f"There is no {what} '{name}'.", f"Choose one of {', '.join(names)}."
        )


def _second(second: Modality, share: float | None, first: Modality, study: Study) -> SecondSequence:
    others = [one for one in blendable(study) if one is not first]
    if second not in others:
        said = f"Choose one of {', '.join(others)}." if others else "Leave the second one out."
        raise BrainViewerError(f"{second} cannot be blended with {first}.", said)
    return SecondSequence(second) if share is None else SecondSequence(second, share)


def _seen_from(side: str, view: VolumeView, study: Study) -> VolumeView:
    if not study.grid.oriented:
        raise BrainViewerError(
            "The study does not say which side of the patient is which.", "Leave the side out."
        )
    if side in OBLIQUE:
        return replace(view, rotation=three_quarter(OBLIQUE[side]))
    return view.looking(SIDES[side])


def _plane_of(cut: str) -> tuple[Plane, int]:
    name, _, number = cut.partition(":")
    if name not in list(Plane) or not number.isdecimal():
        raise BrainViewerError(
            f"'{shown_text(cut)}' is no cut.",
            f"Give '{TUMOUR}', or a plane and a slice from 0, such as 'axial:80'.",
        )
    return Plane(name), int(number)


def _cut(cut: str, study: Study, finding: TumourFinding | None, view: VolumeView) -> ClipPlane:
    """The plane of a cut; it takes away what lies before it."""
    viewer = view.rotation[2]
    if cut == TUMOUR:
        if finding is None or not finding.found or finding.position_mm is None:
            raise BrainViewerError(
                "No lesion was found, so there is no tumour to cut to.",
                "Cut at a slice, such as 'axial:80'.",
            )
        return ClipPlane.facing(
            finding.position_mm, np.eye(3)[int(np.abs(viewer).argmax())], viewer
        )
    plane, index = _plane_of(cut)
    seen = SliceView.of(study.grid, plane)
    if index >= seen.count:
        raise BrainViewerError(
            f"There is no {plane} slice {index}.", f"Choose 0 to {seen.count - 1}."
        )
    return ClipPlane.facing(seen.move(study.grid.centre, index), seen.normal, viewer)
