"""The window that shows the prior beside the open study."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QMenu, QPushButton, QWidget

from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.gui.layouts import column, row
from brainviewer.gui.panes.camera import FIT
from brainviewer.gui.panes.image_focus import ImageFocus
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.prior.change import ChangePanel
from brainviewer.gui.prior.panes import both_sides
from brainviewer.gui.widgets import button, call, label, listen
from brainviewer.gui.window_size import open_with

_PANEL, _NARROW, _SHARE = 490, 400, 0.36
"""The width of the panel in pixels, at most and at least, and its share of the window."""
_LEGEND = {
    True: "Filled on the study: amber is new, violet is common, blue is gone.",
    False: "Contours on the study: amber is its lesion, blue that of the prior.",
}
_UNPLACED = "The contour on the study is its lesion. Where the prior lies on it is not known."
_BARE = "The lesions are hidden: O shows them."
_DRAWS = " Annotations are drawn on the study."


class PriorWindow(QDialog):
    """Study and prior at one cursor; beside them what changed.

    actions : of the main window, which act here as well. menu : makes that of a side, by its name.
    """

    def __init__(
        self,
        session: Session,
        parent: QWidget | None = None,
        actions: Sequence[QAction] = (),
        menu: Callable[[str], QMenu] | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._prior = session, session.prior
        self.setWindowTitle("Study and prior")
        self._menu = menu
        self.addActions(actions)
        self.study_side, self.prior_side = both_sides(session, self)
        self._choices = {m: self._sequence_button(m) for m in SEQUENCES}
        self._difference = button(
            "Difference", "choice", "Fill what is new, common and gone", checkable=True
        )
        self._difference.setChecked(True)
        self._difference.toggled.connect(self._show_difference)
        self._tools = {
            Tool.WINDOW: self._tool_button(Tool.WINDOW, "Drag: window and level"),
            Tool.CURSOR: self._tool_button(Tool.CURSOR, "Drag the linked cursor"),
        }
        self._legend = label(_LEGEND[True], "small")
        self._study_name, self._prior_name = label(role="head"), label(role="head")
        bar = row(*self._choices.values(), 12, self._difference, 12, *self._tools.values(), None,
                  spacing=6)  # fmt: skip
        sides = [
            column((name, 0), (pane, 1), spacing=4)
            for name, pane in (
                (self._study_name, self.study_side),
                (self._prior_name, self.prior_side),
            )
        ]
        images = column(
            bar, (row((sides[0], 1), (sides[1], 1), spacing=2), 1), self._legend, spacing=8
        )
        self.change = ChangePanel(session)
        self.setLayout(row((images, 1), self.change, spacing=10, margins=(10, 10, 10, 10)))
        state = session.state
        self._reformation = state.reformation
        self._prior.changed.connect(self.show_comparison)
        self._prior.measured.connect(self._show_lesions)
        state.cursor_changed.connect(self._follow_cursor)
        repainted = state.display_changed, state.finding_changed, state.annotations_changed
        listen(self._repaint, *repainted)
        state.overlays_changed.connect(self._show_legend)
        listen(self._show_places, state.active_changed, state.layout_changed)
        state.reformation_changed.connect(self._reform)
        state.tool_changed.connect(self._follow_tool)
        for name, pane in (("study side", self.study_side), ("prior side", self.prior_side)):
            pane.menu_wanted.connect(partial(self._open_menu, name))
            pane.activated.connect(call(self._take_keys, pane))
        self._keys: SlicePane = self.study_side
        self._focus = ImageFocus(self, lambda: self._keys)
        # Enter must not press a button that nobody has walked to.
        for one in self.findChildren(QPushButton):
            one.setAutoDefault(False)
        open_with(self, 1400, 780)
        self.show_comparison()
        self._follow_tool()

    def _sequence_button(self, modality: Modality) -> QPushButton:
        choose = call(self._session.view.set_active, modality)
        made = button(str(modality), "choice", checkable=True, clicked=choose)
        return made

    def _tool_button(self, tool: Tool, tip: str) -> QPushButton:
        return button(
            str(tool).capitalize(), "choice", tip, call(self._choose_tool, tool), checkable=True
        )

    # -- what is shown ----------------------------------------------------------------------

    def show_comparison(self) -> None:
        """Fill both panes; without a comparison the window goes."""
        beside = self._prior.beside
        if beside is None:
            self.hide()
            return
        compared = beside.compared
        for name, at, day in (
            (self._study_name, "STUDY", compared.day),
            (self._prior_name, "PRIOR", compared.prior.day),
        ):
            name.setText(at if day is None else f"{at}  {day}")
        for pane in self._sides:
            pane.shared.clear()
            pane.camera = FIT
        self._show_places()
        self._show_legend()

    def _show_lesions(self) -> None:
        """Further studies may have made other lesions certain."""
        for pane in self._sides:
            pane.shared.clear()
            pane.update()
        self._show_legend()

    @property
    def _sides(self) -> tuple[SlicePane, SlicePane]:
        return self.study_side, self.prior_side

    def _show_places(self) -> None:
        state = self._session.state
        for modality, choice in self._choices.items():
            there = state.study is not None and modality in state.study.volumes
            choice.setEnabled(there)
            choice.setChecked(modality is state.active)
        for pane in self._sides:
            if pane.plane is not state.plane:
                pane.camera = FIT
            pane.modality, pane.plane = state.active, state.plane
            pane.refresh()

    def _reform(self) -> None:
        """Planes are tilted or turned: both studies show the same."""
        before, self._reformation = self._reformation, self._session.state.reformation
        for pane in self._sides:
            pane.camera = pane.shared.turned(pane.camera, pane.plane, before.turn(pane.plane))
            pane.reform()

    def _follow_cursor(self) -> None:
        if self.isVisible():
            for pane in self._sides:
                pane.refresh_slice()

    def _follow_tool(self) -> None:
        for tool, choice in self._tools.items():
            choice.setChecked(tool is self._session.state.tool)
        self._show_legend()
        for pane in self._sides:
            pane.refresh_tool()

    def _repaint(self) -> None:
        if self.isVisible():
            for pane in self._sides:
                pane.update()

    def _show_difference(self, on: bool) -> None:
        self.study_side.difference = on
        self._show_legend()

    def _show_legend(self) -> None:
        state, beside = self._session.state, self._prior.beside
        comparable = beside is not None and beside.has_difference
        said = _LEGEND[self.study_side.difference and comparable]
        if beside is not None and beside.prior_finding is None:
            said = _UNPLACED
        self._difference.setEnabled(comparable)
        said = said if state.overlays.lesion else _BARE
        self._legend.setText(said + (_DRAWS if state.tool.kind is not None else ""))
        self._repaint()

    def _choose_tool(self, tool: Tool) -> None:
        self._session.view.set_tool(tool)
        self._follow_tool()  # Qt has turned the button over already

    # -- what keys and menus ask for --------------------------------------------------------

    def fit(self) -> None:
        """Show whole slices again."""
        for pane in self._sides:
            pane.set_camera(FIT)

    def zoom(self, factor: float) -> None:
        """Zoom both about their middle."""
        pane = self.study_side
        if pane.geometry_mm is not None:
            middle = pane.rect().center().toPointF()
            pane.move_camera(pane.geometry_mm.zoomed(factor, middle))

    def toggle_panels(self) -> None:
        """Only images, or also what changed."""
        self.change.setVisible(self.change.isHidden())

    def _take_keys(self, pane: SlicePane) -> None:
        self._keys = pane

    def _open_menu(self, name: str, at: QPoint) -> None:
        if self._menu is not None:
            self._menu(name).popup(at)

    # -- Qt's own ---------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.change.setFixedWidth(min(max(round(_SHARE * self.width()), _NARROW), _PANEL))
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while it was hidden is shown; the keys act on the images."""
        for pane in self._sides:
            pane.set_smooth(self._session.settings.smooth_pixels)
        self._show_places()
        super().showEvent(event)
        self._focus.to_images()
