"""The report of the open study: shown beforehand, saved, printed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.exporting.queue import EXPORT
from brainviewer.app.jobs import Jobs, Policy
from brainviewer.app.notices import Notices
from brainviewer.app.prior.prior import Prior
from brainviewer.app.reporting.gathering import report_options, report_sources
from brainviewer.app.reporting.options import ReportOptions, ReportSources
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError, Report, silent

if TYPE_CHECKING:  # putting a report together is imported where it is done
    from brainviewer.app.exporting.volume_pictures import Draw
    from brainviewer.app.reporting.volume import ReportVolume
    from brainviewer.painting.report.pages import DrawnPages, ReportPages
    from brainviewer.painting.volume.render_request import RenderRequest

PAGES = "report pages"
_DRAWING = "The 3D view is being drawn."
Failed = Callable[[BrainViewerError], object]


class Reports:
    """Puts reports together in the background, of what is open when they are asked for."""

    def __init__(
        self, state: ViewState, settings: Settings, jobs: Jobs, notices: Notices, prior: Prior
    ) -> None:
        self._state, self._settings, self._jobs = state, settings, jobs
        self._notices, self._prior = notices, prior
        self._volume: ReportVolume | None = None
        self._shown: Callable[[], RenderRequest | None] = lambda: None

    def show_volume(self, shown: "Callable[[], RenderRequest | None]", draw: "Draw") -> None:
        """Have the 3D view in reports from now on.

        shown : what it shows at present, None for nothing; called on the main thread.
        draw : draws it, in a thread of its own.
        """
        from brainviewer.app.reporting.volume import ReportVolume

        self._shown, self._volume = shown, ReportVolume(draw)

    def draw(self, width: int, ready: Callable[["DrawnPages"], object], failed: Failed) -> None:
        """Lay the report out on paper, and draw its pages ``width`` pixels wide for the screen.

        A newer call takes the place of one that runs. ``ready`` is called twice where the 3D view
        is still to be drawn: the pages without it come first.
        Raises BrainViewerError if no study is open.
        """
        sources, options = self._now()
        shown = self._shown()

        def pages(of: ReportSources) -> "DrawnPages":
            from brainviewer.app.reporting.saving import pages_of

            return pages_of(of, options).drawn(width)

        def work(report: Report) -> "DrawnPages":
            return pages(self._with_volume(sources, options, shown, report))

        def first(_: Report) -> "DrawnPages":
            return pages(replace(sources, volume_note=_DRAWING))

        def then(drawn: "DrawnPages") -> None:
            ready(drawn)
            self._jobs.start(PAGES, work, ready, failed, shown=False)

        if self._volume is None or self._volume.at_hand(sources, options, shown):
            self._jobs.start(PAGES, work, ready, failed, shown=False)
        else:
            self._jobs.start(PAGES, first, then, failed, shown=False)

    def printable(self) -> "ReportPages":
        """The report on paper, for a printer; raises BrainViewerError if no study is open."""
        from brainviewer.app.reporting.saving import pages_of

        sources, options = self._now()
        return pages_of(self._with_volume(sources, options, self._shown()), options)

    def save(self, path: Path, saved: Callable[[Path], object]) -> None:
        """Save it as the name says, after exports that were asked for before.

        saved : called with the path when the file is there; a notice says why not.
        Raises BrainViewerError if no study is open.
        """
        sources, options = self._now()
        shown = self._shown()

        def work(report: Report) -> None:
            from brainviewer.app.reporting.saving import save_report

            with_volume = self._with_volume(sources, options, shown, report)
            save_report(with_volume, options, path, report)

        self._jobs.start(
            EXPORT, work, lambda _: saved(path), self._notices.fail, policy=Policy.QUEUE
        )

    def _now(self) -> tuple[ReportSources, ReportOptions]:
        sources = report_sources(self._state, self._prior.beside)
        return sources, report_options(self._settings)

    def _with_volume(
        self,
        sources: ReportSources,
        options: ReportOptions,
        shown: "RenderRequest | None",
        report: Report = silent,
    ) -> ReportSources:
        if self._volume is None:
            return sources
        return self._volume.drawn(sources, options, shown, report)
