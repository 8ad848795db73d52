"""Waits for exports before the window closes."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from brainviewer.app.session import Session
from brainviewer.gui.widgets import button, label

EXPORT = "export"
"""The key of the jobs that save pictures."""


class ClosingDialog(QDialog):
    """Accepted when every export is done or the user drops them; rejected to stay."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("BrainViewer closes")
        self._session = session
        self._text = label(wrap=True)
        self._line = QProgressBar()
        self._line.setTextVisible(False)
        self._line.setRange(0, 1000)
        stay = button("Stay")
        stay.clicked.connect(self.reject)
        self.drop_button = button("Close without saving", "second")
        self.drop_button.clicked.connect(self._drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(12)
        column.addWidget(self._text)
        column.addWidget(self._line)
        ends = QHBoxLayout()
        ends.addStretch(1)
        ends.addWidget(stay)
        ends.addWidget(self.drop_button)
        column.addLayout(ends)
        self.setMinimumWidth(420)
        session.state.progress_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        left = self._session.jobs.unfinished(EXPORT)
        if not left:
            # What the last one has to say comes first: it may be that it failed.
            QTimer.singleShot(0, self, self._all_done)
            return
        many = "A picture is" if left == 1 else f"{left} pictures are"
        self._text.setText(f"{many} being saved. BrainViewer closes when that is done.")
        for progress in self._session.state.progress:
            if progress.key == EXPORT:
                self._line.setValue(round(1000 * progress.fraction))

    def _all_done(self) -> None:
        if self.isVisible() and not self._session.jobs.unfinished(EXPORT):
            self.accept()

    def _drop(self) -> None:
        self._session.jobs.drop(EXPORT)
        self.accept()
