"""What can be done with the layout of the panes, as rows of the table of actions."""

from brainviewer.app.facts import Fact
from brainviewer.app.hanging.shown import modalities_of
from brainviewer.app.state import Layout, ViewState
from brainviewer.core.hanging.hanging import MOST_COLUMNS, MOST_ROWS, Form
from brainviewer.gui.actions.action import Action, Choice
from brainviewer.gui.hanging.names import ask_layout_name
from brainviewer.gui.help.places import PLACES

_LAYOUT = Choice(
    "layout", lambda w, v: w.session.view.set_layout(v), lambda s: s.shown_hanging.layout
)
_KEYS = {(2, 3): "Ctrl+4", (3, 3): "Ctrl+5"}
_SIZES = [(r, c) for r in range(1, MOST_ROWS + 1) for c in range(1, MOST_COLUMNS + 1)]


def _grid(rows: int, columns: int) -> Action:
    def is_it(state: ViewState) -> bool:
        hanging = state.shown_hanging
        return (
            hanging.layout is None
            and hanging.form is Form.GRID
            and (len(hanging.panes), hanging.columns) == (rows * columns, columns)
        )

    panes = "pane" if rows * columns == 1 else "panes"
    return Action(
        f"grid-{rows}x{columns}", f"{rows} × {columns} {panes}", _KEYS.get((rows, columns), ""),
        Fact.PLANES, lambda w: w.session.hangings.make_grid(rows, columns), is_it,
        tip="Drag sequences onto the panes, or choose with the right button",
    )  # fmt: skip


def _link(field: str, text: str, tip: str) -> Action:
    def on(state: ViewState) -> bool:
        return bool(getattr(state.hanging.linked, field))

    def toggle(window: object) -> None:
        session = window.session  # type: ignore[attr-defined]
        session.hangings.link(**{field: not on(session.state)})

    return Action(f"link-{field}", text, "", Fact.PLANES, toggle, on, tip=tip)


def _is_torn(state: ViewState) -> bool:
    hanging = state.shown_hanging
    modalities = modalities_of(state)
    place = hanging.place_of(modalities, state.active, state.shown_plane)
    return place >= len(hanging.contents(modalities))


LAYOUT_ACTIONS: tuple[Action, ...] = (
    _LAYOUT.action(Layout.FOUR_SEQUENCES, "Ctrl+1", Fact.PLANES, "Sequences", "Show all sequences"),
    _LAYOUT.action(Layout.THREE_PLANES, "Ctrl+2", Fact.PLANES, "3 planes", "Show three planes"),
    _LAYOUT.action(Layout.ONE_LARGE, "Ctrl+3", Fact.PLANES, "1 large", "Show one large"),
    *(_grid(rows, columns) for rows, columns in _SIZES),
    Action("next-layout", "Next own layout", "Ctrl+6", Fact.PLANES,
           lambda w: w.session.hangings.choose_next(),
           tip="The layouts that you have saved, in turn"),
    Action("save-layout", "Save layout as…", "", Fact.PLANES,
           lambda w: ask_layout_name(w.session, w.frame),
           tip="Keep what the panes show, and how they are linked, by a name"),
    Action("tear-off", "Pane in its own window", "Ctrl+Shift+N", Fact.SEQUENCES,
           lambda w: w.session.hangings.tear_off(), _is_torn,
           tip="For a second monitor; again, or closing the window, brings the pane back"),
    Action("volume-pane", "3D view in the pane", "", Fact.SEQUENCES,
           lambda w: w.session.hangings.toggle_volume(),
           lambda s: any(one.kind == "3D" for one in s.shown_hanging.everywhere(modalities_of(s))),
           tip="The 3D view in place of the chosen slice; again to put it back"),
    Action("guide-hanging", "What the guide says of it", "", None,
           lambda w: w.pages.show_guide(w.keys, PLACES["hanging"]),
           tip="Layouts and panes in the user guide"),
    _link("scroll", "Scroll together",
          "All panes show the place of one cursor; otherwise each keeps its slice"),
    _link("zoom", "Zoom together", "Panes of a plane zoom and pan together"),
    _link("window", "Window together",
          "The windows of all sequences move together, each in its own range"),
)  # fmt: skip

GRIDS: tuple[str, ...] = tuple(f"grid-{rows}x{columns}" for rows, columns in _SIZES)
LINKS: tuple[str, ...] = ("link-scroll", "link-zoom", "link-window")
LAYOUT_MENU: tuple[str, ...] = (
    "layout-four_sequences", "layout-three_planes", "layout-one_large", "grid>", "hanging>",
)  # fmt: skip
HANGING: tuple[str, ...] = (
    "next-layout", "save-layout", "volume-pane", "tear-off", *LINKS, "guide-hanging",
)  # fmt: skip
STILL_LAYOUTS = {
    "grid>": ("Grid of panes", GRIDS),
    "hanging>": ("Layouts and panes", (
        "own-layouts>", "next-layout", "save-layout", "remove-layout>", "-",
        "pane-content>", "volume-pane", "tear-off", "-", *LINKS, "-", "guide-hanging",
    )),
}  # fmt: skip
"""Submenus whose content is always the same."""
