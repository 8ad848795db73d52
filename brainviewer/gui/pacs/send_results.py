"""Asks which PACS node the exported results are sent to."""

from PySide6.QtWidgets import QDialog, QWidget

from brainviewer.app.pacs.sending import Sendable
from brainviewer.app.session import Session
from brainviewer.core.counting import counted
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.dialogs.questions import accepted
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.pacs.node_choice import NodeChoice
from brainviewer.gui.widgets import button, heading, label, say
from brainviewer.pacs.node import Node

_WIDTH = 460


class SendDialog(QDialog):
    """``chosen`` is the node, at first the one that the study came from."""

    def __init__(self, session: Session, results: Sendable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Send to PACS")
        self.setMinimumWidth(_WIDTH)
        self.node = NodeChoice(session.pacs, results.node)
        self.problem = label(role="caution", wrap=True)
        self.send_button = button("Send", "primary", clicked=self.accept)
        self.send_button.setDefault(True)
        names = ", ".join(path.name for path in results.files)
        made_up, of_nobody = label(role="caution", wrap=True), results.made_up_id
        said = f"The patient ID {of_nobody} was made up: no file names the patient."
        say(made_up, shown_text(said) if of_nobody else "")
        cancel = button("Cancel", clicked=self.reject)
        self.setLayout(
            column(
                heading(counted(len(results.files), "object")),
                label(shown_text(names), "quiet", wrap=True),
                made_up,
                10,
                heading("Node"),
                self.node,
                self.problem,
                None,
                row(HelpButton("PACS"), None, cancel, self.send_button),
                spacing=6,
                margins=(20, 20, 20, 20),
            )
        )
        self.node.changed.connect(self._follow_node)
        self._follow_node()

    @property
    def chosen(self) -> Node | None:
        """The node to send to; None where there is none yet."""
        return self.node.chosen

    def _follow_node(self) -> None:
        self.problem.setText(self.node.problem)
        self.send_button.setEnabled(self.chosen is not None)


def ask_and_send(session: Session, window: QWidget) -> None:
    """Ask for the node, and send the results that were exported last; nothing without them."""
    results = session.pacs.sending.results
    if results is None:
        return
    dialog = SendDialog(session, results, window)
    if accepted(dialog) and (node := dialog.chosen) is not None:
        session.pacs.sending.send(node, results.files)
