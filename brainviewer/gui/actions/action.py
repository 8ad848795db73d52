"""What an action of the window is: text, shortcut, needed fact, what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from brainviewer.app.facts import Fact
from brainviewer.app.state import ViewState
from brainviewer.gui.window_parts import WindowParts


@dataclass(frozen=True)
class Action:
    """One thing the user can do.

    needs : the fact that enables it; None for always.
    checked : whether it is on, for actions that stay pressed.
    short : the text in the tool bar, if it differs.
    also : a second shortcut.
    pane_key : a key that the panes listen to themselves, because holding it means more.
    """

    id: str
    text: str
    shortcut: str
    needs: Fact | None
    do: Callable[[WindowParts], object]
    checked: Callable[[ViewState], bool] | None = None
    short: str = ""
    tip: str = ""
    also: str = ""
    pane_key: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the action has where the user has not changed them."""
        return tuple(key for key in (self.shortcut or self.pane_key, self.also) if key)


@dataclass(frozen=True)
class Choice:
    """A field of the state that has one of several values, with an action for each."""

    name: str
    choose: Callable[[WindowParts, Any], object]
    chosen: Callable[[ViewState], object]

    def action(
        self,
        value: StrEnum,
        key: str,
        needs: Fact | None,
        short: str = "",
        tip: str = "",
        after: str = "",
    ) -> Action:
        """The action that chooses a value, and is on while it is the chosen one.

        after : what stands in its text after the name of the value.
        """
        return Action(
            f"{self.name}-{value.name.lower()}",
            value[0].upper() + value[1:] + after,
            key,
            needs,
            lambda w: self.choose(w, value),
            lambda s: self.chosen(s) is value,
            short,
            tip,
        )
