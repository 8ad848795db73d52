"""The parts of the window that actions and menus act on."""

from dataclasses import dataclass

from PySide6.QtWidgets import QMainWindow

from brainviewer.app.session import Session
from brainviewer.gui.appearance import Appearance
from brainviewer.gui.dialogs.files import FileDialogs
from brainviewer.gui.dialogs.pages import Pages
from brainviewer.gui.dialogs.view_export import ViewExport
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.monitoring.opener import MonitorWindows
from brainviewer.gui.pacs.opener import PacsWindows
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.prior.opener import PriorWindows
from brainviewer.gui.report.opener import ReportWindows
from brainviewer.gui.sign_in.reader_menu import ReaderMenu
from brainviewer.gui.study_list.opener import StudyLists
from brainviewer.gui.volume.pane import VolumePane


@dataclass(frozen=True)
class WindowParts:
    """What an action may use; see each class for what it does.

    frame : the window itself; the parent of menus, and what is closed.
    """

    frame: QMainWindow
    session: Session
    grid: PaneGrid
    volume: VolumePane
    export: ViewExport
    files: FileDialogs
    pages: Pages
    appearance: Appearance
    studies: StudyLists
    prior: PriorWindows
    pacs: PacsWindows
    report: ReportWindows
    monitor: MonitorWindows
    reader: ReaderMenu
    keys: KeyMap
