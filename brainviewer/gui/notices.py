"""Notices: one place, one sentence each, there until read. Progress: a thin line and a sentence."""

from collections import deque

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QSizePolicy, QWidget

from brainviewer.app.notices import Notice, Offer
from brainviewer.app.session import Session
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.layouts import column, discard, row
from brainviewer.gui.widgets import button, call, label, set_role

_ROLES = {"info": "quiet", "caution": "caution", "error": "chip-bad"}
_JOBS = {
    "open": "Opening",
    "head motion": "Bringing the sequences over each other",
    "find": "Looking for the tumour",
    "classify": "Classifying",
    "compare": "Comparing with the prior",
    "compare others": "Measuring the other studies",
    "export": "Saving the image",
    "preview": "Drawing the preview",
    "save annotations": "Saving the annotations",
    "read audit trail": "Reading the audit trail",
    "verify audit trail": "Verifying the audit trail",
    "export audit trail": "Exporting the audit trail",
}
_WORDS = {"info": "", "caution": "Caution: ", "error": ""}


class NoticeBar(QFrame):
    """Shows the oldest unread notice; the button reads it and shows the next.

    over : what it lies on, along its upper edge, so that nothing moves when it comes or goes.
    """

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(over.parentWidget())
        self._over = over
        over.installEventFilter(self)
        self.setObjectName("notice")
        self._waiting: deque[Notice] = deque()
        self._text = label(wrap=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        tip = "Read; show the next notice, if there is one"
        self._next = button("Got it", "second", tip, self._read)
        self._offers: list[QPushButton] = []
        self._row = row((self._text, 1), self._next, margins=(12, 6, 8, 6))
        self.setLayout(self._row)
        self.hide()
        session.state.noticed.connect(self.show_notice)
        session.state.notice_settled.connect(self._forget)
        session.state.study_changed.connect(self._forget_study)

    @property
    def sentences(self) -> list[str]:
        """The unread sentences, oldest first."""
        return [n.text for n in self._waiting]

    def show_notice(self, notice: Notice) -> None:
        """Put a notice in the queue; the same sentence is not said twice."""
        if notice.text not in self.sentences:
            newer_first = notice.level == "error"
            least = _weight(notice) - newer_first
            self._waiting.insert(sum(_weight(n) <= least for n in self._waiting), notice)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def _place(self) -> None:
        """Along the upper edge of what it lies on, as high as its words need."""
        room = self._over.geometry()
        height = self._row.heightForWidth(room.width())
        room.setHeight(max(height, self.minimumSizeHint().height()))
        self.setGeometry(room)
        self.raise_()

    def _forget_study(self) -> None:
        """Another study is shown: what was about the one before goes with it."""
        self._waiting = deque(n for n in self._waiting if n.level == "error" and not n.of_study)
        self._show()

    def _forget(self, notice: Notice) -> None:
        if notice in self._waiting:
            self._waiting.remove(notice)
            self._show()

    def _read(self) -> None:
        self._waiting.popleft()
        self._show()

    def _do(self, offer: Offer) -> None:
        self._read()
        offer.act()

    def _offer(self, notice: Notice) -> None:
        """A button for each thing that can be done about it."""
        for made in self._offers:
            discard(made)
            made.setParent(None)
        self._offers = [
            button(one.words, "second", clicked=call(self._do, one)) for one in notice.offers
        ]
        for place, made in enumerate(self._offers, 1):
            self._row.insertWidget(place, made)
            made.show()

    def _show(self) -> None:
        self.setVisible(bool(self._waiting))
        if self._waiting:
            first = self._waiting[0]
            set_role(self._text, _ROLES[first.level])
            self._text.setText(_WORDS[first.level] + shown_text(first.text))
            self._offer(first)
            more = len(self._waiting) - 1
            self._next.setText(f"Got it · {more} more" if more else "Got it")
            self._place()


def _weight(notice: Notice) -> int:
    """Its place in the queue: what went wrong, what can be done, what changes values, the rest."""
    if notice.level == "error":
        return 0
    return 1 if notice.offers else 2 if notice.level == "caution" else 3


class ProgressLine(QWidget):
    """What runs now, with Cancel; invisible when nothing does."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._text = label(role="quiet")
        self._line = QProgressBar(textVisible=False, maximum=1000)
        above = row((self._text, 1), button("Cancel", clicked=self._stop), margins=(8, 0, 0, 0))
        self.setLayout(column(above, self._line, spacing=2))
        self.setMinimumWidth(260)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        session.state.progress_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        progress = self._session.state.progress
        self.setVisible(bool(progress))
        if progress:
            first = progress[0]
            self._text.setText(first.text or _JOBS.get(first.key, "Working"))
            self._line.setValue(round(first.fraction * 1000))

    def _stop(self) -> None:
        if self._session.state.progress:
            self._session.jobs.cancel(self._session.state.progress[0].key)
