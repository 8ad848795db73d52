"""The keys of all actions as they are now: those of the table, and those that the user chose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from brainviewer.app.settings.keys import Changed, keys_of, with_keys
from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shortened

_SLICES = "moving through slices"
_FIXED: Mapping[str, str] = {
    **dict.fromkeys(("Up", "Down", "PgUp", "PgDown", "Home", "End"), _SLICES),
    **dict.fromkeys(("Left", "Right"), "moving through images"),
    **dict.fromkeys(("Tab", "Shift+Tab", "Backtab"), "moving through the window"),
    **dict.fromkeys(("Return", "Enter"), "what has the keys at the moment"),
    "Esc": "leaving a field",
    "Space": "panning with a drag",
    "Backspace": "deleting an annotation",
    "F10": "the menu bar",
}
"""Keys that no action can have, and what they are for: panes and fields listen to them."""
_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText
_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True)
class KeyedAction:
    """An action as far as its keys go.

    keys : its own, the first one first. of_panes : the one among them that panes listen to
        themselves; this action alone can have it, although it is fixed.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    of_panes: str = ""


class KeyMap:
    """Which key does what. Two actions never have the same key, whatever the settings hold.

    groups : (title, its actions), in the order of the sheet. letters : of the menus, which Alt
        opens them with, and their titles.
    """

    def __init__(
        self,
        settings: Settings,
        groups: Sequence[tuple[str, Sequence[KeyedAction]]],
        letters: Mapping[str, str],
    ) -> None:
        self._settings, self.groups = settings, groups
        self._actions = {action.id: action for _, actions in groups for action in actions}
        menus = {f"Alt+{letter.upper()}": f"the menu {title}" for letter, title in letters.items()}
        self._fixed = {**_FIXED, **menus}
        self._worked_out: tuple[Changed, dict[str, tuple[str, ...]]] | None = None

    def of(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action, as they are stored; none where it has none."""
        return self._now()[action_id]

    def shortcuts(self, action_id: str) -> list[QKeySequence]:
        """The keys of an action that the window listens to."""
        own = self._actions[action_id].of_panes
        return [QKeySequence(key, _PORTABLE) for key in self.of(action_id) if key != own]

    def text(self, action_id: str) -> str:
        """The keys of an action, for people to read."""
        return " or ".join(map(shown, self.of(action_id)))

    def sheet(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(title, rows of key and text) of all actions that have a key."""
        made, found = self._now(), []
        for title, actions in self.groups:
            keyed = [
                (" or ".join(map(shown, made[action.id])), action.text)
                for action in actions
                if made[action.id]
            ]
            found.append((title, keyed))
        return [(title, rows) for title, rows in found if rows]

    def rows(self) -> list[tuple[str, str]]:
        """(key, text) of all actions that have a key, for the guide."""
        return [one for _, rows in self.sheet() for one in rows]

    def change(self, action_id: str, keys: Sequence[str]) -> None:
        """Give an action other keys.

        Raises BrainViewerError with the name of what a key belongs to already, and changes nothing.
        """
        wanted = tuple(dict.fromkeys(_normal(key) for key in keys if key))
        own = self._actions[action_id].keys
        changed = with_keys(self._settings.keys, action_id, None if wanted == own else wanted)
        self.check(changed)
        self._settings.update(keys=changed)

    def reset(self, action_id: str) -> None:
        """Give an action its own keys; raises BrainViewerError if another one has them now."""
        self.change(action_id, self._actions[action_id].keys)

    def check(self, changed: Changed) -> None:
        """Raises BrainViewerError that says which keys cannot be so, if any."""
        for problem in self._problems(changed):
            raise BrainViewerError(f"{problem} {_UNCHANGED}", "Choose another key.")

    # -- how it is worked out ---------------------------------------------------------------

    def _now(self) -> Mapping[str, tuple[str, ...]]:
        """The keys of every action; worked out once, until the settings hold others."""
        changed = self._settings.keys
        if self._worked_out is None or self._worked_out[0] != changed:
            self._worked_out = changed, self._map(self._sound())
        return self._worked_out[1]

    def _sound(self) -> Changed:
        """The changes of the settings; of damaged ones, those that do not meet others."""
        changed = self._settings.keys
        if next(self._problems(changed), None) is None:
            return changed
        kept: Changed = ()
        for entry in changed:
            if next(self._problems((*kept, entry)), None) is None:
                kept = (*kept, entry)
        return kept

    def _map(self, changed: Changed) -> dict[str, tuple[str, ...]]:
        return {name: keys_of(changed, name, one.keys) for name, one in self._actions.items()}

    def _problems(self, changed: Changed) -> Iterator[str]:
        taken: dict[str, str] = {}
        for name, keys in self._map(changed).items():
            action = self._actions[name]
            for key in keys:
                if key != _normal(key):
                    yield f"'{shortened(key)}' is no key."
                elif key in self._fixed and key != action.of_panes:
                    yield f"{shown(key)} is for {self._fixed[key]}."
                elif key in taken:
                    yield f"{shown(key)} is the key of “{taken[key]}”, not of “{action.text}”."
                taken.setdefault(key, action.text)


def shown(key: str) -> str:
    """A key as the system writes it."""
    return QKeySequence(key, _PORTABLE).toString(_NATIVE)


def _normal(key: str) -> str:
    """A key as Qt stores it; empty if it is none, or more than one after the other."""
    sequence = QKeySequence(key, _PORTABLE)
    text = sequence.toString(_PORTABLE)
    return text if sequence.count() == 1 and "Unknown" not in text else ""
