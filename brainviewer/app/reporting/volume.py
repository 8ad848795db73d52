"""The 3D view in a report: as it is seen in the window, with its colours in words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.exporting.volume_pictures import Draw
from brainviewer.app.reporting.options import ReportOptions, ReportPart, ReportSources
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.study import Study
from brainviewer.painting.footer import legend
from brainviewer.painting.report.blocks import (
    Block,
    Legend,
    Picture,
    Pictures,
    Tone,
    VolumePicture,
    Words,
)
from brainviewer.painting.text.volume_words import volume_text, volume_title
from brainviewer.painting.volume.measures.scene import KINDS
from brainviewer.painting.volume.render_request import RenderRequest

_PIXELS = (1000, 1000)
_LARGE = ("study", "finding", "prior")
_SIDE = 360
"""Of the pane, in points as on a screen; two fit beside each other."""


class ReportVolume:
    """Draws the 3D view for reports, each view once. draw : see ``Draw``."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._last: tuple[_Drawn, NDArray[np.uint8]] | None = None

    def at_hand(
        self, sources: ReportSources, options: ReportOptions, shown: RenderRequest | None
    ) -> bool:
        """Whether ``drawn`` returns at once."""
        seen = _wanted(sources, options, shown)
        return seen is None or self._drawn_of(seen, sources) is not None

    def drawn(
        self,
        sources: ReportSources,
        options: ReportOptions,
        shown: RenderRequest | None,
        report: Report = silent,
    ) -> ReportSources:
        """The sources with the 3D view where it is wanted, or with why there is none.

        shown : what it shows; None where there is none. Not to be called on the main thread.
        """
        seen = _wanted(sources, options, shown)
        if seen is None:
            return sources
        if (image := self._drawn_of(seen, sources)) is not None:
            return replace(sources, volume=(seen, image))
        try:
            image = self._draw(seen, _PIXELS, lambda _: report(0.0, "Drawing the 3D view"))
        except BrainViewerError as error:
            return replace(sources, volume_note=f"Without the 3D view: {error}")
        self._last = _Drawn.of(seen, _measures(sources)), image
        return replace(sources, volume=(seen, image))

    def _drawn_of(self, seen: RenderRequest, sources: ReportSources) -> NDArray[np.uint8] | None:
        last = self._last
        return last[1] if last is not None and last[0].is_of(seen, _measures(sources)) else None


def _wanted(
    sources: ReportSources, options: ReportOptions, shown: RenderRequest | None
) -> RenderRequest | None:
    """What is to be drawn, without the cursor; None for nothing."""
    if shown is None or shown.modality is None or ReportPart.VOLUME not in options.parts:
        return None
    return replace(shown, cursor=None) if shown.study is sources.study else None


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What an image was drawn of, without keeping a study that was left."""

    seen: RenderRequest
    large: tuple[Callable[[], object], ...]
    measures: tuple[Annotation, ...]

    @classmethod
    def of(cls, seen: RenderRequest, measures: tuple[Annotation, ...]) -> "_Drawn":
        large = tuple(_weak(getattr(seen, name)) for name in _LARGE)
        return cls(_without(seen), large, measures)

    def is_of(self, seen: RenderRequest, measures: tuple[Annotation, ...]) -> bool:
        there = [one() is getattr(seen, name) for one, name in zip(self.large, _LARGE, strict=True)]
        same = all(there) and self.seen.only_moves_cursor(_without(seen))
        return same and self.measures == measures


def _measures(sources: ReportSources) -> tuple[Annotation, ...]:
    """What was measured in 3D, and is drawn over the picture."""
    shown = sources.annotations if sources.overlays.annotations else ()
    return tuple(one for one in shown if one.kind in KINDS)


def _without(seen: RenderRequest) -> RenderRequest:
    return replace(seen, study=None, finding=None, prior=None)


def _weak(value: object) -> Callable[[], object]:
    return (lambda: None) if value is None else ref(value)


def volume_blocks(study: Study, shown: RenderRequest, image: NDArray[np.uint8]) -> list[Block]:
    """The picture, what its colours mean, and how it is seen."""
    warning = "SYNTHETIC" if study.synthetic else ""
    picture = VolumePicture(image, volume_title(shown), warning)
    said = f"{volume_text(shown)}."
    entries = tuple(legend((), shown))
    return [
        Pictures((Picture(picture, said),), 2, _SIDE, captioned=False),
        *([Legend(entries)] if entries else []),
        Words(said, Tone.QUIET),
    ]
