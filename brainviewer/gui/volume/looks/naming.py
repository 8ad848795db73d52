"""Asks what a look of the user is to be called."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from brainviewer.app.looks.own_looks import OwnLooks
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.dialogs.questions import accepted
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import button, label, say, told
from brainviewer.painting.volume.looks.own_look import LONGEST_NAME, OwnLook, checked_name


def ask_to_save(looks: OwnLooks, look: OwnLook, parent: QWidget) -> OwnLook | None:
    """Ask for a name, and keep the look by it; what was kept, or None.

    look : with the name that is offered.
    """

    def save(name: str) -> OwnLook:
        made = OwnLook(checked_name(name), look.look)
        looks.save(made)
        return made

    dialog = NameDialog("Save as own look", "Save", look.name, save, parent)
    dialog.replaces = looks.called
    return dialog.result_of()


def ask_to_rename(looks: OwnLooks, look: OwnLook, parent: QWidget) -> OwnLook | None:
    """Ask for another name; the renamed look, or None."""
    dialog = NameDialog(
        "Rename look", "Rename", look.name, lambda name: looks.rename(look, name), parent
    )
    return dialog.result_of()


class NameDialog(QDialog):
    """A field for a name; what speaks against it is said below.

    do : called with the name; what it raises is said, and another name can be given.
    replaces : the look that one of this name would take the place of.
    """

    def __init__(
        self, title: str, verb: str, name: str, do: Callable[[str], OwnLook], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._do = do
        self.replaces: Callable[[str], OwnLook | None] = lambda name: None
        self._made: OwnLook | None = None
        self.name = told(QLineEdit(name, placeholderText="Name", maxLength=LONGEST_NAME))
        self.name.setAccessibleName("Name")
        self.name.selectAll()
        self.said = label(role="caution", wrap=True)
        self.accept_button = button(verb, "primary", clicked=self._try)
        self.accept_button.setDefault(True)
        cancel = button("Cancel", "second", clicked=self.reject)
        cancel.setAutoDefault(False)
        self.setLayout(
            column(
                self.name,
                self.said,
                row(HelpButton("3D"), None, cancel, self.accept_button, spacing=8),
                spacing=10,
                margins=(16, 16, 16, 16),
            )
        )
        self.setMinimumWidth(340)
        self.name.textChanged.connect(self._follow)

    def result_of(self) -> OwnLook | None:
        """Show it until it is closed; what came of it."""
        self._follow()
        return self._made if accepted(self) else None

    def _follow(self) -> None:
        name = self.name.text()
        self.accept_button.setEnabled(bool(name.strip()))
        there = self.replaces(name)
        say(self.said, f"It takes the place of the look '{there.name}'." if there else "")

    def _try(self) -> None:
        try:
            self._made = self._do(self.name.text())
        except BrainViewerError as error:
            say(self.said, str(error))
            return
        self.accept()
