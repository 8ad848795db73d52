"""Opening: a study, the demo study, images, and the next image of a series."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.audit_trail.openings import record_opened
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.opening.ahead import OpenedAhead
from brainviewer.app.opening.first_image import first_readable
from brainviewer.app.opening.first_view import FirstView
from brainviewer.app.opening.opened import Opened, OpenedSession
from brainviewer.app.opening.sentences import OpeningSentences
from brainviewer.app.opening.thumbnails import Thumbnails
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.app.stores.age import KEEP_AGE, age_of
from brainviewer.app.voi.own_presets import opening_presets
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.process.memory import give_back
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window
from brainviewer.files.session_file.session_file import is_session
from brainviewer.files.study.folder import Assignment, named_paths
from brainviewer.files.study.places import SeveralStudies

if TYPE_CHECKING:
    from brainviewer.app.opening.dicom.series import SeriesChoice, UnknownSeries

AskSequences = Callable[[Assignment], Assignment | None]
"""Asks the user which of the unknown files is which sequence; None if they would rather not say."""

AskSeries = Callable[["UnknownSeries"], "SeriesChoice | None"]
"""Asks the user which DICOM series is which sequence; None if they would rather not say."""

OPEN = "open"
CHOOSE = "Choose one of them in the list."


class Documents:
    """Opens in the background; what is open stays if that fails.

    leave, enter : called before another study is shown, and when it is.
    begin : called when all of the study that is shown is there, for what is computed from it.
    ask_sequences, ask_series : set by the window; without them, what does not tell is an error.
    show_list : takes a folder that holds several studies; without it, that is an error.
    show_examinations : the same for DICOM files of several patients, after the sentence about them.
    open_session : opens a session, by its file; take_in : takes up the session that a study is
        opened for, which is ``session``, before the study is shown.
    ahead : studies that need not be read. thumbnails : of the image strip.
    sentences : tells what there is to say.
    """

    def __init__(
        self,
        state: ViewState,
        settings: Settings,
        jobs: Jobs,
        notices: Notices,
        leave: Callable[[], None],
        enter: Callable[[], None],
        begin: Callable[[], None],
    ) -> None:
        self._state, self._settings, self._jobs, self._notices = state, settings, jobs, notices
        self._leave, self._enter, self._begin = leave, enter, begin
        self.ask_sequences: AskSequences | None = None
        self.ask_series: AskSeries | None = None
        self.show_list: Callable[[Path], object] | None = None
        self.show_examinations: Callable[[Sequence[Path]], object] | None = None
        self.open_session: Callable[[Path], object] | None = None
        self.take_in: Callable[[Study], object] = lambda _: None
        self.ahead, self.thumbnails = OpenedAhead(), Thumbnails(state, jobs)
        self._opened: Opened | None = None
        self._opening: tuple[Path, ...] = ()
        state.volumes_changed.connect(self._keep_corrected)
        self._shown_image = 0
        self.sentences = OpeningSentences(notices)

    def open(
        self,
        paths: Sequence[Path],
        which: "Assignment | SeriesChoice | None" = None,
        said: tuple[str, ...] = (),
        session: OpenedSession | None = None,
    ) -> None:
        """Open a study, images or a session in the background.

        paths : a folder or an archive, the files of one study, or images, which become an image
            strip; or the file of a session.
        which : file or series is which sequence.
        said : what else there is to say about it.
        session : the session that it is opened for.
        """
        if session is None and any(map(is_session, paths)) and self.open_session is not None:
            if len(paths) == 1:
                self.open_session(paths[0])
            else:
                self._notices.tell("A session is opened alone: drop nothing else with it.", "error")
            return

        def work(report: Report) -> Opened:
            from brainviewer.app.opening.dicom.saved_series import as_saved
            from brainviewer.app.opening.dicom.series import named
            from brainviewer.app.opening.study import open_study

            kept = self.ahead.take(tuple(paths)) if which is None else None
            if kept and (session is None or session.is_of(kept.study)):
                record_opened(kept.study)
                return kept
            give_back()  # what the last one took
            if which is not None:
                told = named_paths(which) if isinstance(which, Assignment) else ()
                return Opened.of(open_study(paths, report, which), paths=tuple(paths), named=told)
            found = named(paths, report)
            if found.images:
                return first_readable(found.images, found.no_volume.sentences, report)
            known = found.examination
            if known is None or session is None:
                return Opened.read(paths, report, known)
            return Opened.read(paths, report, as_saved(known, session.session.study))

        def done(opened: Opened) -> None:
            self._settings.remember_study(paths if session is None else [session.path])
            self.sentences.forget()
            self._show_opened(replace(opened, said=(*said, *opened.said), session=session))

        def failed(error: BrainViewerError) -> None:
            from brainviewer.app.opening.dicom.segmentation_alone import ImagesElsewhere
            from brainviewer.app.opening.dicom.series import UnknownSeries
            from brainviewer.app.opening.sequence_assignment import UnknownSequences
            from brainviewer.files.dicom.series.examination import SeveralPatients

            if isinstance(error, UnknownSequences) and self.ask_sequences:
                if chosen := self.ask_sequences(error.assignment):
                    self.open(paths, chosen, said, session)
            elif isinstance(error, SeveralStudies) and self.show_list and len(paths) == 1:
                self.show_list(paths[0])
            elif isinstance(error, SeveralPatients) and self.show_examinations:
                self._notices.tell(f"{error.message} {CHOOSE}", "caution")
                self.show_examinations(paths)
            elif isinstance(error, UnknownSeries) and (self.ask_series or error.told.chosen):
                meant = self.ask_series(error) if self.ask_series else error.told
                self.open(paths, meant, said, session) if meant is not None else self._stays(paths)
            elif isinstance(error, ImagesElsewhere) and self._state.opened_from:
                self.open(error.with_images(self._state.opened_from), said=said)
            else:
                self._notices.fail(error, of_study=True)
                self._stays(paths)

        self._opening = tuple(paths)
        self._jobs.start(OPEN, work, done, failed, lambda: self._stays(paths))

    def open_part(self, paths: Sequence[Path], which: "SeriesChoice", whole: Path) -> None:
        """Open what has arrived of a study; the rest follows with ``open([whole])``.

        Until then it is not searched, and what is missing, or cannot be opened, is not said.
        """

        def work(report: Report) -> Opened:
            from brainviewer.app.opening.study import open_study

            return Opened.of(open_study(paths, report, which), paths=tuple(paths))

        self._opening = tuple(paths)
        self._jobs.start(OPEN, work, partial(self._show_opened, rest=whole), lambda _: None)

    def another_wanted(self, before: Study | None, folder: Path) -> bool:
        """Whether the user has opened something else than what arrives in a folder.

        before : what was shown when it began to arrive.
        """
        ours = any(path.is_relative_to(folder) for path in self._opening)
        shown = self._state.study is before or self._state.arriving == folder
        return not shown or (self._jobs.running(OPEN) and not ours)

    def leave_at_part(self, folder: Path) -> None:
        """Nothing more arrives in a folder: a part of its study that is shown is the study."""
        if self._state.arriving == folder:
            self._state.arriving = None
            self._state.facts_changed.emit()
            self._begin()

    def open_demo(self) -> None:
        """Open the synthetic study that comes with the application."""
        from brainviewer.app.opening.study import demo_paths

        try:
            self.open(demo_paths())
        except BrainViewerError as error:
            self._notices.fail(error, of_study=True)

    def show(
        self, study: Study, windows: Mapping[Modality, Window], rest: Path | None = None
    ) -> None:
        """Show a study that has been read.

        windows : for each sequence, the window that it opens with.
        rest : the folder that more of it arrives in.
        """
        own = opening_presets(self._settings, study)
        state, view = self._state, FirstView.of(study, windows, self._settings.opening_preset, own)
        if state.study is not None:
            state.study_leaving.emit()
            if state.arriving is not None and state.opened_from == (state.arriving,):
                now = FirstView(state.windows, state.presets, state.colour_maps, state.cursor)
                view = view.as_before(now, state.study, study)
        self._leave()
        self._jobs.finish(KEEP_AGE)  # it may be the same study
        self.take_in(study)
        state.arriving = rest
        state.show_study(study, view, age_of(study))
        self._enter()
        if rest is None:
            self._begin()

    @property
    def session(self) -> OpenedSession | None:
        """The session that the open study was opened for."""
        return None if self._opened is None else self._opened.session

    @property
    def opened_as(self) -> tuple[Path, ...]:
        """What the open study, or the image of the strip that is shown, can be opened by again."""
        state, opened = self._state, self._opened
        if state.image_series:
            return (state.image_series[self._shown_image],)
        return state.opened_from if opened is None else opened.named or opened.paths

    def opening_window(self, modality: Modality) -> Window | None:
        """The window that a sequence of the open study was opened with."""
        return None if self._opened is None else self._opened.windows.get(modality)

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

    def _show_opened(self, opened: Opened, rest: Path | None = None) -> None:
        if opened.image_series != self._state.image_series:
            self._state.image_series = opened.image_series
        self._shown_image = opened.index
        self._point_at(opened.index, opened.unreadable)
        if self._opened is not None and self._opened.study is not opened.study:
            self.ahead.keep(self._opened)  # for the way back
        self._opened, self._state.opened_from = opened, opened.paths
        self.show(opened.study, opened.windows, rest)
        if rest is not None:
            return
        self.sentences.tell(opened)

    def _stays(self, paths: Sequence[Path]) -> None:
        """What was to be opened is not; a part of it may be shown."""
        if len(paths) == 1:
            self.leave_at_part(paths[0])

    def _keep_corrected(self) -> None:
        """The way back leads to the study as it is now."""
        if self._opened is not None and self._state.study is not None:
            self._opened = replace(self._opened, study=self._state.study)

    def _point_at(self, index: int, unreadable: frozenset[int]) -> None:
        self._state.series_index, self._state.series_unreadable = index, unreadable
        self._state.series_changed.emit()
        self._state.facts_changed.emit()
