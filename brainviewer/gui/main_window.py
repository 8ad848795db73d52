"""The main window: docks, menus and the tool bar, nothing else."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from brainviewer.app.exporting.exports import ExportSubject
from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.gui import theme
from brainviewer.gui.actions.places import PRIOR_ACTIONS, keyed_actions
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.actions.tool_bar import TOOL_BAR
from brainviewer.gui.appearance import Appearance
from brainviewer.gui.clocks import Clocks
from brainviewer.gui.dialogs.files import FileDialogs
from brainviewer.gui.dialogs.pages import Pages
from brainviewer.gui.dialogs.sequences import ask_sequences
from brainviewer.gui.dialogs.series import ask_series
from brainviewer.gui.dialogs.view_export import ViewExport
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.layouts import column, panel, scrolled
from brainviewer.gui.leaving import Leaving
from brainviewer.gui.menus import Actions, Menus, menu_letters
from brainviewer.gui.monitoring.opener import MonitorWindows
from brainviewer.gui.notices import NoticeBar
from brainviewer.gui.outside_text import in_title
from brainviewer.gui.pacs.opener import PacsWindows
from brainviewer.gui.panels.correction import CorrectionPanel
from brainviewer.gui.panels.display import DisplayPanel
from brainviewer.gui.panels.patient_bar import PatientBar
from brainviewer.gui.panels.result.occlusion import WhatIfPanel
from brainviewer.gui.panels.result.result import ResultPanel
from brainviewer.gui.panels.right_split import RightSplit
from brainviewer.gui.panels.study import StudyPanel
from brainviewer.gui.panes.image_focus import ImageFocus
from brainviewer.gui.panes.image_strip import ImageStrip
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.slice_strip import SliceStrip
from brainviewer.gui.prior.opener import PriorWindows
from brainviewer.gui.report.opener import ReportWindows
from brainviewer.gui.sign_in.reader_menu import ReaderMenu
from brainviewer.gui.status_bar import StatusBar
from brainviewer.gui.study_list.opener import StudyLists
from brainviewer.gui.toolbar.action_buttons import ActionFollower
from brainviewer.gui.toolbar.bar import ToolBar
from brainviewer.gui.tools.mouse_choice import MouseChoice
from brainviewer.gui.volume.large import LargeVolume
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.welcome import DropHighlight, Invitation
from brainviewer.gui.widgets import told
from brainviewer.gui.window_parts import WindowParts
from brainviewer.gui.window_size import open_with

LEFT_WIDTH = 248
RIGHT_WIDTH = 400


def _widths() -> list[int]:
    return [theme.px(LEFT_WIDTH), theme.px(RIGHT_WIDTH)]


class MainWindow(QMainWindow):
    """Everything on one screen: panels left and right, slices in the middle.

    parts : what actions and menus act on.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWindowTitle("BrainViewer")
        self.setAcceptDrops(True)
        open_with(self, 1400, 850)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.grid = PaneGrid(session)
        self.volume = VolumePane(
            session.state, session.graphics, session.prior, session.looks, session.jobs
        )
        self.export_image = ViewExport(session, self.grid, self.volume, self)
        appearance = Appearance(session, self.grid, self)
        studies = StudyLists(session, self)
        pacs = PacsWindows(session, self, studies.show_found, appearance.toggle_patient)
        studies.ask_pacs, studies.toggle_names = pacs.bring_up, appearance.toggle_patient
        self.parts = WindowParts(
            self,
            session,
            self.grid,
            self.volume,
            self.export_image,
            FileDialogs(session, self),
            Pages(session, self),
            appearance,
            studies,
            PriorWindows(session, self),
            pacs,
            ReportWindows(session, self),
            MonitorWindows(session, self),
            ReaderMenu(self),
            KeyMap(session.settings, keyed_actions(), menu_letters()),
        )
        self.actions_by_id = Actions(self.parts)
        self._started = False
        self._build_centre()
        self._left = self._dock("Study", self._left_panel(), Qt.DockWidgetArea.LeftDockWidgetArea)
        self._right = self._dock(
            "3D and result", self._right_panel(), Qt.DockWidgetArea.RightDockWidgetArea
        )
        self.resizeDocks([self._left, self._right], _widths(), Qt.Orientation.Horizontal)
        self._menus = Menus(self.parts, self.actions_by_id)
        self.parts.prior.share(
            [self.actions_by_id[name] for name in PRIOR_ACTIONS], self._menus.context
        )
        made = {action.id: self.actions_by_id[action.id] for action in ACTIONS}
        self._tools = ToolBar(made, session.settings, TOOL_BAR, primary="export")
        self._tools.customise_wanted.connect(self.actions_by_id["settings"].trigger)
        self.addToolBar(self._tools)
        self.status = StatusBar(session, self.grid)
        self.setStatusBar(self.status)
        self._drop, self.leaving = DropHighlight(self), Leaving(self.parts)
        self.parts.appearance.hides(
            self._left, self._right, self._tools, self.menuBar(), self.status
        )
        self._focus = ImageFocus(self, lambda: self.grid.active_pane)
        session.documents.ask_sequences = lambda assignment: ask_sequences(assignment, self)
        session.documents.ask_series = lambda error: ask_series(error, self)
        session.documents.show_list = self.parts.studies.show_folder
        session.documents.show_examinations = self.parts.studies.show_examinations
        session.state.study_changed.connect(self._show_study)
        session.saved.changed.connect(self._show_study)
        self.parts.appearance.panels_changed.connect(self._show_strips)
        self.parts.appearance.patient_changed.connect(self._show_study)
        for shown in (self.parts.studies, self.parts.pacs, self.parts.prior):
            self.parts.appearance.patient_changed.connect(shown.follow_patient)
        self.result.card_wanted.connect(self.parts.pages.show_card)
        self.result.class_wanted.connect(self.parts.pages.show_class)
        self.result.evidence.wanted.connect(self.parts.pages.show_ablation)
        self._large = LargeVolume(session.state, self.volume, self._pages, self._split, self.grid)
        self._hands = MouseChoice(session, self.volume)
        self.volume.saveRequested.connect(lambda: self.export_image.ask(ExportSubject.VOLUME))
        self._show_study()
        if session.settings.window_state:
            stored = session.settings.window_state.encode("ascii", "replace")
            self.restoreGeometry(QByteArray.fromBase64(stored))

    # -- building ---------------------------------------------------------------------------

    def _build_centre(self) -> None:
        self._pages = QStackedWidget()
        invitation = self._invitation = Invitation(self.session.recent)
        invitation.pacs_wanted.connect(self.parts.pacs.bring_up)
        invitation.recent_wanted.connect(self.parts.files.open)
        invitation.open_wanted.connect(self.parts.files.open_folder)
        invitation.demo_wanted.connect(self.session.documents.open_demo)
        self._pages.addWidget(invitation)
        self._pages.addWidget(self.grid)
        self._strip, self._series = SliceStrip(self.session), ImageStrip(self.session)
        centre = QWidget()
        self._patient = PatientBar(self.session)
        centre.setLayout(
            column(self._patient, (self._pages, 1), self._strip, self._series, spacing=0)
        )
        NoticeBar(self.session, over=self._pages)
        Clocks(self.session, self)
        self.setCentralWidget(centre)

    def _left_panel(self) -> QWidget:
        panels = StudyPanel(self.session), DisplayPanel(self.session)
        scroll = scrolled(column(*panels, None, spacing=16))
        scroll.setMinimumWidth(theme.px(LEFT_WIDTH))
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it comes into sight by itself
        return scroll

    def _right_panel(self) -> QWidget:
        names = "show-heatmap", "show-lesion", "copy"
        tools = [self._tool_button(name) for name in names]
        self._outline = tools[1]
        self.result = ResultPanel(self.session, *tools)
        self._split = RightSplit()
        self._split.addWidget(self.volume)
        self._split.addWidget(self.result)
        edited = WhatIfPanel(self.session), CorrectionPanel(self.session)
        return panel(column(*edited, (self._split, 1), spacing=0), QWidget())

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
        ActionFollower(made)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return made

    # -- following the state ----------------------------------------------------------------

    def _show_study(self) -> None:
        study = self.session.state.study
        self._pages.setCurrentIndex(0 if study is None else 1)
        name = f"{in_title(study.name)} – " if study is not None and study.name else ""
        if (saved := self.session.saved.file) is not None:
            name = f"{in_title(saved.path.stem)} – {name}"
        if not self.session.settings.show_patient:
            name = ""  # folders are named after patients
        self._patient.follow()
        self._invitation.list_recent()
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

    def show_guide(self, place: str, asker: QWidget) -> None:
        """Show a place of the guide; see ``help.help_button``."""
        self.parts.pages.show_guide(self.parts.keys, place, asker)

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
        if self.leaving.may():
            self.leaving.end()
            super().closeEvent(event)
        else:
            event.ignore()
