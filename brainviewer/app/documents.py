"""Opening: a study, the demo study, images, and the next image of a series."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.app.stores.age import KEEP_AGE, kept_age
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.core.memory import give_back
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi_window import Window, opening_window
from brainviewer.files.study.folder import Assignment

AskSequences = Callable[[Assignment], Assignment | None]
"""Asks the user which of the unknown files is which sequence; None if they would rather not say."""

Ready = Callable[[int, NDArray[np.uint8] | None], None]
"""Takes the place of an image in the image strip, and (rows, columns, 3) uint8; None if it cannot
be read."""

OPEN, THUMBNAILS = "open", "thumbnails"

SERIES = (
    "DICOM files are shown one by one; convert a series with dcm2niix to see the head in three "
    "planes and in 3D."
)
_A_FEW = 4
_MOST_TRIES = 20
"""Unreadable images in a row before a folder is given up."""


@dataclass(frozen=True, eq=False)
class Opened:
    """What a job of opening brings back.

    image_series : the images that were opened together, of which ``index`` is shown.
    unreadable : those of them that were tried in vain; said : sentences about the image series.
    """

    study: Study
    windows: Mapping[Modality, Window]
    image_series: tuple[Path, ...] = ()
    index: int = 0
    unreadable: frozenset[int] = frozenset()
    said: tuple[str, ...] = ()

    @classmethod
    def of(cls, study: Study, **of_series: Any) -> "Opened":
        """With the windows that the study opens with, which takes a look at every volume."""
        return cls(study, {m: opening_window(v) for m, v in study.volumes.items()}, **of_series)


class Documents:
    """Opens in the background; what is open stays if that fails.

    leave, enter : called before another study is shown, and when it is.
    ask_sequences : set by the window; without it, names that do not tell are an error.
    """

    def __init__(
        self,
        state: ViewState,
        settings: Settings,
        jobs: Jobs,
        notices: Notices,
        leave: Callable[[], None],
        enter: Callable[[], None],
    ) -> None:
        self._state, self._settings, self._jobs, self._notices = state, settings, jobs, notices
        self._leave, self._enter = leave, enter
        self.ask_sequences: AskSequences | None = None
        self._shown_image = 0
        self._told: set[str] = set()

    def open(self, paths: Sequence[Path], assignment: Assignment | None = None) -> None:
        """Open a study or images in the background.

        paths : one folder, the files of one study, or images, which become an image strip.
        """

        def work(report: Report) -> Opened:
            from brainviewer.app.opening.study import open_study
            from brainviewer.files.image2d.folder import images_of

            give_back()  # what the last one took
            image_series = images_of(paths) if assignment is None else ()
            if image_series:
                return _first_readable(image_series, report)
            return Opened.of(open_study(paths, report, assignment))

        def done(opened: Opened) -> None:
            self._settings.remember_study(paths)
            self._told.clear()
            self._show_opened(opened)

        def failed(error: BrainViewerError) -> None:
            from brainviewer.app.opening.sequence_assignment import UnknownSequences

            if isinstance(error, UnknownSequences) and self.ask_sequences:
                if chosen := self.ask_sequences(error.assignment):
                    self.open(paths, chosen)
            else:
                self._notices.fail(error, of_study=True)

        self._jobs.start(OPEN, work, done, failed)

    def open_demo(self) -> None:
        """Open the synthetic study that comes with the application."""
        from brainviewer.app.opening.study import demo_paths

        try:
            self.open(demo_paths())
        except BrainViewerError as error:
            self._notices.fail(error, of_study=True)

    def show(self, study: Study, windows: Mapping[Modality, Window]) -> None:
        """Show a study that has been read.

        windows : for each sequence, the window that it opens with.
        """
        if self._state.study is not None:
            self._state.study_leaving.emit()
        self._leave()
        self._jobs.finish(KEEP_AGE)  # it may be the same study
        age = None if study.is_image2d else kept_age(study.content_hash)
        self._state.show_study(study, windows, age)
        self._enter()

    # -- image series ----------------------------------------------------------------------

    def show_image(self, index: int) -> None:
        """Show another image of the image strip, from 0; a place outside it changes nothing."""
        image_series, unreadable = self._state.image_series, self._state.series_unreadable
        if not 0 <= index < len(image_series) or index == self._state.series_index:
            return
        self._jobs.cancel(OPEN)  # before its end can be taken for that of the new one

        def work(report: Report) -> Opened:
            from brainviewer.app.opening.image2d import open_image2d

            give_back(pause=2.0)
            study = open_image2d(image_series[index], report)
            return Opened.of(study, image_series=image_series, index=index, unreadable=unreadable)

        def failed(error: BrainViewerError) -> None:
            self._point_at(self._shown_image, unreadable | {index})
            self._notices.fail(error, of_study=True)

        self._point_at(index, unreadable)
        self._jobs.start(
            OPEN,
            work,
            self._show_opened,
            failed,
            lambda: self._point_at(self._shown_image, unreadable),
        )

    def step_image(self, by: int) -> None:
        """Show the image ``by`` places further in the image strip, or the last one there."""
        image_series, here = self._state.image_series, self._state.series_index
        wanted = min(max(here + by, 0), len(image_series) - 1)
        while wanted in self._state.series_unreadable:
            wanted += 1 if by > 0 else -1
        self.show_image(wanted)

    def make_thumbnails(self, indices: Sequence[int], size: int, ready: Ready) -> None:
        """Make small images of the image strip in the background, without a word.

        A few at a time, so that the first are soon there; a new call takes the place of an old one.
        size : longer side in pixels. ready : called for each of them; see ``Ready``.
        """
        image_series, now, later = self._state.image_series, indices[:_A_FEW], indices[_A_FEW:]

        def work(report: Report) -> dict[int, NDArray[np.uint8] | None]:
            from brainviewer.app.opening.image2d import thumbnail

            made: dict[int, NDArray[np.uint8] | None] = dict.fromkeys(now)
            for index in now:
                report(0.0, "")
                with suppress(FileError):
                    made[index] = thumbnail(image_series[index], size)
            return made

        def done(made: dict[int, NDArray[np.uint8] | None]) -> None:
            if self._state.image_series != image_series:
                return
            for index, pixels in made.items():
                ready(index, pixels)
            if later:
                self.make_thumbnails(later, size, ready)

        self._jobs.start(THUMBNAILS, work, done, lambda _: None, shown=False)

    def _show_opened(self, opened: Opened) -> None:
        if opened.image_series != self._state.image_series:
            self._state.image_series = opened.image_series
        self._shown_image = opened.index
        self._point_at(opened.index, opened.unreadable)
        self.show(opened.study, opened.windows)
        # Images of one source have the same things to say; once is enough.
        for sentence in (*opened.study.notices, *opened.said):
            if sentence not in self._told:
                self._told.add(sentence)
                self._notices.tell(sentence)

    def _point_at(self, index: int, unreadable: frozenset[int]) -> None:
        self._state.series_index, self._state.series_unreadable = index, unreadable
        self._state.series_changed.emit()
        self._state.facts_changed.emit()


def _first_readable(image_series: tuple[Path, ...], report: Report) -> Opened:
    """The first image that can be opened. Raises the error of the first if none can."""
    from brainviewer.app.opening.image2d import open_image2d
    from brainviewer.files.image2d.folder import is_dicom

    first: FileError | None = None
    for index, path in enumerate(image_series[:_MOST_TRIES]):
        try:
            study = open_image2d(path, report)
        except FileError as error:
            first = first or error
            continue
        said = [str(first)] if first else []
        if len(image_series) > 1 and is_dicom(path):
            said.append(SERIES)
        tried = frozenset(range(index))
        return Opened.of(
            study, image_series=image_series, index=index, unreadable=tried, said=tuple(said)
        )
    assert first is not None
    raise first
