"""The choice of a PACS node, and the way to their settings."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from brainviewer.app.pacs.pacs import Pacs
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.layouts import row
from brainviewer.gui.pacs.nodes import NodesDialog
from brainviewer.gui.widgets import button, call, told
from brainviewer.pacs.node import Node
from brainviewer.pacs.node_list import left_out, nodes

NO_NODE = "There is no PACS node yet. Set one up with Nodes…."


class NodeChoice(QWidget):
    """The nodes that are set up, and a button that sets them up.

    problem : why there is none to be chosen, or not every one; empty where all is well.
    """

    changed = Signal()
    """Another node is chosen, or the settings were read anew."""

    def __init__(self, pacs: Pacs, wanted: str = "") -> None:
        super().__init__()
        self._pacs, self.problem = pacs, ""
        self.box = told(QComboBox(), name="PACS node")
        self.box.setMinimumWidth(200)
        settings = button("Nodes…", "second", "Set up PACS nodes", self.ask)
        settings.setAutoDefault(False)
        self.setLayout(row(self.box, settings, None, spacing=8))
        self.show_nodes(wanted)
        self.box.currentIndexChanged.connect(call(self.changed.emit))

    @property
    def chosen(self) -> Node | None:
        """The node; None where there is none yet."""
        node: Node | None = self.box.currentData()
        return node

    @property
    def _name(self) -> str:
        return "" if self.chosen is None else self.chosen.name

    def ask(self) -> None:
        """Show the settings of nodes, and take over what was changed."""
        dialog = NodesDialog(self._pacs, self._name, self.window())
        dialog.exec()
        wanted = dialog.chosen
        dialog.deleteLater()
        self.show_nodes(wanted)

    def show_nodes(self, wanted: str = "") -> None:
        """Read which nodes there are. wanted : the name of one; the one that is chosen by default.

        What is said of the list must be read in ``problem``.
        """
        wanted = wanted or self._name
        known: dict[str, Node] = {}
        self.problem = ""
        try:
            known = nodes()
            self.problem = left_out() or ("" if known else NO_NODE)
        except BrainViewerError as error:
            self.problem = str(error)
        with QSignalBlocker(self.box):
            self.box.clear()
            for name, node in known.items():
                self.box.addItem(shown_text(name), node)
            self.box.setCurrentIndex(list(known).index(wanted) if wanted in known else 0)
        self.changed.emit()
