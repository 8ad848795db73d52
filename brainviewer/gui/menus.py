"""The table of ``actions`` made live, and the menus that hold them."""

import re
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu

from brainviewer.app.session import Session
from brainviewer.core.shown_text import shown_text
from brainviewer.core.voi_window import presets
from brainviewer.gui.actions import ACTIONS, CONTEXT_MENUS, LOOK_ACTIONS, MENUS, Action
from brainviewer.gui.dialogs.files import recent
from brainviewer.gui.outside_text import as_tip, on_button
from brainviewer.gui.panels.annotations import AnnotationList
from brainviewer.gui.panels.display import COLOUR_MAPS
from brainviewer.gui.panels.prevalence_menu import fill_models, fill_prevalences, offer, refill
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panes.image_strip import ImageStrip
from brainviewer.gui.widgets import call, listen
from brainviewer.gui.window_parts import WindowParts

_STILL = {
    "theme>": ("Theme", ("theme-dark", "theme-light", "theme-system")),
    "look>": ("3D view", LOOK_ACTIONS),
    "tools>": ("Tool", dict(MENUS)["Tools"]),
}
"""Submenus whose content is always the same."""
_LISTS = {SequenceList: "sequences", AnnotationList: "annotations", ImageStrip: "series"}
_ENGINES = {"auto": "Automatic", "onnx": "ONNX Runtime", "tensorflow": "TensorFlow"}


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
            state.occlusion_changed,
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


class Menus:
    """The menu bar, and the menus that the right button opens; all entries have a letter."""

    def __init__(self, parts: WindowParts, actions: Actions) -> None:
        self._frame, self._session, self._actions = parts.frame, parts.session, actions
        titles = with_mnemonics([title for title, _ in MENUS])
        for title, (_, names) in zip(titles, MENUS, strict=True):
            self._fill(self._frame.menuBar().addMenu(title), names)
        parts.grid.menu_wanted.connect(partial(self._open, "pane"))
        parts.volume.image.menu_wanted.connect(partial(self._open, "volume"))
        for kind, name in _LISTS.items():
            for found in self._frame.findChildren(kind):
                found.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                found.customContextMenuRequested.connect(partial(self._open_on_list, found, name))

    def _open(self, name: str, at: QPoint) -> None:
        if self._session.state.study is not None:
            self.context(name).popup(at)

    def _open_on_list(self, rows: QAbstractItemView, name: str, at: QPoint) -> None:
        if isinstance(rows, AnnotationList):
            rows.select_at(at)
        self._open(name, rows.viewport().mapToGlobal(at))

    def context(self, kind: str) -> QMenu:
        """The menu of the right button over a kind of thing; see ``actions.CONTEXT_MENUS``."""
        menu = QMenu(self._frame)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu, CONTEXT_MENUS[kind])
        return menu

    def _fill(self, menu: QMenu, names: Sequence[str], letters: bool = True) -> None:
        for name in names:
            if name == "-":
                menu.addSeparator()
            elif name in _STILL:
                title, inside = _STILL[name]
                self._fill(menu.addMenu(title), inside, letters=False)
            elif name in _CHANGING:
                self._add_changing(menu, name)
            else:
                menu.addAction(self._actions[name])
        if letters:
            entries = [action for action in menu.actions() if not action.isSeparator()]
            texts = with_mnemonics([action.text() for action in entries])
            for action, text in zip(entries, texts, strict=True):
                action.setText(text)

    def _add_changing(self, menu: QMenu, name: str) -> None:
        title, fill = _CHANGING[name]
        submenu = menu.addMenu(title)
        submenu.setToolTipsVisible(True)
        submenu.aboutToShow.connect(call(refill, submenu, fill, self._session))
        if name not in _OF_CARDS:  # the first window must not wait for cards to be read
            fill(submenu, self._session)


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """The texts with an ampersand before a letter each, no letter twice where that can be.

    A text that has one keeps it. First letters of words come before others.
    """
    annotated: list[str] = []
    taken = {text[text.index("&") + 1].lower() for text in texts if "&" in text}
    for text in texts:
        words, _, key = text.partition("\t")
        found = [m.start() for m in re.finditer(r"\b[A-Za-z0-9]", words)]
        found += [n for n, letter in enumerate(words) if letter.isalnum() and letter.isascii()]
        at = next((n for n in found if words[n].lower() not in taken), min(found, default=None))
        if "&" in words or at is None:
            annotated.append(text)
            continue
        taken.add(words[at].lower())
        annotated.append(words[:at] + "&" + words[at:] + (f"\t{key}" if key else ""))
    return annotated


def _fill_recent(menu: QMenu, session: Session) -> None:
    for shown, paths in recent(session.settings):
        action = menu.addAction(on_button(shown.name))
        action.setToolTip(as_tip(shown_text(str(shown))))
        action.triggered.connect(call(session.documents.open, paths))
    if menu.isEmpty():
        menu.addAction("None yet").setEnabled(False)


def _fill_presets(menu: QMenu, session: Session) -> None:
    active, current = session.state.active, session.state.presets.get(session.state.active)
    for name in presets(active):
        offer(menu, name, name == current, call(session.view.apply_preset, active, name))


def _fill_colours(menu: QMenu, session: Session) -> None:
    active = session.state.active
    current = session.state.colour_maps.get(active, "grey")
    for name in COLOUR_MAPS:
        choose = call(session.view.set_colour_map, active, name)
        offer(menu, name.capitalize(), name == current, choose)


def _fill_engines(menu: QMenu, session: Session) -> None:
    for engine, text in _ENGINES.items():
        chosen = session.settings.engine == engine
        offer(menu, text, chosen, call(session.engine.choose, engine))


_CHANGING = {
    "recent>": ("Recent", _fill_recent),
    "presets>": ("Window preset", _fill_presets),
    "colours>": ("Colour map", _fill_colours),
    "engine>": ("Engine", _fill_engines),
    "model>": ("Model", fill_models),
    "prevalence>": ("Assumed frequency of types", fill_prevalences),
}
"""Submenus whose content depends on the moment: title, and what fills one."""
_OF_CARDS = ("model>", "prevalence>")
