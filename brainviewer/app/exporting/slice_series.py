"""Series of slices to be exported: all key images, every n-th slice, a cine."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.study_figures import SCALES, check_width, figure_content
from brainviewer.app.voi.chosen_window import ChosenWindow
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.reformation.tilted_plane import TiltedPlane
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.files.image2d.cine import (
    CINE_SUFFIXES,
    SPEEDS,
    Frame,
    check_cine_path,
    codec_notice,
    gif_content,
    mp4_content,
)
from brainviewer.files.image2d.writer import PAGE_SUFFIXES
from brainviewer.files.writing import check_new_file, write_folder_whole, write_whole
from brainviewer.painting.figure import FigurePage, FigureSpec, draw_figure

MOST_SLICES = 2000


class SeriesSubject(StrEnum):
    """Which slices are exported."""

    KEY_IMAGES = "key images"
    SLICES = "every n-th slice"
    CINE = "cine"


@dataclass(frozen=True)
class BurnIn:
    """What is drawn into the images.

    lesion : contour and parts, and the study's own segmentation where it is shown.
    text : the corner texts with letters and scale.
    result : the column with tumour and prediction. footer : provenance below the image.
    identify : the names of the study and of its files.
    """

    lesion: bool = True
    annotations: bool = True
    text: bool = True
    result: bool = False
    footer: bool = True
    identify: bool = False

    def overlays(self, shown: Overlays) -> Overlays:
        """What is drawn of what is shown."""
        return replace(
            shown,
            lesion=self.lesion,
            parts=self.lesion and shown.parts,
            diameters=self.lesion and shown.diameters,
            segmentation=self.lesion and shown.segmentation,
            difference=self.lesion and shown.difference,
            annotations=self.annotations,
            text=self.text,
            crosshair=False,
            heatmap=False,
        )


@dataclass(frozen=True)
class SeriesRequest:
    """What the user wants.

    target : a folder that is new or empty; of a cine a file, ``.mp4`` or ``.gif``.
    modality : of slices and cine; the active or first sequence if None.
    step : every so many slices. first, last : slices from 0, both taken; None for the ends.
    form : ending of the images' names.
    scale : pixels a point; width_mm : how wide images are printed instead; 0 leaves that open.
    per_second : images of a cine.
    window : of all sequences of studies without a window; None for that of the session, or the
        one that a sequence opens with. An open study is saved with the windows that it has.
    """

    subject: SeriesSubject
    target: Path
    modality: Modality | None = None
    plane: Plane = Plane.AXIAL
    step: int = 1
    first: int | None = None
    last: int | None = None
    form: str = ".png"
    scale: int = 1
    width_mm: float = 0.0
    per_second: float = 10.0
    burn: BurnIn = field(default_factory=BurnIn)
    window: ChosenWindow | None = None

    def check(self) -> None:
        """Raises BrainViewerError for what makes no sense, before long work."""
        low, high = SPEEDS
        if self.width_mm:
            check_width(self.width_mm)
        if self.scale not in SCALES:
            raise BrainViewerError(f"An image cannot be made at {self.scale}×.", "Choose 1 to 4.")
        if self.step < 1:
            raise BrainViewerError("Slices are counted from one to the next.", "Choose 1 or more.")
        if self.subject is not SeriesSubject.CINE:
            if self.form not in PAGE_SUFFIXES:
                raise BrainViewerError(
                    f"Images cannot be saved as '{self.form}'.", "Choose png, tif, svg or pdf."
                )
            return
        if not low <= self.per_second <= high:
            raise BrainViewerError(
                f"A cine cannot have {self.per_second:g} images a second.",
                f"Choose {low} to {high}.",
            )


@dataclass(frozen=True)
class SliceChoice:
    """One slice. index : from 0; of a tilted plane: of its own slices. tilt : see Annotation."""

    modality: Modality
    plane: Plane
    index: int
    tilt: TiltedPlane | None = None

    def name(self, number: int) -> str:
        """What its file is called, without an ending. number : among key images; else 0."""
        start = f"key-{number:02d}-" if number else ""
        plane = self.plane.value if self.tilt is None else f"{self.plane}-oblique"
        return f"{start}{self.modality.lower()}-{plane}-{self.index:03d}"

    def reformation(self, grid: Grid) -> Reformation:
        """How its plane lies."""
        if self.tilt is None:
            return PLAIN
        return Reformation(obliquity=self.tilt.obliquity(grid, self.plane))


@dataclass(frozen=True)
class SavedSeries:
    """What was saved. codec : of an MP4 file; notices : sentences about it."""

    files: tuple[Path, ...]
    codec: str = ""
    notices: tuple[str, ...] = ()


def key_images(study: Study, annotations: Sequence[Annotation]) -> tuple[SliceChoice, ...]:
    """The slices with a star, each once, in the order of planes and slices.

    Raises BrainViewerError if there are none.
    """
    starred = [a for a in annotations if a.kind is Kind.KEY_IMAGE and not a.style.hidden]
    found = {
        SliceChoice(a.modality, a.plane, a.view(study.grid).index_of(a.points[0]), a.tilt)
        for a in starred
        if a.modality in study.volumes
    }
    if not found:
        raise BrainViewerError(
            "No slice is marked as a key image.", "Mark slices with the key image tool (Shift+I)."
        )
    planes, sequences = list(Plane), list(Modality)
    return tuple(
        sorted(found, key=lambda c: (planes.index(c.plane), c.index, sequences.index(c.modality)))
    )


def slices_of(request: SeriesRequest, count: int) -> range:
    """The slices that are asked for, of a stack of ``count``.

    Raises BrainViewerError if there are no such slices.
    """
    first = 0 if request.first is None else request.first
    last = count - 1 if request.last is None else request.last
    if not 0 <= first <= last < count:
        raise BrainViewerError(
            f"There are no slices {first} to {last}.", f"Choose from 0 to {count - 1}."
        )
    found = range(first, last + 1, request.step)
    if len(found) > MOST_SLICES:
        raise BrainViewerError(
            f"{len(found):,} images are too many at once.", "Choose fewer slices."
        )
    return found


def save_series(
    request: SeriesRequest,
    figures: Sequence[tuple[SliceChoice, FigureSpec]],
    report: Report = silent,
) -> SavedSeries:
    """Draw and save the images, all of them or none. Raises FileError."""
    request.check()
    if request.subject is SeriesSubject.CINE:
        return _save_cine(request, [figure for _, figure in figures], report)
    numbered = request.subject is SeriesSubject.KEY_IMAGES
    names = [choice.name(n if numbered else 0) for n, (choice, _) in enumerate(figures, 1)]

    def contents() -> Iterator[tuple[str, bytes]]:
        for n, (name, (_, figure)) in enumerate(zip(names, figures, strict=True)):
            report(n / len(figures), f"Drawing image {n + 1} of {len(figures)}")
            content = figure_content(figure, request.form, request.scale, request.width_mm)
            yield f"{name}{request.form}", content

    with _audited(request, [figure for _, figure in figures]):
        write_folder_whole(request.target, contents())
    return SavedSeries(tuple(request.target / f"{name}{request.form}" for name in names))


def _save_cine(
    request: SeriesRequest, figures: Sequence[FigureSpec], report: Report
) -> SavedSeries:
    check_cine_path(request.target)
    check_new_file(request.target)
    if len(figures) < 2:
        raise BrainViewerError("A cine needs two slices at least.", "Choose more slices.")
    sizes = [FigurePage(figure).size for figure in figures]
    across, down = (max(size[n] for size in sizes) for n in (0, 1))
    scale = request.scale
    shape = round(down * scale), round(across * scale)
    record = {
        **provenance_record(figures[0], scale),
        "slices": [figure.panes[0].index for figure in figures],
        "images_a_second": request.per_second,
    }

    def frames() -> Iterator[Frame]:
        for n, figure in enumerate(figures):
            report(0.95 * n / len(figures), f"Drawing image {n + 1} of {len(figures)}")
            yield _padded(draw_figure(figure, scale), shape)

    codec = ""
    if CINE_SUFFIXES[request.target.suffix.lower()] == "GIF":
        content = gif_content(frames(), request.per_second, record)
    else:
        content, codec = mp4_content(frames(), request.per_second, record)
    report(0.97, "Saving the cine")
    with _audited(request, figures):
        write_whole(request.target, content)
    notices = (codec_notice(codec) or f"It is encoded as {codec}.",) if codec else ()
    return SavedSeries((request.target,), codec, notices)


def _audited(request: SeriesRequest, figures: Sequence[FigureSpec]) -> AbstractContextManager[None]:
    form = request.target.suffix if request.subject is SeriesSubject.CINE else request.form
    named = any(figure.identify for figure in figures)
    facts = {"kind": "slices", "format": form[1:].lower(), "count": len(figures), "names": named}
    return audited(Action.EXPORTED, figures[0].study if figures else None, facts=facts)


def _padded(frame: Frame, shape: tuple[int, int]) -> Frame:
    """A frame with black below it and beside it, so that all are of one size."""
    if frame.shape[:2] == shape:
        return frame
    padded = np.zeros((*shape, 3), np.uint8)
    padded[: frame.shape[0], : frame.shape[1]] = frame[: shape[0], : shape[1]]
    return padded


def said_of(saved: SavedSeries) -> str:
    """What was saved, as a sentence."""
    if len(saved.files) == 1:
        return " ".join((f"Saved as {saved.files[0].name}.", *saved.notices))
    folder = saved.files[0].parent
    return f"{counted(len(saved.files), 'image', 'images')} saved in {folder}."
