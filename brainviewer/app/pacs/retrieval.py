"""A study that is retrieved from a PACS node: its first series opens while the others arrive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.documents import Documents
from brainviewer.app.jobs import Jobs, Post
from brainviewer.app.notices import Notices
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError, FileError, NodeError, Report
from brainviewer.core.study import Study
from brainviewer.files.ordinary_file import is_folder
from brainviewer.files.private_folder import PrivateFolder
from brainviewer.files.user_folders import retrieved_folder

if TYPE_CHECKING:
    from brainviewer.app.opening.dicom.series import SeriesChoice
    from brainviewer.pacs.node import Node
    from brainviewer.pacs.query import SeriesMatch, StudyMatch

RETRIEVE = "retrieve"


@dataclass(eq=False)
class _Arriving:
    """A study on its way; before : what was shown when it was asked for.

    series : how many it has, 0 while that is not known; whole : how many have arrived.
    openable : one of them can be shown as a sequence.
    is_prior : it is to be compared with what is open.
    """

    folder: PrivateFolder
    node: str
    before: Study | None
    is_prior: bool
    series: int = 0
    whole: int = 0
    openable: bool = False

    @property
    def path(self) -> Path:
        return self.folder.path


class Retrieval:
    """Retrieves one study at a time into a private folder, and opens it.

    folders : of all studies that were retrieved; they are there until the window closes.
    """

    def __init__(
        self,
        state: ViewState,
        settings: Settings,
        jobs: Jobs,
        notices: Notices,
        documents: Documents,
        compare: Callable[[Sequence[Path]], object],
        post: Post,
    ) -> None:
        self._state, self._settings, self._jobs = state, settings, jobs
        self._notices, self._documents, self._post = notices, documents, post
        self._compare = compare
        self._arriving: _Arriving | None = None
        self.folders: list[PrivateFolder] = []
        self._nodes: dict[Path, str] = {}
        self._matches: dict[Path, StudyMatch] = {}
        self._here: dict[tuple[str, str], Path] = {}
        self._asked: dict[tuple[str, str], Path] = {}

    def open(self, node: "Node", study: "StudyMatch") -> tuple[Path, ...]:
        """Retrieve a study and open it: the first series that can be shown, then the whole.

        One that was retrieved before is not retrieved again. Returns its paths, once it is here.
        Where the user has opened something else meanwhile, it is only put among the recent studies.
        What is whole stays where the retrieval is cancelled or fails, if some of it can be shown.
        """
        if (path := self._kept(node, study)) is not None:
            self._stop()
            self._documents.open([path])
            return (path,)
        return self._retrieve(node, study, is_prior=False)

    def compare(self, node: "Node", study: "StudyMatch") -> None:
        """Retrieve a study, and compare what is open with it."""
        if (path := self._kept(node, study)) is not None:
            self._compare([path])
        else:
            self._retrieve(node, study, is_prior=True)

    def _retrieve(self, node: "Node", study: "StudyMatch", *, is_prior: bool) -> tuple[Path, ...]:
        self._stop()
        try:
            folder = PrivateFolder(retrieved_folder())
        except FileError as error:
            self._notices.fail(error)
            return ()
        self.folders.append(folder)
        self._nodes[folder.path], self._matches[folder.path] = node.name, study
        self._asked[node.name, study.uid] = folder.path
        arriving = self._arriving = _Arriving(folder, node.name, self._state.study, is_prior)

        def work(report: Report) -> None:
            from brainviewer.app.pacs.recorded import retrieve
            from brainviewer.pacs import client

            series = client.find_series(node, study.uid, report)
            if not series:
                said = f"{node.name} has no images of this study."
                raise NodeError(said, "Search again; it may have been removed.")
            arriving.series = len(series)
            # What can be shown comes before results and pictures of it.
            ordered = sorted(series, key=lambda one: one.modality != "MR")
            retrieve(node, study.uid, ordered, folder.path, report, arrived)

        def arrived(_series: "SeriesMatch", path: Path) -> None:
            arriving.whole += 1
            first = not arriving.openable and not is_prior
            if first and arriving.whole < arriving.series and (choice := _sequence_in(path)):
                arriving.openable = True
                self._post(lambda: self._open_part(arriving, path, choice))

        def done(_: None) -> None:
            self._here[node.name, study.uid] = folder.path
            self._use(arriving)

        def failed(error: BrainViewerError) -> None:
            self._notices.fail(error)
            self._cut_short(arriving)

        self._jobs.start(
            RETRIEVE,
            work,
            done,
            failed,
            lambda: self._cut_short(arriving),
        )
        return (folder.path,)

    def _kept(self, node: "Node", study: "StudyMatch") -> Path | None:
        """Where a study lies whole; None if it was not retrieved, or its folder was removed."""
        path = self._here.get((node.name, study.uid))
        return path if path is not None and is_folder(path) else None

    def node_of(self, paths: Sequence[Path]) -> str:
        """The name of the node that a study was retrieved from; empty if it was not."""
        for path in paths:
            for folder, node in self._nodes.items():
                if path.is_relative_to(folder):
                    return node
        return ""

    def paths_of(self, node: "Node", study: "StudyMatch") -> tuple[Path, ...]:
        """Where a study was last retrieved to, whole or not; empty if it was not."""
        path = self._asked.get((node.name, study.uid))
        return () if path is None else (path,)

    def match_of(self, paths: Sequence[Path]) -> "StudyMatch | None":
        """What the node said of a study that was retrieved; None if it was not."""
        return self._matches.get(paths[0]) if len(paths) == 1 else None

    def close(self) -> None:
        """Before the application closes: nothing more is retrieved or opened."""
        self._arriving = None
        self._jobs.drop(RETRIEVE)

    def _stop(self) -> None:
        """Another study is wanted now."""
        if (arriving := self._arriving) is not None:
            self.close()
            self._documents.leave_at_part(arriving.path)

    def _open_part(self, arriving: _Arriving, path: Path, choice: "SeriesChoice") -> None:
        if self._arriving is arriving and not self._another_wanted(arriving):
            self._documents.open_part([path], choice, arriving.path)

    def _use(self, arriving: _Arriving, said: tuple[str, ...] = ()) -> None:
        """Open what has arrived, or compare with it."""
        self._arriving = None
        wanted = not self._another_wanted(arriving)
        if wanted and not arriving.is_prior:
            self._documents.open([arriving.path], said=said)
            return
        self._settings.remember_study([arriving.path])
        if wanted:
            self._compare([arriving.path])
            return
        self._documents.leave_at_part(arriving.path)
        self._notices.tell(f"A study from {arriving.node} is here, among the recent studies.")

    def _cut_short(self, arriving: _Arriving) -> None:
        """Keep what is whole, if it can be shown; remove all else."""
        if not arriving.openable:
            arriving.folder.remove()
        elif self._arriving is arriving:
            series = f"{arriving.whole} of {arriving.series} series"
            self._use(arriving, (f"Only {series} arrived from {arriving.node}.",))

    def _another_wanted(self, arriving: _Arriving) -> bool:
        return self._documents.another_wanted(arriving.before, arriving.path)


def _sequence_in(folder: Path) -> "SeriesChoice | None":
    """The series in a folder as the sequence that it surely is; None if it cannot be told."""
    from brainviewer.app.opening.dicom.looking import examination_in
    from brainviewer.app.opening.dicom.series import choice_of

    try:
        found = examination_in([folder])
        return None if found is None or not found.volumes else choice_of(found)
    except BrainViewerError:
        return None
