"""Sentences for the user: notices."""

from collections.abc import Callable
from dataclasses import dataclass, field

from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError


@dataclass(frozen=True)
class Offer:
    """What the user may do about a notice: the words on a button, and what the button does."""

    words: str
    act: Callable[[], object] = field(default=lambda: None, compare=False)


@dataclass(frozen=True)
class Notice:
    """One sentence for the user.

    level : ``info``, ``caution`` or ``error``.
    of_study : an error that is about the study, and goes with it; what is no error always does.
    """

    text: str
    level: str = "info"
    offers: tuple[Offer, ...] = ()
    of_study: bool = False


class Notices:
    """Emits notices through the state; whoever listens shows them."""

    def __init__(self, state: ViewState) -> None:
        self._state = state

    def tell(self, text: str, level: str = "info", *, of_study: bool = False) -> None:
        """Tell the user one sentence; it stays until read, or until its study is left.

        of_study : an error that is about the study or its files; see ``Notice``.
        """
        self.show(Notice(text, level, of_study=of_study))

    def fail(self, error: BrainViewerError, *, of_study: bool = False) -> None:
        """Tell the user what failed, and what to do."""
        self.tell(str(error), "error", of_study=of_study)

    def show(self, notice: Notice) -> None:
        """Show a notice."""
        self._state.noticed.emit(notice)

    def settle(self, notice: Notice) -> None:
        """Take a notice back: what it said is no longer so."""
        self._state.notice_settled.emit(notice)
