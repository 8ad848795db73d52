"""The table of ``actions`` made live, and the menus that hold them."""

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu

from brainviewer.app.annotating.listing import Order
from brainviewer.app.session import Session
from brainviewer.core.process.reader import current_reader
from brainviewer.gui.actions.action import Action
from brainviewer.gui.actions.correction import OVER_ACTIONS
from brainviewer.gui.actions.fusion import FUSION_MENU
from brainviewer.gui.actions.layouts import STILL_LAYOUTS
from brainviewer.gui.actions.places import CONTEXT_MENUS, EXPORT_MENU, LOOK_ACTIONS, MENUS
from brainviewer.gui.actions.reader import READER_MENU
from brainviewer.gui.actions.reformation import PLANES_MENU, TURN_MENU
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.actions.volume_content import VOLUME_CONTENT_MENU
from brainviewer.gui.actions.why_not import why_not
from brainviewer.gui.hanging.menus import CHANGING_LAYOUTS
from brainviewer.gui.keys.key_map import shown
from brainviewer.gui.keys.mnemonics import with_mnemonics
from brainviewer.gui.outside_text import as_tip, on_button
from brainviewer.gui.panels.annotations import AnnotationList
from brainviewer.gui.panels.display import COLOUR_MAPS
from brainviewer.gui.panels.result.prevalence_menu import (
    fill_models,
    fill_prevalences,
    offer,
    refill,
)
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panes.image_strip import ImageStrip
from brainviewer.gui.widgets import call, listen
from brainviewer.gui.window_parts import WindowParts
from brainviewer.painting.palette import ANNOTATIONS

_STILL = {
    "theme>": ("Theme", ("theme-dark", "theme-light", "theme-system")),
    "look>": ("3D view", LOOK_ACTIONS),
    "in3d>": ("In the 3D view", VOLUME_CONTENT_MENU),
    "over>": ("Paint over", OVER_ACTIONS),
    "turn>": ("Rotate and flip", TURN_MENU),
    "planes>": ("Planes, slab and cine", PLANES_MENU),
    **STILL_LAYOUTS,
    "tools>": ("Tool", dict(MENUS)["Tools"]),
    "export>": ("Export", EXPORT_MENU),
    "fusion>": ("Two sequences", FUSION_MENU),
    "reader>": ("Reader", READER_MENU),
}
"""Submenus whose content is always the same."""
_LISTS = {SequenceList: "sequences", AnnotationList: "annotations", ImageStrip: "series"}
_NUMBERED = 9
_NATIVE = QKeySequence.SequenceFormat.NativeText
_WIDTHS = {"Thin": 0.6, "Usual": 1.0, "Thick": 1.8, "Very thick": 3.0}
_ENGINES = {"auto": "Automatic", "onnx": "ONNX Runtime", "tensorflow": "TensorFlow"}


