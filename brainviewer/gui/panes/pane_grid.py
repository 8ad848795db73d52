"""The panes side by side: all sequences, three planes, or one large."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from brainviewer.app.exporting.exports import SeenPane
from brainviewer.app.facts import Fact
from brainviewer.app.hanging.shown import chosen_place, modalities_of, shown_contents
from brainviewer.app.session import Session
from brainviewer.app.state import Layout
from brainviewer.core.fusion import FusionMode
from brainviewer.core.hanging.hanging import BUILT_IN
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.voi_window import Window
from brainviewer.gui import image_colours
from brainviewer.gui.panes.arrangement import pane_rectangles
from brainviewer.gui.panes.camera import FIT, Camera
from brainviewer.gui.panes.contour_cache import ContoursAhead
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.widgets import call, listen, painted
from brainviewer.painting.canvas import image_font

_BLINK_MS = 600


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
        self._cameras: dict[Plane, Camera] = {}
        self._before_large = BUILT_IN[Layout.FOUR_SEQUENCES]
        self._convention = self._state.convention
        self._reformation = self._state.reformation
        self._windows = self._displayed()
        self.panes: tuple[SlicePane, ...] = ()
        self._make_panes(len(SEQUENCES))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.set_smooth(session.settings.smooth_pixels)
        self._ahead = ContoursAhead(lambda: self.shown, self)
        state = self._state
        state.study_changed.connect(self._show_study)
        state.cursor_changed.connect(self._show_cursor)
        state.layout_changed.connect(self._show_layout)
        state.reformation_changed.connect(self._show_reformation)
        state.active_changed.connect(self._show_active)
        state.tool_changed.connect(self._show_tool)
        state.display_changed.connect(self._show_windows)
        state.place_sought.connect(self._bring_into_sight)
        drawn_over = state.annotations_changed, state.labels_changed
        listen(self._update_panes, state.overlays_changed, *drawn_over)
        made_again = state.finding_changed, state.classification_changed, state.occlusion_changed
        listen(self._make_again, *made_again, state.volumes_changed)
        state.cursor_changed.connect(self._ahead.wait)
        self._blinking = QTimer(self, interval=_BLINK_MS)
        self._blinking.timeout.connect(self._blink)
        listen(self._let_blink, state.overlays_changed, state.study_changed)
        self._show_layout()

    def _make_panes(self, count: int) -> None:
        """As many as a layout needs; those that there are stay."""
        more = [self._make_pane() for _ in range(count - len(self.panes))]
        self.panes = (*self.panes, *more) if more else self.panes

    def _make_pane(self) -> SlicePane:
        state = self._state
        pane = SlicePane(self._session, state.active, state.plane, self._shared, self)
        pane.set_smooth(self._session.settings.smooth_pixels)
        pane.hovered.connect(self.hovered)
        pane.menu_wanted.connect(self.menu_wanted)
        pane.activated.connect(call(self._activate, pane))
        pane.enlarged.connect(call(self._enlarge, pane))
        pane.camera_changed.connect(lambda camera: self._link(pane.plane, camera))
        return pane

    # -- for others -------------------------------------------------------------------------

    @property
    def shown(self) -> tuple[SlicePane, ...]:
        """The visible panes, row by row."""
        return self.panes[: len(self._places())]

    @property
    def active_pane(self) -> SlicePane | None:
        """The pane that keys act on: the framed one, or the first; None without a study."""
        if self._state.study is None:
            return None
        shown = [pane for pane in self.shown if not pane.missing]
        return next((pane for pane in shown if pane.framed), shown[0] if shown else None)

    def viewports(self) -> tuple[SeenPane, ...]:
        """What every visible pane shows; panes of missing sequences are left out."""
        return tuple(
            SeenPane(scene, (pane.x(), pane.y(), pane.width(), pane.height()))
            for pane in self.shown
            if (scene := pane.still) is not None
        )

    def fit(self) -> None:
        """Show whole slices again."""
        self._cameras.clear()
        for pane in self.panes:
            pane.set_camera(FIT)
        self._ahead.begin()

    def zoom(self, factor: float) -> None:
        """Zoom the panes of the current plane about their middle."""
        for pane in self.shown:
            if pane.plane is self._state.shown_plane and pane.geometry_mm is not None:
                middle = pane.rect().center().toPointF()
                pane.move_camera(pane.geometry_mm.zoomed(factor, middle))
                return

    def _bring_into_sight(self, position_mm: NDArray[np.float64]) -> None:
        """Pan the panes that are enlarged so far that a place lies outside them."""
        for pane in self.shown:
            pane.bring_into_sight(position_mm)

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show them as squares."""
        for pane in self.panes:
            pane.set_smooth(smooth)

    def sizeHint(self) -> QSize:
        return QSize(860, 730)

    # -- arrangement ------------------------------------------------------------------------

    def _places(self) -> tuple[tuple[Modality, Plane], ...]:
        """Sequence and plane of each pane; without a study, of those that there may be."""
        return tuple((one.modality, one.plane) for one in shown_contents(self._state))

    def _arrange(self) -> None:
        hanging = self._state.shown_hanging
        rows = [len(row) for row in hanging.rows(modalities_of(self._state))]
        rectangles = pane_rectangles(hanging.form, rows, self.width(), self.height())
        for pane, rectangle in zip(self.panes, rectangles, strict=False):
            pane.setGeometry(rectangle)
        had_focus = self.window().focusWidget() in self.panes
        for place, pane in enumerate(self.panes):
            pane.setVisible(place < len(rectangles) and self._state.study is not None)
        if had_focus and (active := self.active_pane) is not None:
            active.setFocus()  # what was hidden must not pass the keys on to a panel

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        self._ahead.begin()
        super().resizeEvent(event)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        if self._state.study is not None:
            painter.fillRect(self.rect(), image_colours.GAP)
            return
        painter.fillRect(self.rect(), image_colours.BLACK)
        middle, centred = self.rect().adjusted(0, 0, 0, -16), Qt.AlignmentFlag.AlignCenter
        painter.setFont(image_font(21))
        painter.setPen(image_colours.TEXT)
        painter.drawText(middle, centred, "Drop a study or an image here")
        painter.setFont(image_font())
        painter.setPen(image_colours.CORNER)
        text = "a folder with FLAIR, T1, T1ce and T2, or the files themselves"
        painter.drawText(middle.translated(0, 30), centred, text)

    # -- listening --------------------------------------------------------------------------

    def _show_study(self) -> None:
        self._shared.clear()
        if not self._state.view_kept:
            self._cameras.clear()
            self._reformation = self._state.reformation
        self._windows = self._displayed()
        self._show_layout()
        # Hidden panes let go of the study before.
        for pane in self.panes[len(self.shown) :]:
            pane.refresh()

    def _show_layout(self) -> None:
        state = self._state
        self._ahead.begin()
        if state.convention is not self._convention:
            # Mirrored slices have other contours, and another middle.
            self._convention = state.convention
            self._shared.clear()
            self._cameras.clear()
        places = self._places()
        self._make_panes(len(places))
        for pane, (modality, plane) in zip(self.panes, places, strict=False):
            pane.modality, pane.plane = modality, plane
            pane.camera = self._cameras.get(plane, FIT)
            pane.refresh()
        self._arrange()
        self._show_frames()

    def _show_reformation(self) -> None:
        """Planes are tilted or turned, or slices thickened; what was looked at stays in sight."""
        before, self._reformation = self._reformation, self._state.reformation
        for plane, camera in self._cameras.items():
            self._cameras[plane] = self._shared.turned(camera, plane, before.turn(plane))
        for pane in self.shown:
            pane.camera = self._cameras.get(pane.plane, FIT)
            pane.reform()
        self._ahead.begin()

    def _show_cursor(self) -> None:
        for pane in self.shown:
            pane.refresh_slice()

    def _show_active(self) -> None:
        for pane, (modality, plane) in zip(self.panes, self._places(), strict=False):
            pane.show_place(modality, plane)
        self._show_frames()
        # The heatmap lies on the active sequence.
        self._update_panes()

    def _show_frames(self) -> None:
        several, chosen = len(self._places()) > 1, chosen_place(self._state)
        for place, pane in enumerate(self.panes):
            pane.set_framed(self._state.study is not None and several and place == chosen)

    def _show_tool(self) -> None:
        for pane in self.panes:
            pane.refresh_tool()

    def _displayed(self) -> dict[Modality, tuple[Window | None, str]]:
        state = self._state
        return {m: (state.windows.get(m), state.colour_maps.get(m, "")) for m in Modality}

    def _show_windows(self) -> None:
        before, self._windows = self._windows, self._displayed()
        for pane in self.shown:
            if before.get(pane.modality) != self._windows[pane.modality]:
                pane.update()

    def _update_panes(self) -> None:
        self._ahead.begin()
        for pane in self.shown:
            pane.update()

    def _make_again(self) -> None:
        """Another finding or result, or the image is edited, or itself again."""
        self._shared.forget_overlays()
        for pane in self.shown if self._state.original_grids.shown(self._state.study) else ():
            pane.refresh()  # the head's motion moves these grids
        self._update_panes()

    def _let_blink(self) -> None:
        wanted = (
            self._state.overlays.fusion.mode is FusionMode.BLINK
            and self._state.solid_study is not None
        )
        if wanted is not self._blinking.isActive():
            self._blinking.start() if wanted else self._blinking.stop()
        if not wanted and self._shared.base_shown:
            self._blink()

    def _blink(self) -> None:
        self._shared.base_shown = not self._shared.base_shown
        for pane in self.shown:
            pane.update()

    # -- what panes ask for -----------------------------------------------------------------

    def _activate(self, pane: SlicePane) -> None:
        if not pane.missing:
            self._session.view.choose_pane(self.panes.index(pane))

    def _enlarge(self, pane: SlicePane) -> None:
        if pane.missing or Fact.IMAGE in self._state.facts:
            return
        now = self._state.hanging
        if now.layout is Layout.ONE_LARGE:
            self._session.view.set_hanging(self._before_large)
        else:
            self._before_large = now
            self._session.view.set_layout(Layout.ONE_LARGE)

    def _link(self, plane: Plane, camera: Camera) -> None:
        self._cameras[plane] = camera
        for pane in self.shown:
            if pane.plane is plane:
                pane.set_camera(camera)
        self._ahead.begin()
