"""The table of actions as actions of a window, kept in step with the state."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from brainviewer.gui.actions import ACTIONS, Action
from brainviewer.gui.widgets import call, listen
from brainviewer.gui.window_parts import WindowParts


class Actions:
    """The table as QActions of a window, kept in step with the state."""

    def __init__(self, window: WindowParts) -> None:
        self._state = window.session.state
        self._made: dict[str, tuple[Action, QAction]] = {}
        for action in ACTIONS:
            # The part after the tab stands in the column of the keys.
            key = f"\t{action.pane_key}" if action.pane_key else ""
            made = QAction(action.text + key, window.frame)
            keys = [key for key in (action.shortcut, action.also) if key]
            made.setShortcuts([QKeySequence(key) for key in keys])
            made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            key = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            key = key or action.pane_key
            made.setToolTip((action.tip or action.text) + (f"  ({key})" if key else ""))
            made.setIconText(action.short or action.text)
            made.setCheckable(action.checked is not None)
            made.triggered.connect(call(self._run, action, window))
            window.frame.addAction(made)
            self._made[action.id] = (action, made)
        state = self._state
        listen(self._enable, state.facts_changed, state.study_changed)
        listen(
            self._check,
            state.study_changed,
            state.layout_changed,
            state.tool_changed,
            state.active_changed,
            state.overlays_changed,
            state.trial_changed,
        )
        self._enable()
        self._check()

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id][1]

    def _run(self, action: Action, window: WindowParts) -> None:
        action.do(window)
        # Qt has turned a pressed action over already; the state has the last word.
        self._check()

    def _enable(self) -> None:
        facts = self._state.facts
        for action, made in self._made.values():
            made.setEnabled(action.needs is None or action.needs in facts)

    def _check(self) -> None:
        for action, made in self._made.values():
            if action.checked is not None:
                made.setChecked(action.checked(self._state))