class Actions:
    """The table as QActions of a window, kept in step with the state."""

    def __init__(self, window: WindowParts) -> None:
        self._state = window.session.state
        self._made: dict[str, tuple[Action, QAction]] = {}
        self._keys, self._tips = window.keys, dict[str, str]()
        for action in ACTIONS:
            made = QAction(action.text, window.frame)
            made.setIconText(action.short or action.text)
            made.setCheckable(action.checked is not None)
            made.triggered.connect(call(self._run, action, window))
            window.frame.addAction(made)
            self._made[action.id] = (action, made)
        self._give_keys({"keys"})
        window.session.settings.changed.connect(self._give_keys)
        state = self._state
        listen(self._enable, state.facts_changed, state.study_changed)
        listen(
            self._check,
            state.study_changed,
            state.layout_changed,
            state.tool_changed,
            state.active_changed,
            *(state.overlays_changed, state.reformation_changed, state.playing_changed),
            state.occlusion_changed,
            state.annotations_changed,
            state.correction_changed,
        )
        self._enable()
        self._check()

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id][1]

    def _give_keys(self, changed: Collection[str]) -> None:
        """Keys in menus and tips, and what the window listens to."""
        if "keys" not in changed:
            return
        for action, made in self._made.values():
            keys, listened = self._keys.of(action.id), self._keys.shortcuts(action.id)
            made.setShortcuts(listened)
            # The part after the tab stands in the column of the keys.
            words = made.text().partition("\t")[0]
            of_panes = keys and not listened
            made.setText(f"{words}\t{shown(keys[0])}" if of_panes else words)
            tip = action.tip or action.text
            self._tips[action.id] = f"{tip}  ({shown(keys[0])})" if keys else tip
        self._tell()

    def _run(self, action: Action, window: WindowParts) -> None:
        action.do(window)
        # Qt has turned a pressed action over already; the state has the last word.
        self._check()

    def _enable(self) -> None:
        facts = self._state.facts
        for action, made in self._made.values():
            made.setEnabled(action.needs is None or action.needs in facts)
        self._tell()

    def _tell(self) -> None:
        """What each action does and its key, and why it cannot be used now."""
        facts = self._state.facts
        for action, made in self._made.values():
            tip = self._tips[action.id]
            if action.needs is not None and action.needs not in facts:
                tip = f"{tip}\n{why_not(action.needs, facts)}"
            made.setToolTip(tip)

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
        parts.reader.show_reader([actions[name] for name in READER_MENU])
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
        menu.setToolTipsVisible(True)  # they say why an entry is grey
        for name in names:
            if name == "-":
                menu.addSeparator()
            elif name in _STILL:
                if name == "reader>" and current_reader() is None:
                    continue
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
        if name == "presets>":
            submenu.aboutToShow.connect(call(self._number, submenu))
        if name not in _OF_CARDS:  # the first window must not wait for cards to be read
            fill(submenu, self._session)

    def _number(self, presets: QMenu) -> None:
        """Write the key of each preset beside it."""
        for number, entry in enumerate(presets.actions()[:_NUMBERED], start=1):
            if key := self._actions[f"preset-{number}"].shortcut().toString(_NATIVE):
                entry.setText(f"{entry.text()}\t{key}")


def menu_letters() -> dict[str, str]:
    """The letters that open the menus with Alt, and their titles."""
    titles = [title for title, _ in MENUS]
    found = zip(with_mnemonics(titles), titles, strict=True)
    return {marked[marked.index("&") + 1]: title for marked, title in found}


def _fill_recent(menu: QMenu, session: Session) -> None:
    for study in session.recent.studies():
        action = menu.addAction(on_button(study.name))
        action.setToolTip(as_tip(study.where or study.name))
        action.triggered.connect(call(session.documents.open, study.paths))
    if menu.isEmpty():
        menu.addAction("None yet").setEnabled(False)


def _fill_presets(menu: QMenu, session: Session) -> None:
    active, current = session.state.active, session.state.presets.get(session.state.active)
    for name in session.view.presets(active):
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


def _fill_annotation_colours(menu: QMenu, session: Session) -> None:
    chosen = session.state.selected
    for colour, name in ANNOTATIONS.items():
        on = chosen is not None and chosen.style.colour == colour
        offer(menu, name.capitalize(), on, call(_restyle, session, "colour", colour))
    menu.setEnabled(chosen is not None)


def _fill_widths(menu: QMenu, session: Session) -> None:
    chosen = session.state.selected
    for name, width in _WIDTHS.items():
        on = chosen is not None and chosen.style.width == width
        offer(menu, name, on, call(_restyle, session, "width", width))
    menu.setEnabled(chosen is not None)


def _restyle(session: Session, field: str, value: object) -> None:
    session.annotations.restyle(**{field: value})


def _fill_orders(menu: QMenu, session: Session) -> None:
    for order in Order:
        on = session.listing.order is order
        offer(menu, order.capitalize(), on, call(session.listing.sort_by, order))


_CHANGING = {
    "annotation-colour>": ("Colour", _fill_annotation_colours),
    "annotation-width>": ("Line width", _fill_widths),
    "annotation-order>": ("Sort by", _fill_orders),
    "recent>": ("Recent", _fill_recent),
    **CHANGING_LAYOUTS,
    "presets>": ("Window preset", _fill_presets),
    "colours>": ("Colour map", _fill_colours),
    "engine>": ("Engine", _fill_engines),
    "model>": ("Model", fill_models),
    "prevalence>": ("Assumed frequency of types", fill_prevalences),
}
"""Submenus whose content depends on the moment: title, and what fills one."""
_OF_CARDS = ("model>", "prevalence>")
