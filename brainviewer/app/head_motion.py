"""The motion of the head between the scans of the open study, corrected while it is looked at."""

from collections.abc import Callable

from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.opening.same_head import is_by_position, over_each_other
from brainviewer.app.state import ViewState
from brainviewer.core.counting import listed
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.process.memory import give_back
from brainviewer.core.study import Modality, Study

HEAD_MOTION = "head motion"
STAYS = "The sequences lie where the scanner says; whether the head moved was not looked for."
UNKNOWN = "{} has not been registered: a place on it is not the same place on the others."


class HeadMotion:
    """Brings the sequences of a study over each other in the background."""

    def __init__(self, state: ViewState, jobs: Jobs, notices: Notices) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._next: Callable[[], object] | None = None
        self._leaving = False

    @property
    def running(self) -> bool:
        """Whether the sequences are being brought over each other."""
        return self._jobs.running(HEAD_MOTION)

    def then(self, call: Callable[[], object]) -> None:
        """What follows once that has ended, instead of what was to follow before."""
        self._next = call

    def forget(self) -> bool:
        """Let nothing follow; returns whether something would have."""
        call, self._next = self._next, None
        return call is not None

    def correct(self) -> None:
        """Start, where sequences of the open study lie where the scanner says."""
        study = self._state.study
        if study is None or not is_by_position(study):
            return

        def work(report: Report) -> Study:
            try:
                return over_each_other(study, report)
            finally:
                give_back()

        def done(together: Study) -> None:
            self._state.study = together
            self._state.volumes_changed.emit()
            moved = any(volume.moved_mm for volume in together.volumes.values())
            level = "caution" if moved or together.together is not together else "info"
            for sentence in together.notices[len(study.notices) :]:
                self._notices.tell(sentence, level)
            self._go_on()

        def failed(error: BrainViewerError) -> None:
            self._notices.fail(error, of_study=True)
            self._go_on()

        def stopped() -> None:
            others = _of_other_frames(study)
            if not self._leaving and others:
                self._notices.tell(UNKNOWN.format(listed(others)), "caution")
            elif not self._leaving:
                self._notices.tell(STAYS)
            self._go_on()

        self._jobs.start(HEAD_MOTION, work, done, failed, stopped)

    def leave_study(self) -> None:
        """Stop for good: another study is shown."""
        self._next, self._leaving = None, True
        self._jobs.cancel(HEAD_MOTION)
        self._leaving = False

    def _go_on(self) -> None:
        call, self._next = self._next, None
        if call is not None:
            call()


def _of_other_frames(study: Study) -> list[Modality]:
    """The sequences of which nothing says how they lie beside the others."""
    return [modality for modality, volume in study.volumes.items() if volume.other_frame]
