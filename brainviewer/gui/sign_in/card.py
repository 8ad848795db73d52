"""A calm page with a card in its middle: a heading, fields, what is said, and buttons."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import Item, column, row
from brainviewer.gui.sign_in.password_field import PasswordField
from brainviewer.gui.widgets import label, set_role

WIDTH = 400
TOPIC = "sign-in"


class Card(QWidget):
    """What pages of the entrance have in common.

    said : a sentence under the fields, which has its room also while it is empty.
    """

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = label(heading, "answer", wrap=True)
        self.lead = label(role="quiet", wrap=True)
        self.said = label(wrap=True)
        self.said.setMinimumHeight(2 * self.said.fontMetrics().lineSpacing())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)

    def lay_out(self, fields: list[Item], left: QPushButton, right: QPushButton) -> None:
        """Put fields between the heading and the buttons. right : what Enter does."""
        self._left, self._right = left, right
        frame = QFrame()
        frame.setObjectName("card")
        frame.setFixedWidth(theme.px(WIDTH))
        buttons = row(HelpButton(TOPIC), left, None, right, spacing=8)
        content = column(self.heading, self.lead, *fields, self.said, buttons, spacing=12)
        content.setContentsMargins(28, 26, 28, 20)
        frame.setLayout(content)
        # Between two that stretch: aligned, it would be as high as its texts are if it were wide.
        self.setLayout(column(None, row(None, frame, None), None))

    def tab_through(self, *fields: QWidget) -> None:
        """Tab leads from field to field, then to the buttons below, and to *Show* at last.

        Else somebody types the next password on *Show*, whose space shows the one before.
        """
        shows = [field.shows for field in fields if isinstance(field, PasswordField)]
        inputs = [field.field if isinstance(field, PasswordField) else field for field in fields]
        for one, after in pairwise([*inputs, self._right, self._left, *shows]):
            QWidget.setTabOrder(one, after)

    def take_enter(self) -> None:
        """Let Enter do what the button at the right does, in a window of several pages."""
        self._right.setDefault(False)  # it is the default of a window only if set in it
        self._right.setDefault(True)

    def say(self, text: str, role: str = "caution") -> None:
        """Say a sentence; an empty one takes back what was said."""
        set_role(self.said, role)
        self.said.setText(text)
        self.said.setAccessibleName(text)
