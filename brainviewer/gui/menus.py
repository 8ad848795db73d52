"""The menu bar: the table of ``actions``, and the menus whose content depends on the moment."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from brainviewer.app.session import Session
from brainviewer.core.shown_text import shown_text
from brainviewer.core.voi_window import presets
from brainviewer.gui.actions import CONTEXT_MENUS, LOOK_ACTIONS, MENUS
from brainviewer.gui.live_actions import Actions
from brainviewer.gui.outside_text import as_tip, on_button
from brainviewer.gui.panels.display import COLOUR_MAPS
from brainviewer.gui.panels.prevalence_menu import fill_prevalences

_STILL = {
    "theme": ("Theme", ("theme-dark", "theme-light", "theme-system")),
    "look": ("3D view", LOOK_ACTIONS),
    "tools": ("Tool", dict(MENUS)["Tools"]),
}
"""Submenus whose content is always the same."""
_ENGINES = {"auto": "Automatic", "onnx": "ONNX Runtime", "tensorflow": "TensorFlow"}


class Menus:
    """Makes the menus of a window; every entry can be reached by a letter."""

    def __init__(self, frame: QMainWindow, session: Session, actions: Actions) -> None:
        self._frame, self._session, self._actions = frame, session, actions

    def fill_menu_bar(self) -> None:
        """Fill the menu bar of the window."""
        titles = with_mnemonics([title for title, _ in MENUS])
        for title, (_, names) in zip(titles, MENUS, strict=True):
            menu = self._frame.menuBar().addMenu(title)
            self._fill(menu, names)
            _give_letters(menu)

    def context(self, kind: str) -> QMenu:
        """The menu of the right button over a kind of thing; see ``actions.CONTEXT_MENUS``."""
        menu = QMenu(self._frame)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu, CONTEXT_MENUS[kind])
        _give_letters(menu)
        return menu

    def _fill(self, menu: QMenu, names: Sequence[str]) -> None:
        for name in names:
            if name == "-":
                menu.addSeparator()
            elif name.endswith(">"):
                self._add_submenu(menu, name[:-1])
            else:
                menu.addAction(self._actions[name])

    def _add_submenu(self, menu: QMenu, name: str) -> None:
        if name in _STILL:
            title, names = _STILL[name]
            self._fill(menu.addMenu(title), names)
            return
        title, fill = _CHANGING[name]
        submenu = menu.addMenu(title)
        submenu.setToolTipsVisible(True)

        def refill() -> None:
            submenu.clear()
            fill(submenu, self._session)

        submenu.aboutToShow.connect(refill)
        if name != "prevalence":  # reads the model's card, which the first window must not wait for
            refill()


def _give_letters(menu: QMenu) -> None:
    actions = [action for action in menu.actions() if not action.isSeparator()]
    texts = with_mnemonics([action.text() for action in actions])
    for action, text in zip(actions, texts, strict=True):
        action.setText(text)


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """The texts with an ampersand before a letter each, no letter twice where that can be.

    A text that has one keeps it. First letters of words come before others.
    """
    marked: list[str] = []
    taken = {text[text.index("&") + 1].lower() for text in texts if "&" in text}
    for text in texts:
        words, _, key = text.partition("\t")
        found = [m.start() for m in re.finditer(r"\b[A-Za-z0-9]", words)]
        found += [n for n, letter in enumerate(words) if letter.isalnum() and letter.isascii()]
        at = next((n for n in found if words[n].lower() not in taken), min(found, default=None))
        if "&" in words or at is None:
            marked.append(text)
            continue
        taken.add(words[at].lower())
        marked.append(words[:at] + "&" + words[at:] + (f"\t{key}" if key else ""))
    return marked


def _add(menu: QMenu, text: str, chosen: bool | None = None) -> QAction:
    action = menu.addAction(text)
    if chosen is not None:
        action.setCheckable(True)
        action.setChecked(chosen)
    return action


def _fill_recent(menu: QMenu, session: Session) -> None:
    for entry in session.settings.recent:
        paths = [Path(p) for p in entry]
        shown = paths[0] if len(paths) == 1 else paths[0].parent
        action = _add(menu, on_button(shown.name))
        action.setToolTip(as_tip(shown_text(str(shown))))
        action.triggered.connect(partial(_open, session, paths))
    if menu.isEmpty():
        _add(menu, "None yet").setEnabled(False)


def _open(session: Session, paths: list[Path], _checked: bool = False) -> None:
    session.documents.open(paths)


def _fill_presets(menu: QMenu, session: Session) -> None:
    active = session.state.active
    current = session.state.presets.get(active)
    for name in presets(active):
        _add(menu, name, name == current).triggered.connect(partial(_apply_preset, session, name))


def _apply_preset(session: Session, name: str, _checked: bool = False) -> None:
    session.view.apply_preset(session.state.active, name)


def _fill_colours(menu: QMenu, session: Session) -> None:
    current = session.state.colour_maps.get(session.state.active, "grey")
    for name in COLOUR_MAPS:
        action = _add(menu, name.capitalize(), name == current)
        action.triggered.connect(partial(_set_colours, session, name))


def _set_colours(session: Session, name: str, _checked: bool = False) -> None:
    session.view.set_colour_map(session.state.active, name)


def _fill_engines(menu: QMenu, session: Session) -> None:
    for engine, text in _ENGINES.items():
        action = _add(menu, text, session.settings.engine == engine)
        action.triggered.connect(partial(_set_engine, session, engine))


def _set_engine(session: Session, engine: str, _checked: bool = False) -> None:
    session.engine.choose(engine)


_CHANGING = {
    "recent": ("Recent", _fill_recent),
    "presets": ("Window preset", _fill_presets),
    "colours": ("Colour map", _fill_colours),
    "engine": ("Engine", _fill_engines),
    "prevalence": ("Assumed frequency of types", fill_prevalences),
}
"""Submenus whose content depends on the moment: title, and what fills one."""
