"""What windows left that did not end as they should: told at the next start, beside the images."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QWidget

from brainviewer.files.unexpected_end.crash_trace import LeftTrace, left_traces
from brainviewer.gui import theme
from brainviewer.gui.faults.opener import FaultWindows
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, discard, row
from brainviewer.gui.widgets import button, call, label

_WIDTH = 520


@dataclass(frozen=True)
class Choice:
    """A button of something that is offered. settles : nothing of it is left to be chosen then."""

    words: str
    act: Callable[[], object]
    role: str = "second"
    settles: bool = True


class StartOffer(QDialog):
    """One card for each thing that was left; the last one that is settled closes the window.

    What is not settled is offered again at the next start. It takes no keys from the images.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle("BrainViewer")
        self.setMinimumWidth(theme.px(_WIDTH))
        self._left = 0
        self._cards = column(spacing=12)
        close = button("Close", "second", clicked=self.close)
        under = row(HelpButton("errors"), None, close)
        self.setLayout(column(self._cards, None, under, spacing=16, margins=(20, 20, 20, 16)))

    def add(self, head: str, text: str, *choices: Choice) -> None:
        """Offer something. head : what happened; text : what follows from it."""
        card = QFrame()
        card.setObjectName("card")
        made = []
        for choice in choices:
            one = button(choice.words, choice.role, clicked=call(choice.act))
            if choice.settles:
                one.clicked.connect(call(self._settle, card))
            made.append(one)
        said = [label(head, "beneath", wrap=True)]
        if text:
            said.append(label(text, wrap=True))
        card.setLayout(column(*said, row(None, *made), spacing=8, margins=(16, 12, 16, 12)))
        self._cards.addWidget(card)
        self._left += 1

    def _settle(self, card: QFrame) -> None:
        discard(card)
        self._left -= 1
        if self._left == 0:
            self.close()
        else:
            self.adjustSize()


def offer_what_was_left(windows: FaultWindows, parent: QWidget) -> StartOffer | None:
    """Offer it in a window; None where nothing was left."""
    traces = left_traces()
    if not traces:
        return None
    made = StartOffer(parent)
    for trace in traces:
        _offer_trace(made, trace, windows)
    made.show()
    return made


def _offer_trace(offer: StartOffer, trace: LeftTrace, windows: FaultWindows) -> None:
    said = f"BrainViewer ended unexpectedly on {trace.when:%Y-%m-%d} at {trace.when:%H:%M}."
    offer.add(
        said,
        "What you made is kept. The details may help to find the cause.",
        Choice("Delete", trace.delete),
        Choice("Show details", call(windows.show_trace, trace, said), settles=False),
    )
