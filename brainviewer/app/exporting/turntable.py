"""One turn of the head in 3D as a film: MP4 or GIF."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.exporting.volume_pictures import Draw, pixels_of_picture
from brainviewer.app.report.provenance import provenance_record
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.files.image2d.cine import (
    CINE_SUFFIXES,
    SPEEDS,
    Frame,
    check_cine_path,
    codec_notice,
    gif_content,
    mp4_content,
)
from brainviewer.files.writing import check_new_file, write_whole
from brainviewer.painting.figure import FigureSpec, draw_figure
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.view import VolumeView

SECONDS = (1.0, 60.0)
_FEWEST = 8
_MOST = 1500
_DRAWN = 0.95
"""The fraction of the work that the drawing is."""


@dataclass(frozen=True)
class TurntableRequest:
    """Where one turn goes, and how fast it is.

    path : ``.mp4`` or ``.gif``. seconds : that the turn takes. per_second : images.
    """

    path: Path
    seconds: float = 6.0
    per_second: float = 20.0

    @property
    def count(self) -> int:
        """Images of the turn."""
        return round(self.seconds * self.per_second)

    def check(self) -> None:
        """Raises BrainViewerError for what makes no sense or cannot be saved, before long work."""
        check_cine_path(self.path)
        (shortest, longest), (slowest, fastest) = SECONDS, SPEEDS
        if not shortest <= self.seconds <= longest:
            raise BrainViewerError(
                f"A turn cannot take {self.seconds:g} seconds.",
                f"Choose {shortest:g} to {longest:g}.",
            )
        if not slowest <= self.per_second <= fastest:
            raise BrainViewerError(
                f"A film cannot have {self.per_second:g} images a second.",
                f"Choose {slowest} to {fastest}.",
            )
        if not _FEWEST <= self.count <= _MOST:
            raise BrainViewerError(
                f"A turn cannot be made of {counted(self.count, 'image')}.",
                f"Choose seconds and images a second that make {_FEWEST} to {_MOST:,}.",
            )
        check_new_file(self.path)


@dataclass(frozen=True)
class SavedTurntable:
    """What was saved. codec : of an MP4 file. notices : sentences about it."""

    path: Path
    frames: int
    codec: str = ""
    notices: tuple[str, ...] = ()


def turned_about_the_patient(view: VolumeView, part: float) -> VolumeView:
    """The view after a part of a whole turn about the patient's long axis.

    What faces the viewer moves to the right.
    """
    angle = 2 * np.pi * part
    cos, sin = np.cos(angle), np.sin(angle)
    upright = 1.0 if view.rotation[1, 2] >= 0 else -1.0
    about = np.array([[cos, -upright * sin, 0], [upright * sin, cos, 0], [0, 0, 1]])
    return replace(view, rotation=view.rotation @ about)


def save_turntable(
    request: TurntableRequest,
    figure: FigureSpec,
    scale: int,
    draw: Draw,
    report: Report = silent,
) -> SavedTurntable:
    """Draw the images and save the film, whole or not at all.

    figure : the page that each image is put on, and what is turned. draw : draws the 3D view.
    report : may raise Cancelled at any image.
    Raises BrainViewerError where it cannot be drawn, and FileError.
    """
    request.check()
    shown = figure.volume
    assert shown is not None
    still = replace(shown, cursor=None)
    size, count = pixels_of_picture(figure, scale), request.count

    def frames() -> Iterator[Frame]:
        for n in range(count):
            told = partial(report, _DRAWN * n / count, f"Drawing image {n + 1} of {count}")
            told()
            view = turned_about_the_patient(still.view, n / count)
            image = draw(replace(still, view=view), size, _without_fraction(told))
            yield draw_figure(
                replace(figure, volume_image=image, volume=still, turning=True), scale
            )

    record = {
        **provenance_record(_drawn(figure, still), scale),
        "turn": {"images": count, "images_a_second": request.per_second},
    }
    codec = ""
    if CINE_SUFFIXES[request.path.suffix.lower()] == "GIF":
        content = gif_content(frames(), request.per_second, record)
    else:
        content, codec = mp4_content(frames(), request.per_second, record)
    report(0.97, "Saving the film")
    facts = {"kind": "turntable", "format": request.path.suffix[1:].lower(), "count": count}
    with audited(Action.EXPORTED, figure.study, facts={**facts, "names": figure.identify}):
        write_whole(request.path, content)
    said = codec_notice(codec)
    return SavedTurntable(request.path, count, codec, (said,) if said else ())


def _without_fraction(told: Callable[[], None]) -> Callable[[float], None]:
    """For the drawing of one of many images, which is too short to be told of."""
    return lambda _: told()


def _drawn(figure: FigureSpec, shown: RenderRequest) -> FigureSpec:
    """The figure as its first image is told of."""
    return replace(figure, volume_image=np.zeros((1, 1, 3), np.uint8), volume=shown, turning=True)
