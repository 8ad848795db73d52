"""The free text of the open study's report: written, kept, and found again with the study."""

from functools import partial

from brainviewer.app.audit_trail.edits import REPORT_TEXT, may_edit
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.app.stores.report_text import KEEP_REPORT, keep_report_text, kept_report_text
from brainviewer.core.report_text import ReportText


class ReportWriting:
    """Changes the text; it is kept as it is written, as annotations are."""

    def __init__(self, state: ViewState, jobs: Jobs, notices: Notices) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._restored = ""
        """The content hash of the study whose text is shown."""
        state.study_changed.connect(self._restore)

    def write(self, text: ReportText) -> None:
        """Replace the whole text; without a study nothing happens."""
        study = self._state.study
        if study is None or text == self._state.report_text:
            return
        if not may_edit(study, REPORT_TEXT, self._notices.fail):
            return
        self._state.report_text = text
        self._state.report_text_changed.emit()
        self._keep()

    def _keep(self) -> None:
        study, text = self._state.unedited, self._state.report_text
        if study is None:
            return
        self._jobs.save(
            KEEP_REPORT,
            partial(keep_report_text, study.content_hash, text),
            partial(self._notices.fail, of_study=True),
        )

    def _restore(self) -> None:
        """What was kept with the study that is shown now."""
        study, written = self._state.unedited, self._state.report_text
        content = "" if study is None else study.content_hash
        if content and content == self._restored:
            return  # the same one, painted over
        self._restored = content
        self._jobs.finish(KEEP_REPORT)  # it may be the same study
        if study is not None and self._state.view_kept and written:
            self._keep()  # written while a part of it was here
            return
        self._state.report_text = (
            ReportText() if study is None else kept_report_text(study.content_hash)
        )
        self._state.report_text_changed.emit()
