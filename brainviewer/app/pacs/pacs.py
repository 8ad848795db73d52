"""PACS nodes in the background: test, search, retrieve and open, send."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.jobs import Jobs, Policy
from brainviewer.app.notices import Notices
from brainviewer.app.pacs.retrieval import Retrieval
from brainviewer.app.pacs.sending import Sending
from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import BrainViewerError, Report

if TYPE_CHECKING:
    from brainviewer.pacs.node import DicomwebNode, Node
    from brainviewer.pacs.query import Found, Query

TEST, SEARCH, PASSWORD = "test PACS", "search PACS", "keep password"
Failed = Callable[[BrainViewerError], object]


class Pacs:
    """Asks nodes in jobs; what was retrieved lies in private folders until the window closes.

    retrieval : of studies. sending : of files, and of results.
    """

    def __init__(
        self,
        settings: Settings,
        jobs: Jobs,
        notices: Notices,
        retrieval: Retrieval,
        sending: Sending,
    ) -> None:
        self._settings, self._jobs, self._notices = settings, jobs, notices
        self.retrieval, self.sending = retrieval, sending

    def test(self, node: "Node", done: Callable[[], object], failed: Failed) -> None:
        """Ask whether a node is there."""

        def work(report: Report) -> None:
            from brainviewer.pacs import client

            client.echo(node, report)

        self._jobs.start(TEST, work, lambda _: done(), failed, shown=False)

    def search(
        self,
        node: "Node",
        query: "Query",
        done: Callable[["Found"], object],
        failed: Failed,
    ) -> None:
        """Search a node for studies; a newer search takes the place of an older one."""

        def work(report: Report) -> "Found":
            from brainviewer.app.pacs.recorded import find_studies

            return find_studies(node, query, report)

        self._jobs.start(SEARCH, work, done, failed)

    def stop_search(self) -> None:
        """Take no answer of a search any more."""
        self._jobs.cancel(SEARCH)

    def keep_password(
        self, node: "DicomwebNode", secret: str, done: Callable[[bool], object]
    ) -> None:
        """Keep a password or token; ``done`` is told whether the system has a keyring for it."""

        def work(_report: Report) -> bool:
            from brainviewer.app.shared.nodes import keep_password

            return keep_password(node, secret)

        self._jobs.start(PASSWORD, work, done, self._notices.fail, policy=Policy.QUEUE, shown=False)

    def forget_password(self, node: "DicomwebNode") -> None:
        """Remove a password or token from the keyring."""

        def work(_report: Report) -> None:
            from brainviewer.app.shared.nodes import forget_password

            forget_password(node)

        ended = self._notices.fail
        self._jobs.start(PASSWORD, work, lambda _: None, ended, policy=Policy.QUEUE, shown=False)

    def forget_studies(self) -> None:
        """Before closing: what was retrieved is no recent study of the next start."""
        self.retrieval.close()
        own = [folder.path for folder in self.retrieval.folders]
        kept = tuple(
            entry
            for entry in self._settings.recent
            if not any(Path(path).is_relative_to(one) for path in entry for one in own)
        )
        if kept != self._settings.recent:
            self._settings.update(recent=kept)

    def remove_folders(self) -> None:
        """After all jobs have ended: remove what was retrieved."""
        for folder in self.retrieval.folders:
            folder.remove()
