"""The parts of the application behind one window.

Called on the main thread. Slow work runs in jobs; its results come back through ``post``.
"""

from collections.abc import Callable

from brainviewer.app.annotations import Annotations
from brainviewer.app.classification import Classifier
from brainviewer.app.documents import Documents
from brainviewer.app.engine import EngineControl
from brainviewer.app.export_queue import Exports
from brainviewer.app.feedback import Feedback
from brainviewer.app.jobs import Crashed, Jobs, Post, ShowProgress
from brainviewer.app.notices import Notices
from brainviewer.app.occlusion import Occlusion
from brainviewer.app.segmentation import Segmentation
from brainviewer.app.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.app.view import View


class Session:
    """Makes the parts and holds them.

    post : runs a function on the main thread.
    settings : what is remembered between starts.
    crashed : called with an unexpected exception.
    make_jobs : what runs the work in the background.

    A listener that is connected first is called first: the parts that complete the state listen
    before those that show it.
    """

    def __init__(
        self,
        post: Post,
        settings: Settings | None = None,
        crashed: Crashed | None = None,
        make_jobs: Callable[[Post, ShowProgress, Crashed], Jobs] = Jobs,
    ) -> None:
        self.settings = settings or Settings()
        self.state = state = ViewState(convention=self.settings.convention)
        self.notices = notices = Notices(state)
        state.crashed = crashed or notices.crash
        self.jobs = jobs = make_jobs(post, state.show_progress, state.crashed)
        self.settings.save_in(jobs, notices.fail)
        self.engine = EngineControl(state, self.settings, notices, post)
        self.view = View(state)
        self.annotations = Annotations(state, jobs, notices)
        self.occlusion = Occlusion(state, jobs, notices, self.engine, self.view, self.annotations)
        self.feedback = Feedback(state, jobs, notices)
        self.exports = Exports(state, jobs, notices)
        self.segmentation = Segmentation(state, jobs, notices, self.view, self.engine)
        self.classification = Classifier(
            state, self.settings, jobs, notices, self.engine, self.segmentation
        )
        self.documents = Documents(
            state, self.settings, jobs, notices, self._leave_study, self._enter_study
        )

    def close(self) -> None:
        """Stop all work and the child process, and wait for both."""
        self.engine.close()  # first: work that waits for it then ends
        self.jobs.close()

    def _leave_study(self) -> None:
        self.occlusion.forget()
        self.segmentation.stop()
        self.classification.leave_study()
        self.view.moved = False
        self.view.set_overlay(difference=False)

    def _enter_study(self) -> None:
        self.annotations.restore()
        self.classification.enter_study()
