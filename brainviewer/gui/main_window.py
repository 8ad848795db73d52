"""The main window: docks, menus and the tool bar, nothing else."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QWidget,
)

from brainviewer.app.exports import ExportSubject
from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.gui.actions import TOOL_BAR
from brainviewer.gui.appearance import Appearance
from brainviewer.gui.dialogs.files import FileDialogs
from brainviewer.gui.dialogs.pages import Pages
from brainviewer.gui.dialogs.sequences import ask_sequences
from brainviewer.gui.dialogs.view_export import ViewExport
from brainviewer.gui.image_focus import ImageFocus
from brainviewer.gui.layouts import column, panel, scrolled
from brainviewer.gui.menus import Actions, Menus
from brainviewer.gui.notices import NoticeBar
from brainviewer.gui.outside_text import in_title
from brainviewer.gui.panels.display import DisplayPanel
from brainviewer.gui.panels.occlusion import WhatIfPanel
from brainviewer.gui.panels.result import ResultPanel
from brainviewer.gui.panels.study import StudyPanel
from brainviewer.gui.panes.image_strip import ImageStrip
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.slice_strip import SliceStrip
from brainviewer.gui.status_bar import StatusBar
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.welcome import DropHighlight, Invitation
from brainviewer.gui.widgets import told
from brainviewer.gui.window_parts import WindowParts

LEFT_WIDTH = 236
RIGHT_WIDTH = 400
_FRACTION = 0.54
_PREDICTION = 460
_VOLUME = 210
_NARROWEST = 320


class RightSplit(QSplitter):
    """The 3D view above, the answer below; the answer needs its height first.

    Once the user has moved the handle, it stays where it is put.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setChildrenCollapsible(False)
        self._moved = False
        self.splitterMoved.connect(self._keep)

    def _keep(self) -> None:
        self._moved = True

    def minimumSizeHint(self) -> QSize:
        """As wide as the words on its buttons, so that none is ever cut off."""
        return super().minimumSizeHint().expandedTo(QSize(_NARROWEST, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if not self._moved and self.count() == 2:
            height = self.height()
            prediction = round(max(_FRACTION * height, min(_PREDICTION, height - _VOLUME)))
            self.setSizes([height - prediction, prediction])
        super().resizeEvent(event)


class MainWindow(QMainWindow):
    """Everything on one screen: panels left and right, slices in the middle.

    parts : what actions and menus act on.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWindowTitle("BrainViewer")
        self.setAcceptDrops(True)
        self.resize(1400, 850)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.grid = PaneGrid(session)
        self.volume = VolumePane(session.state)
        self.export_image = ViewExport(session, self.grid, self.volume, self)
        self.parts = WindowParts(
            self,
            session,
            self.grid,
            self.volume,
            self.export_image,
            FileDialogs(session, self),
            Pages(session, self, over=self.grid),
            Appearance(session, self.grid, self),
        )
        self.actions_by_id = Actions(self.parts)
        self._started = False
        self._build_centre()
        self._left = self._dock("Study", self._left_panel(), Qt.DockWidgetArea.LeftDockWidgetArea)
        self._right = self._dock(
            "3D and result", self._right_panel(), Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.resizeDocks(
            [self._left, self._right], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal
        )
        self._menus = Menus(self.parts, self.actions_by_id)
        self._tools = self._build_tool_bar()
        self.status = StatusBar(session, self.grid)
        self.setStatusBar(self.status)
        self._drop = DropHighlight(self)
        self.parts.appearance.hides(
            self._left, self._right, self._tools, self.menuBar(), self.status
        )
        self._focus = ImageFocus(self, lambda: self.grid.active_pane)
        session.documents.ask_sequences = lambda assignment: ask_sequences(assignment, self)
        session.state.study_changed.connect(self._show_study)
        self.parts.appearance.panels_changed.connect(self._show_strips)
        self.result.card_wanted.connect(self.parts.pages.show_card)
        self.result.class_wanted.connect(self.parts.pages.show_class)
        self.result.evidence.wanted.connect(self.parts.pages.show_ablation)
        self.volume.saveRequested.connect(lambda: self.export_image.ask(ExportSubject.VOLUME))
        self._show_study()
        if session.settings.window_state:
            stored = session.settings.window_state.encode("ascii", "replace")
            self.restoreGeometry(QByteArray.fromBase64(stored))

    # -- building ---------------------------------------------------------------------------

    def _build_centre(self) -> None:
        self._pages = QStackedWidget()
        invitation = Invitation(self.session.settings)
        invitation.recent_wanted.connect(self.parts.files.open)
        invitation.open_wanted.connect(self.parts.files.open_folder)
        invitation.demo_wanted.connect(self.session.documents.open_demo)
        self._pages.addWidget(invitation)
        self._pages.addWidget(self.grid)
        self._strip, self._series = SliceStrip(self.session), ImageStrip(self.session)
        centre = QWidget()
        centre.setLayout(column((self._pages, 1), self._strip, self._series, spacing=0))
        NoticeBar(self.session, over=self._pages)
        self.setCentralWidget(centre)

    def _left_panel(self) -> QWidget:
        panels = StudyPanel(self.session), DisplayPanel(self.session)
        scroll = scrolled(column(*panels, None, spacing=16))
        scroll.setMinimumWidth(LEFT_WIDTH)
        return scroll

    def _right_panel(self) -> QWidget:
        names = "show-heatmap", "show-lesion", "copy"
        tools = [self._tool_button(name) for name in names]
        self._outline = tools[1]
        self.result = ResultPanel(self.session, *tools)
        split = RightSplit()
        split.addWidget(self.volume)
        split.addWidget(self.result)
        return panel(column(WhatIfPanel(self.session), (split, 1), spacing=0), QWidget())

    def _dock(self, title: str, content: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setTitleBarWidget(QWidget())
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setWidget(content)
        self.addDockWidget(area, dock)
        return dock

    def _tool_button(self, action_id: str) -> QToolButton:
        made = told(QToolButton(), "small")
        made.setDefaultAction(self.actions_by_id[action_id])
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return made

    def _build_tool_bar(self) -> QToolBar:
        bar = QToolBar("Tools")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        for name in TOOL_BAR:
            if name == "-":
                bar.addSeparator()
            elif name == "<>":
                space = QWidget()
                space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                bar.addWidget(space)
            else:
                bar.addAction(self.actions_by_id[name])
        if (more := bar.findChild(QToolButton, "qt_toolbar_ext_button")) is not None:
            # Qt's own arrow is black on black.
            more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            more.setText("»")
        primary = bar.widgetForAction(self.actions_by_id["export"])
        primary.setProperty("role", "primary")
        self.addToolBar(bar)
        return bar

    # -- following the state ----------------------------------------------------------------

    def _show_study(self) -> None:
        study = self.session.state.study
        self._pages.setCurrentIndex(0 if study is None else 1)
        name = f"{in_title(study.name)} – " if study is not None and study.name else ""
        self._show_strips()
        for of_studies in (self.volume, self._outline):
            of_studies.setVisible(Fact.IMAGE not in self.session.state.facts)
        prefix = "SYNTHETIC · " if study is not None and study.synthetic else ""
        self.setWindowTitle(f"{prefix}{name}BrainViewer")
        self._focus.leave_buttons()

    def _show_strips(self) -> None:
        """The strip of slices where there are several, the image strip where images are."""
        state, panels = self.session.state, not self.parts.appearance.only_images
        image = state.study is not None and state.study.is_image2d
        several = state.study is None or state.view().count > 1
        self._strip.setVisible(panels and (several or not image))
        self._series.setVisible(panels and image and Fact.IMAGE_SERIES in state.facts)

    # -- Qt's own ---------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where it means nothing else, brings back what F11 has hidden."""
        if event.key() == Qt.Key.Key_Escape and self.parts.appearance.only_images:
            self.parts.appearance.toggle_panels()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._drop.show_over()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        event.acceptProposedAction()
        self._drop.hide()
        # The file manager waits for this event to end; open after it.
        QTimer.singleShot(0, lambda: self.session.documents.open(paths))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._started:
            self._started = True
            # The child process starts when the window has been painted and is idle.
            QTimer.singleShot(1000, self._start_engine)

    def _start_engine(self) -> None:
        if self.isVisible():
            self.session.engine.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.session.annotations.take_in_other_edits()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.export_image.finished():
            event.ignore()
            return
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.session.settings.update(window_state=geometry)
        self.volume.shutdown()
        self.session.close()
        super().closeEvent(event)
