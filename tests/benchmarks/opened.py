"""A session without a window that shows a study and its tumour, as benchmarks of panes want it."""

import sys
from pathlib import Path

from brainviewer.app.opening.study import demo_paths, open_study
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.errors import silent
from brainviewer.core.voi.voi_window import auto_window
from tests.searching import find_tumour


def opened_session() -> Session:
    """The study that the command line names, or the demo, with what is found in it."""
    paths = [Path(sys.argv[1])] if len(sys.argv) > 1 else demo_paths()
    study = open_study(paths, silent)
    session = Session(lambda function: function())
    session.segmentation.find = lambda *_, **__: None  # type: ignore[method-assign]
    session.documents.show(study, {m: auto_window(v.data) for m, v in study.volumes.items()})
    session.state.show_finding(find_tumour(study, "lesion", report=silent), Status.DONE)
    return session
