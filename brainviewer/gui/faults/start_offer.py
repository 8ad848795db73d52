"""What windows left that were not closed: offered at the next start, beside the images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QFrame, QWidget

from brainviewer.app.recovery.left_study import LeftStudy
from brainviewer.app.recovery.recovery import Recovery
from brainviewer.files.unexpected_end.crash_trace import LeftTrace
from brainviewer.gui import theme
from brainviewer.gui.faults.opener import FaultWindows
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, discard, row
from brainviewer.gui.widgets import button, call, label

_WIDTH = 540
_HEAD = "BrainViewer was not closed."
_RETURN = "Your work was open when the window was locked."


@dataclass(frozen=True)
class Choice:
    """A button of what is offered. settles : nothing of it is left to be chosen then."""

    words: str
    act: Callable[[], object]
    role: str = "second"
    settles: bool = True


class StartOffer(QDialog):
    """One card for each thing that was left; the last one that is settled closes the window.

    What is not settled is offered again at the next start. It takes no keys from the images.
    head : over the cards; none where they say it themselves.
    """

    def __init__(self, parent: QWidget, head: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle("BrainViewer")
        self.setMinimumWidth(theme.px(_WIDTH))
        self._left = 0
        self._cards = column(spacing=12)
        if head:
            self._cards.addWidget(label(head, "beneath", wrap=True))
        close = button("Close", "second", clicked=self.close)
        under = row(HelpButton("recovery"), None, close)
        self._lines = column(self._cards, None, under, spacing=16, margins=(20, 20, 20, 16))
        self.setLayout(self._lines)

    def add(self, text: str, more: str, *choices: Choice) -> None:
        """Offer something. text : what there is. more : a quiet sentence, or none."""
        card = QFrame()
        card.setObjectName("card")
        made = []
        for choice in choices:
            one = button(choice.words, choice.role, clicked=call(choice.act))
            if choice.settles:
                one.clicked.connect(call(self._settle, card))
            made.append(one)
        said = [label(text, wrap=True)]
        if more:
            said.append(label(more, "quiet", wrap=True))
        card.setLayout(column(*said, row(None, *made), spacing=8, margins=(16, 12, 16, 12)))
        self._cards.addWidget(card)
        self._left += 1

    def _settle(self, card: QFrame) -> None:
        discard(card)
        self._left -= 1
        if self._left == 0:
            self.close()
        else:
            self.fit()

    def fit(self) -> None:
        """As high as what it offers."""
        self._lines.activate()
        width = theme.px(_WIDTH)
        self.resize(width, self._lines.totalHeightForWidth(width))


class StartOffers(QObject):
    """Offers what is found when the session looks for it: at the start, or for a new reader."""

    def __init__(self, recovery: Recovery, windows: FaultWindows, parent: QWidget) -> None:
        super().__init__(parent)
        self._recovery, self._windows, self._parent = recovery, windows, parent
        recovery.found.connect(self._offer)

    def _offer(self) -> None:
        recovery = self._recovery
        made = StartOffer(self._parent, _head(recovery.left))
        for one in recovery.left:
            self._offer_study(made, one)
        for trace in recovery.traces:
            self._offer_trace(made, trace)
        made.fit()
        made.show()

    def _offer_study(self, offer: StartOffer, one: LeftStudy) -> None:
        recovery = self._recovery
        not_now = Choice("Not now" if one.paths else "Got it", partial(recovery.not_now, one))
        again = Choice("Open it again", partial(recovery.open_again, one), "primary")
        choices = (not_now, again) if one.paths else (not_now,)
        offer.add(recovery.sentence(one), one.advice, *choices)

    def _offer_trace(self, offer: StartOffer, trace: LeftTrace) -> None:
        said = f"BrainViewer ended unexpectedly on {trace.when:%Y-%m-%d} at {trace.when:%H:%M}."
        show = partial(self._windows.show_trace, trace, said)
        offer.add(
            said,
            "The details may help to find the cause.",
            Choice("Delete", trace.delete),
            Choice("Show details", show, settles=False),
        )


def _head(left: Sequence[LeftStudy]) -> str:
    """Over what windows left; none where there is nothing but traces of crashes."""
    if not left:
        return ""
    return _RETURN if all(one.work.to_return for one in left) else _HEAD
