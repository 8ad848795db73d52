"""Reads the study that probably comes next, so that stepping to it takes no time."""

from collections.abc import Sequence

from brainviewer.app.audit_trail.openings import not_shown
from brainviewer.app.jobs import Jobs
from brainviewer.app.opening.ahead import OpenedAhead
from brainviewer.app.opening.opened import Opened
from brainviewer.app.study_list.rows import StudyRow
from brainviewer.core.errors import Report

AHEAD = "open ahead"
_AHEAD_AFTER = 0.3
"""Seconds after which the next study is read."""


def open_ahead(rows: Sequence[StudyRow], jobs: Jobs, ahead: OpenedAhead) -> None:
    """Read the first of these studies that is on this computer, unless it is kept already."""
    here = [row.listed.paths for row in rows if row.listed.on_node is None]
    paths = [one for one in here if one not in ahead]
    if not paths:
        return

    def work(report: Report) -> Opened:
        from brainviewer.app.prediction.frame_class import wait_for_rest

        wait_for_rest(report, _AHEAD_AFTER)  # the study that was opened is painted first
        with not_shown():
            return Opened.read(paths[0], report)

    # A study that cannot be opened says so when it is its turn.
    jobs.start(AHEAD, work, ahead.keep, lambda _: None, shown=False)
