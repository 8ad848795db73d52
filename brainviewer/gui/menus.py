"""The menu bar: the table of ``actions``, and the menus whose content depends on the moment."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from brainviewer.app.session import Session
from brainviewer.core.windowing import presets
from brainviewer.gui.actions import MENUS
from brainviewer.gui.display_panel import COLOUR_MAPS
from brainviewer.gui.prevalence_menu import fill_prevalences

if TYPE_CHECKING:
    from brainviewer.gui.main_window import MainWindow

_ENGINES = {"auto": "Automatic", "onnx": "ONNX Runtime", "tensorflow": "TensorFlow"}


def build_menus(window: "MainWindow") -> None:
    """Fill the menu bar of the window."""
    for title, names in MENUS:
        menu = window.menuBar().addMenu(title)
        for name in names:
            if name == "-":
                menu.addSeparator()
            elif name.endswith(">"):
                _add_submenu(menu, name[:-1], window)
            else:
                menu.addAction(window.actions_by_id[name])


def _add_submenu(menu: QMenu, name: str, window: "MainWindow") -> None:
    if name == "theme":
        submenu = menu.addMenu("Theme")
        for theme in ("dark", "light", "system"):
            submenu.addAction(window.actions_by_id[f"theme-{theme}"])
        return
    title, fill = {
        "recent": ("Recent", _fill_recent),
        "presets": ("Window preset", _fill_presets),
        "colours": ("Colour map", _fill_colours),
        "engine": ("Engine", _fill_engines),
        "prevalence": ("Assumed frequency of types", fill_prevalences),
    }[name]
    submenu = menu.addMenu(title)
    submenu.setToolTipsVisible(True)

    def refill() -> None:
        submenu.clear()
        fill(submenu, window.session)

    submenu.aboutToShow.connect(refill)
    if name != "prevalence":  # reads the model's card, which the first window must not wait for
        refill()


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
        action = _add(menu, shown.name)
        action.setToolTip(str(shown))
        action.triggered.connect(partial(_open, session, paths))
    if menu.isEmpty():
        _add(menu, "None yet").setEnabled(False)


def _open(session: Session, paths: list[Path], _checked: bool = False) -> None:
    session.open(paths)


def _fill_presets(menu: QMenu, session: Session) -> None:
    active = session.state.active
    current = session.state.presets.get(active)
    for name in presets(active):
        _add(menu, name, name == current).triggered.connect(partial(_apply_preset, session, name))


def _apply_preset(session: Session, name: str, _checked: bool = False) -> None:
    session.apply_preset(session.state.active, name)


def _fill_colours(menu: QMenu, session: Session) -> None:
    current = session.state.colour_maps.get(session.state.active, "grey")
    for name in COLOUR_MAPS:
        action = _add(menu, name.capitalize(), name == current)
        action.triggered.connect(partial(_set_colours, session, name))


def _set_colours(session: Session, name: str, _checked: bool = False) -> None:
    session.set_colour_map(session.state.active, name)


def _fill_engines(menu: QMenu, session: Session) -> None:
    for engine, text in _ENGINES.items():
        action = _add(menu, text, session.settings.engine == engine)
        action.triggered.connect(partial(_set_engine, session, engine))


def _set_engine(session: Session, engine: str, _checked: bool = False) -> None:
    session.set_engine(engine)
