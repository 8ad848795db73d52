"""Objects that are sent to a PACS node: chosen files, or the results that were exported last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.dicom_export.request import DicomExport
from brainviewer.app.jobs import Jobs, Policy, Post
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.core.counting import counted
from brainviewer.core.errors import Cancelled, Report
from brainviewer.core.shown_text import shown_text

if TYPE_CHECKING:
    from brainviewer.pacs.node import Node

SEND = "send to PACS"


@dataclass(frozen=True)
class Sendable:
    """Results that can be sent.

    node : the name of the one that their study came from; empty if it came from none.
    made_up_id : the patient id, where it was made up; empty otherwise.
    """

    files: tuple[Path, ...]
    node: str = ""
    made_up_id: str = ""


class Sending:
    """Sends in the background, one after the other; results : those that were exported last."""

    def __init__(self, state: ViewState, jobs: Jobs, notices: Notices, post: Post) -> None:
        self._state, self._jobs, self._notices, self._post = state, jobs, notices, post
        self.results: Sendable | None = None
        self._has: Callable[[], str] = str

    @property
    def unfinished(self) -> int:
        """How many times something is being sent, or waits for it."""
        return self._jobs.unfinished(SEND)

    @property
    def so_far(self) -> str:
        """What the node that is sent to has confirmed, a sentence; empty before the first."""
        return self._has() if self.unfinished else ""

    def drop(self) -> None:
        """Send no more; what a node has confirmed stays there."""
        self._jobs.drop(SEND)

    def offer(self, done: DicomExport, node: str) -> bool:
        """Take the results of an export as those to be sent; whether there are any.

        node : the name of the one that the study came from.
        """
        files = tuple(done.folder / one.name for one in done.files if one.sop_instance_uid)
        if files:
            made_up = done.patient.id if done.patient.made_up else ""
            self.results = Sendable(files, node, made_up)
            self._state.exported = True
            self._state.facts_changed.emit()
        return bool(files)

    def send(self, node: "Node", paths: Sequence[Path]) -> None:
        """Send DICOM files; a notice says how many were, or which were not, and why."""
        count = 0

        def work(report: Report) -> None:
            from brainviewer.app.pacs import recorded

            self._has = has

            def stored(number: int) -> None:
                nonlocal count
                count = number

            try:
                recorded.send(node, paths, report, stored)
            except Cancelled:
                self._post(stopped)
                raise

        def has() -> str:
            total = counted(len(paths), "object")
            return shown_text(f"{node.name} has confirmed {count} of {total}.")

        def stopped() -> None:
            """Once it is known what the node has: the job was given up before."""
            if count == len(paths):
                done(None)
            else:
                self._notices.tell(f"Sending was stopped. {has()}", "caution")

        def done(_: None) -> None:
            self._notices.tell(f"{counted(len(paths), 'object')} sent to {node.name}.")

        self._jobs.start(SEND, work, done, self._notices.fail, policy=Policy.QUEUE)
