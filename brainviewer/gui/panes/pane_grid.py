"""The panes side by side, as the layout says, and those in windows of their own."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from brainviewer.app.exporting.exports import PaneArrangement, SeenPane
from brainviewer.app.facts import Fact
from brainviewer.app.hanging.shown import (
    chosen_place,
    modalities_of,
    shown_contents,
    window_contents,
)
from brainviewer.app.session import Session
from brainviewer.core.hanging.content import PaneKind, ShownContent
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.gui import image_colours
from brainviewer.gui.panes.arrangement import pane_rectangles
from brainviewer.gui.panes.camera import FIT, Camera
from brainviewer.gui.panes.contour_cache import ContoursAhead
from brainviewer.gui.panes.cross_lines import CrossLines
from brainviewer.gui.panes.links import PaneLinks
from brainviewer.gui.panes.pane_pool import PanePool
from brainviewer.gui.panes.pane_updates import PaneUpdates
from brainviewer.gui.panes.seen import arranged, paint_invitation, seen_panes
from brainviewer.gui.panes.sequence_drag import SequenceDrops
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.panes.torn_windows import TornWindows
from brainviewer.gui.widgets import call, painted


class PaneGrid(QWidget):
    """Arranges the panes, links them, and tells each only what concerns it.

    Panes are made once and change places; nothing is built again while scrolling.
    """

    menu_wanted = Signal(object)
    """The place on the screen, a ``QPoint``, that a menu is wanted for."""
    hovered = Signal(object)
    """World position (3,) in mm under the pointer, or None."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._shared = SharedLayers(self._state)
        self._convention = self._state.convention
        self._reformation = self._state.reformation
        self._pool = PanePool(self._make_pane, self)
        self._pool.make_slices(len(SEQUENCES))
        self._volume: QWidget | None = None
        self.shown: tuple[SlicePane, ...] = ()
        self.torn = TornWindows(
            self._make_pane, self.window, session.hangings.bring_back, self._drop_on_window
        )
        self._links = PaneLinks(session, lambda: self.live)
        self._shared.cross_lines = CrossLines(self._state, lambda: self.live)
        SequenceDrops(self, self._pane_at, session.hangings.put_sequence)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._ahead = ContoursAhead(lambda: self.live, self)
        state = self._state
        state.study_changed.connect(self._show_study)
        state.cursor_changed.connect(self._links.follow_cursor)
        state.layout_changed.connect(self._show_layout)
        state.reformation_changed.connect(self._show_reformation)
        state.active_changed.connect(self._show_active)
        state.place_sought.connect(self._bring_into_sight)
        state.cursor_changed.connect(self._ahead.wait)
        PaneUpdates(session, self._shared, self._ahead, lambda: self.live, self)
        self._show_layout()

    def _make_pane(self, kind: type[SlicePane], holder: QWidget) -> SlicePane:
        state = self._state
        pane = kind(self._session, state.active, state.plane, self._shared, holder)
        pane.set_smooth(self._session.settings.smooth_pixels)
        pane.hovered.connect(self.hovered)
        pane.menu_wanted.connect(self.menu_wanted)
        pane.activated.connect(call(self._activate, pane))
        pane.enlarged.connect(call(self._enlarge, pane))
        pane.camera_changed.connect(lambda camera: self._link(pane, camera))
        return pane

    # -- for others -------------------------------------------------------------------------

    @property
    def panes(self) -> tuple[SlicePane, ...]:
        """The panes of the study that were made, by their places; some may be hidden."""
        return self._pool.slices

    @property
    def live(self) -> tuple[SlicePane, ...]:
        """The visible panes, row by row, and after them those in windows of their own."""
        return self.shown + self.torn.panes

    @property
    def active_pane(self) -> SlicePane | None:
        """The pane that keys act on: the framed one, or the first; None without a study."""
        if self._state.study is None:
            return None
        shown = [pane for pane in self.shown if not pane.missing]
        return next((pane for pane in shown if pane.framed), shown[0] if shown else None)

    def viewports(self) -> tuple[SeenPane, ...]:
        """What every visible pane shows; panes of missing sequences are left out."""
        return seen_panes(self.shown)

    def arrangement(self) -> PaneArrangement:
        """The panes as they are on the screen, for an image of them."""
        volume = self._volume if self._holds_volume else None
        return arranged(self.shown, volume, self._session.settings.smooth_pixels)

    def take_volume(self, volume: QWidget) -> bool:
        """Put the 3D view where the layout has it; whether it does."""
        kinds = [one.kind for one in self._everywhere()]
        there = self._state.solid_study is not None and PaneKind.VOLUME in kinds
        for window in self.torn.windows:
            window.let_go()
        self._volume = volume if there else None
        if not there:
            return False
        place = kinds.index(PaneKind.VOLUME)
        if place < len(self.shown):
            if volume.parentWidget() is not self:
                volume.setParent(self)
                volume.show()
            self._arrange()
        else:
            self.torn.windows[place - len(self.shown)].hold(volume)
        return True

    def fit(self) -> None:
        """Show whole slices again."""
        self._links.forget_cameras()
        for pane in self._all():
            pane.set_camera(FIT)
        self._ahead.begin()

    def zoom(self, factor: float) -> None:
        """Zoom the chosen pane about its middle, and what is linked to it."""
        live, chosen = self.live, chosen_place(self._state)
        for pane in (*live[chosen : chosen + 1], *live):
            if pane.plane is self._state.shown_plane and pane.geometry_mm is not None:
                middle = pane.rect().center().toPointF()
                pane.move_camera(pane.geometry_mm.zoomed(factor, middle))
                return

    def _bring_into_sight(self, position_mm: NDArray[np.float64]) -> None:
        """Pan the panes that are enlarged so far that a place lies outside them."""
        for pane in self.live:
            if pane.held is None:
                pane.bring_into_sight(position_mm)

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show them as squares."""
        for pane in self._all():
            pane.set_smooth(smooth)

    def sizeHint(self) -> QSize:
        return QSize(860, 730)

    # -- arrangement ------------------------------------------------------------------------

    def _all(self) -> tuple[SlicePane, ...]:
        torn = tuple(pane for window in self.torn.windows for pane in window.panes)
        return self._pool.all + torn

    def _everywhere(self) -> tuple[ShownContent, ...]:
        """What each of ``live`` shows."""
        return shown_contents(self._state) + window_contents(self._state)

    def _arrange(self) -> None:
        hanging = self._state.shown_hanging
        rows = [len(row) for row in hanging.rows(modalities_of(self._state))]
        rectangles = pane_rectangles(hanging.form, rows, self.width(), self.height())
        had_focus = self.window().focusWidget() in self._pool.all
        there = self._state.study is not None
        for pane, rectangle, content in zip(
            self.shown, rectangles, shown_contents(self._state), strict=True
        ):
            pane.setGeometry(rectangle)
            holds = content.kind is PaneKind.VOLUME and self._holds_volume
            if holds and self._volume is not None:
                self._volume.setGeometry(rectangle)
            pane.setVisible(there and not holds)
        for pane in self._pool.all:
            if pane not in self.shown:
                pane.hide()
        if had_focus and (active := self.active_pane) is not None:
            active.setFocus()  # what was hidden must not pass the keys on to a panel

    @property
    def _holds_volume(self) -> bool:
        return self._volume is not None and self._volume.parentWidget() is self

    def _pane_at(self, at: QPoint) -> tuple[QRect, int] | None:
        for place, pane in enumerate(self.shown):
            if self._state.solid_study is not None and pane.geometry().contains(at):
                return pane.geometry(), place
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        self._ahead.begin()
        super().resizeEvent(event)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        if self._state.study is not None:
            painter.fillRect(self.rect(), image_colours.GAP)
            return
        paint_invitation(painter, self.rect())

    # -- following the state ----------------------------------------------------------------

    def _show_study(self) -> None:
        self._shared.clear()
        if not self._state.view_kept:
            self._links.forget_cameras()
            self._links.forget_places()
            self._reformation = self._state.reformation
        self._show_layout()
        # Hidden panes let go of the study before.
        for pane in self._all():
            if pane not in self.live:
                pane.refresh()

    def _show_layout(self) -> None:
        state = self._state
        self._ahead.begin()
        if state.convention is not self._convention:
            # Mirrored slices have other contours, and another middle.
            self._convention = state.convention
            self._shared.clear()
            self._links.forget_cameras()
        contents = shown_contents(state)
        self.shown = tuple(self._pool.at(n, one.kind) for n, one in enumerate(contents))
        if state.solid_study is None:
            self.torn.hide()
        else:
            self.torn.follow(state.hanging.windows, window_contents(state))
        for pane in self._all():
            if pane not in self.live:
                pane.held = None
        for pane, content in zip(self.live, self._everywhere(), strict=False):
            pane.modality, pane.plane = content.modality, content.plane
            pane.camera = self._links.camera_of(pane, content.plane)
            pane.refresh()
        self._arrange()
        self._settle()

    def _show_reformation(self) -> None:
        """Planes are tilted or turned, or slices thickened; what was looked at stays in sight."""
        before, self._reformation = self._reformation, self._state.reformation
        self._links.turn(self._shared, before)
        for pane in self.live:
            pane.camera = self._links.camera_of(pane, pane.plane)
            pane.reform()
        self._ahead.begin()

    def _show_active(self) -> None:
        for pane, content in zip(self.live, self._everywhere(), strict=False):
            pane.show_place(content.modality, content.plane)
        self._settle()
        # The heatmap lies on the active sequence.
        self._ahead.begin()
        for pane in self.live:
            pane.update()

    def _settle(self) -> None:
        """Frame the chosen pane; what is linked moves together."""
        live, chosen = self.live, chosen_place(self._state)
        framed = live[chosen] if len(live) > 1 and self._state.study is not None else None
        for pane in self._all():
            pane.set_framed(pane is framed)
        self._links.settle()

    def _activate(self, pane: SlicePane) -> None:
        if pane in self.live and Fact.IMAGE not in self._state.facts:
            self._session.view.choose_pane(self.live.index(pane))

    def _enlarge(self, pane: SlicePane) -> None:
        if pane.missing or Fact.IMAGE in self._state.facts:
            return
        if pane in self.torn.panes:
            window = pane.window()
            window.showNormal() if window.isMaximized() else window.showMaximized()
            return
        self._session.hangings.enlarge(self.shown.index(pane))

    def _drop_on_window(self, number: int, modality: Modality) -> None:
        self._session.hangings.put_sequence(len(self.shown) + number, modality)

    def _link(self, pane: SlicePane, camera: Camera) -> None:
        self._links.moved(pane, camera)
        self._ahead.begin()
