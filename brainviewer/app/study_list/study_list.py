"""The study list: fills itself in the background, remembers results, and steps through studies."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from brainviewer.app.documents import Documents
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.signals import Signal
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.app.stores.feedback import last_opinions
from brainviewer.app.study_list.ahead import AHEAD, open_ahead
from brainviewer.app.study_list.kept_results import kept_classification, kept_finding
from brainviewer.app.study_list.listed import Asked, ListedStudy, NotListed, StudyOnNode, next_of
from brainviewer.app.study_list.rows import NAMES, Column, StudyRow, chosen_rows, limits_of
from brainviewer.app.study_list.sources import StudySource
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.files.study_list.database import StudyDatabase
from brainviewer.files.study_list.entry import StudyEntry

LIST, READ, KEEP_RESULT = "list studies", "read studies", "keep result"
_FIRST, _BATCH = 30, 300
Known = list[tuple[ListedStudy, StudyEntry | None]]
Found = tuple[Known, list[NotListed]]


class StudyList:
    """Rows of one source at a time, and the order in which they are shown.

    rows : all, in the order of the source; shown : those that fit the search, sorted.
    not_listed : what the source passes over, and why.
    source : None until one is shown. filling : studies are still being looked for.
    retrieve : opens a study on a PACS node, and returns the paths it has then; retrieved : those
        that it has already, by whatever way it was opened.
    """

    changed = Signal()
    """Rows were added, sorted or searched, or filling has begun or ended."""
    row_changed = Signal()
    """With the ``StudyRow`` that says something else now."""

    def __init__(
        self, state: ViewState, jobs: Jobs, notices: Notices, documents: Documents
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._documents = documents
        self.crashed = state.crashed
        self.retrieve: Callable[[StudyOnNode], tuple[Path, ...]] = lambda _: ()
        self.retrieved: Callable[[StudyOnNode], tuple[Path, ...]] = lambda _: ()
        self.source: StudySource | None = None
        self.rows: list[StudyRow] = []
        self.shown: list[StudyRow] = []
        self.not_listed: list[NotListed] = []
        self.filling = False
        self._search, self._limits, self._descending = "", "", False
        self._column: Column | None = None
        self._hidden: Sequence[Column] = ()
        self._asked: StudyRow | None = None
        self._opinions: dict[str, str] = {}
        self._database = StudyDatabase()
        self._kept: TumourFinding | None = None
        self._classified: Classification | None = None
        self._told = False
        state.study_changed.connect(self._study_opened)
        state.finding_changed.connect(self._keep_finding)
        state.classification_changed.connect(self._keep_classification)
        state.feedback_changed.connect(self._show_opinion)

    # -- filling ----------------------------------------------------------------------------

    def show(self, source: StudySource) -> None:
        """List the studies of a source, the first of them at once; see ``changed``."""
        self.stop()
        self.source, self.rows, self.shown, self.not_listed = source, [], [], []
        self.filling, self._opinions = True, last_opinions()
        self.changed.emit()
        asked = Asked()
        self._take_next(source.studies(asked), asked, _FIRST)

    def stop(self) -> None:
        """Look for no further studies, and read none."""
        self._jobs.cancel(LIST)
        self._jobs.cancel(READ)

    def _take_next(
        self, studies: Iterator[ListedStudy | NotListed], asked: Asked, count: int
    ) -> None:
        def work(report: Report) -> Found:
            asked.report = report
            found, passed_over = next_of(studies, count, report)
            known = self._database.entries([study.place for study in found])
            return [(study, known.get(study.place)) for study in found], passed_over

        def done(now: Found) -> None:
            found, passed_over = now
            self.not_listed += passed_over
            self._add(found)
            if found or passed_over:
                self._take_next(studies, asked, _BATCH)
            else:
                self._filled()

        def failed(error: BrainViewerError) -> None:
            self._filled()
            self._notices.fail(error)

        self._jobs.start(LIST, work, done, failed, self._filled, shown=False)

    def _add(self, found: Known) -> None:
        self._tell_trouble()
        for listed, entry in found:
            opinion = "" if entry is None else self._opinions.get(entry.content, "")
            self.rows.append(StudyRow(listed, entry, opinion))
        if found:
            self._arrange()

    def _filled(self) -> None:
        self.filling = False
        self.changed.emit()

    def look_at(self, rows: Sequence[StudyRow]) -> None:
        """Read these studies in the background, as far as they were never read; no others."""
        unread = [row for row in rows if row.unread]
        if not unread:
            self._jobs.cancel(READ)
            return
        row = unread[0]

        def work(report: Report) -> StudyEntry:
            from brainviewer.app.opening.first_look import first_look

            entry = first_look(row.listed.paths, report)
            return self._database.keep_study(entry, row.listed.place)

        def done(entry: StudyEntry) -> None:
            self._tell_trouble()
            self._show_entry(row, entry)
            self.look_at(unread[1:])

        def failed(error: BrainViewerError) -> None:
            row.problem = str(error)
            self.row_changed.emit(row)
            self.look_at(unread[1:])

        self._jobs.start(READ, work, done, failed, shown=False)

    # -- order ------------------------------------------------------------------------------

    def search(self, text: str) -> None:
        """Show only rows that hold every word of a text."""
        self._search = text
        self._arrange()

    def sort(self, column: Column | None, descending: bool = False) -> None:
        """Sort by a column; None for the order of the source."""
        self._column, self._descending = column, descending
        self._arrange()

    def hide_names(self, hide: bool) -> None:
        """Find and sort nothing by names, where they are hidden."""
        self._hidden = NAMES if hide else ()
        self._arrange()

    def _arrange(self) -> None:
        order = self._search, self._column, self._descending, self._hidden
        self.shown = chosen_rows(self.rows, *order)
        self._state.listed = bool(self.shown)
        self._state.facts_changed.emit()
        self.changed.emit()

    # -- opening ----------------------------------------------------------------------------

    def open(self, row: StudyRow) -> None:
        """Open the study of a row."""
        self._jobs.cancel(AHEAD)
        self._asked = row
        if row.listed.on_node is None:
            self._documents.open(row.listed.paths)
        else:
            row.listed = replace(row.listed, paths=self.retrieve(row.listed.on_node))

    def step(self, by: int) -> None:
        """Open the study ``by`` rows from the last that was asked for; none beyond the ends."""
        here = self._asked if self._asked in self.shown else self.current
        first = 0 if by > 0 else len(self.shown) - 1
        wanted = first if here is None else self.shown.index(here) + by
        if not 0 <= wanted < len(self.shown):
            return
        limits, said = limits_of(self._search, len(self.shown), len(self.rows)), self._limits
        self._limits = limits
        if limits and limits != said:  # once: the list need not be in sight
            self._documents.sentences.add(limits)
        self.open(self.shown[wanted])

    @property
    def current(self) -> StudyRow | None:
        """The row of the open study, if it is shown."""
        whole = self._state.arriving
        opened = self._state.opened_from if whole is None else (whole,)
        return next((row for row in self.shown if opened and self._paths(row) == opened), None)

    def _paths(self, row: StudyRow) -> tuple[Path, ...]:
        on_node = row.listed.on_node
        return row.listed.paths if on_node is None else self.retrieved(on_node)

    def _study_opened(self) -> None:
        self._asked = None
        study, row, part = self._state.study, self.current, self._state.arriving is not None
        if study is None or row is None or study.is_image2d or part:
            return
        row.listed = replace(row.listed, paths=self._paths(row))
        if study.content_hash and row.content != study.content_hash:
            self._remember(study, row)
        here = self.shown.index(row)
        open_ahead(self.shown[here + 1 : here + 2], self._jobs, self._documents.ahead)

    def _remember(self, study: Study, row: StudyRow) -> None:
        """Keep what the open study looks like, for its row."""

        def work() -> StudyEntry:
            from brainviewer.app.opening.first_look import entry_of

            return self._database.keep_study(entry_of(study), row.listed.place)

        row.problem = ""
        self._jobs.save(KEEP_RESULT, work, self._failed, lambda entry: self._show_entry(row, entry))

    # -- results ----------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of the database; after all jobs."""
        self._database.close()

    def _keep_finding(self) -> None:
        study, finding = self._state.study, self._state.finding
        done = self._state.finding_status is Status.DONE and not self._state.editing.drawing
        if study is None or finding is None or finding is self._kept or not done:
            return
        self._kept = finding
        kept = kept_finding(finding)
        self._keep(study.content_hash, lambda hash_: self._database.keep_finding(hash_, kept))
        self._show_on(study.content_hash, finding=kept)

    def _keep_classification(self) -> None:
        result = self._state.classification
        done = self._state.classification_status is Status.DONE
        if result is None or result.of_image or result is self._classified or not done:
            return
        self._classified = result
        kept = kept_classification(result)
        self._keep(result.study_hash, lambda hash_: self._database.keep_classification(hash_, kept))
        self._show_on(result.study_hash, classification=kept)

    def _keep(self, content: str, work: Callable[[str], None]) -> None:
        if content:
            self._jobs.save(KEEP_RESULT, lambda: work(content), self._failed)

    def _failed(self, error: BrainViewerError) -> None:
        """Say once that results are not kept: there is one for every study."""
        if not self._told:
            self._told = True
            self._notices.tell(str(error), "caution")

    def _show_on(self, content: str, **changes: object) -> None:
        for row in self.rows:
            if content and row.entry is not None and row.content == content:
                row.entry = replace(row.entry, **changes)  # type: ignore[arg-type]
                self.row_changed.emit(row)

    def _show_entry(self, row: StudyRow, entry: StudyEntry) -> None:
        row.entry, row.opinion = entry, self._opinions.get(entry.content, "")
        self.row_changed.emit(row)

    def _show_opinion(self) -> None:
        result, feedback = self._state.classification, self._state.feedback
        if result is None or result.of_image or not self.rows:
            return
        opinion = "" if feedback is None else feedback.opinion
        if self._opinions.get(result.study_hash, "") != opinion:
            self._opinions[result.study_hash] = opinion
            for row in self.rows:
                if row.content == result.study_hash:
                    row.opinion = opinion
                    self.row_changed.emit(row)

    def _tell_trouble(self) -> None:
        if trouble := self._database.trouble:
            self._database.told()
            self._failed(trouble)
