"""Waits for what is being saved or sent before the window closes."""

from PySide6.QtWidgets import QDialog, QProgressBar, QWidget

from brainviewer.app.exporting.queue import EXPORT
from brainviewer.app.notices import Notice
from brainviewer.app.pacs.sending import SEND
from brainviewer.app.session import Session
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import button, label, listen, timer


def unfinished(session: Session) -> int:
    """How many jobs have to end before the window closes."""
    return session.exports.unfinished + session.pacs.sending.unfinished + session.jobs.unsaved


class ClosingDialog(QDialog):
    """Accepted when all is saved and sent, or the user drops the rest; rejected to stay.

    What the user made is saved in any case: only exports and what is sent can be dropped. If
    something cannot be saved or sent, the window stays, so that the reason can be read.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("BrainViewer closes")
        self._session = session
        self._text = label(wrap=True)
        self._line = QProgressBar(textVisible=False, maximum=1000)
        self.drop_button = button("", "second", clicked=self._drop)
        ends = row(None, button("Stay", clicked=self.reject), self.drop_button)
        margins = (20, 20, 20, 20)
        self.setLayout(column(self._text, self._line, ends, spacing=12, margins=margins))
        self.setMinimumWidth(420)
        listen(self._show, session.state.progress_changed, session.jobs.ended)
        session.state.noticed.connect(self._stay_for)
        self._soon = timer(self, 0, self._all_done)
        self._show()

    @property
    def text(self) -> str:
        """What is waited for, as a sentence."""
        return self._text.text()

    def _show(self) -> None:
        images, sent = self._session.exports.unfinished, self._session.pacs.sending.unfinished
        self.drop_button.setVisible(images + sent > 0)
        if not unfinished(self._session):
            # What the last one has to say comes first: it may be that it failed.
            self._soon.start()
            return
        self.drop_button.setText(f"Close without {_ending(images, sent)}")
        self._text.setText(" ".join((*self._waited_for(), "BrainViewer closes when that is done.")))
        # Exports come first: what they save may be sent.
        key = EXPORT if images else SEND
        for progress in self._session.state.progress:
            if progress.key == key:
                self._line.setValue(round(1000 * progress.fraction))

    def _waited_for(self) -> list[str]:
        """Sentences."""
        images, sending = self._session.exports.unfinished, self._session.pacs.sending
        said = []
        if images:
            said.append(f"{'An image is' if images == 1 else f'{images} images are'} being saved.")
        if sending.unfinished:
            said += ["Objects are being sent to a PACS.", *filter(None, (sending.so_far,))]
            said.append("If you close before, the rest is missing there.")
        return said or ["Your last changes are being saved."]

    def _all_done(self) -> None:
        if self.isVisible() and not unfinished(self._session):
            self.accept()

    def _stay_for(self, notice: Notice) -> None:
        if notice.level == "error" and self.isVisible():
            self.reject()

    def _drop(self) -> None:
        self._session.exports.drop()
        self._session.pacs.sending.drop()
        self._show()


def _ending(images: int, sent: int) -> str:
    return " and ".join(filter(None, ("saving" if images else "", "sending" if sent else "")))
