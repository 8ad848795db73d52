"""Small pieces that every panel is made of: section heads, buttons, numbers with units."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, SignalInstance
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QSlider,
    QTreeWidgetItem,
    QWidget,
)

from brainviewer.painting.devices import painting

Slot = Callable[..., object]
Widget = TypeVar("Widget", bound=QWidget)


class _Connectable(Protocol):
    def connect(self, slot: Slot, /) -> object: ...


def listen(slot: Slot, *signals: _Connectable) -> None:
    """Call a slot at each of several signals."""
    for signal in signals:
        signal.connect(slot)


def call(function: Slot, *arguments: object) -> Callable[[], object]:
    """A slot that calls a function with these arguments, whatever the signal carries."""
    return lambda: function(*arguments)


def timer(parent: QObject, milliseconds: int, slot: Slot) -> QTimer:
    """A timer that calls a slot once each time it is started.

    ``QTimer.singleShot`` with a receiver and its method keeps the receiver, and all that it knows,
    for good where that is deleted before the time is over.
    """
    made = QTimer(parent, singleShot=True, interval=milliseconds)
    made.timeout.connect(slot)
    return made


def told(widget: Widget, role: str = "", tip: str = "", name: str = "") -> Widget:
    """A widget with a role of the theme, a tool tip, and a name for a screen reader."""
    if role:
        widget.setProperty("role", role)
    widget.setToolTip(tip)
    widget.setAccessibleName(name)
    return widget


def painted(paint: Callable[[Widget, QPainter], None]) -> Callable[[Widget, QPaintEvent], None]:
    """Makes a ``paintEvent`` of a method that takes a painter on the widget.

    An exception goes to the hook of all uncaught ones: where Python code has asked Qt to paint, or
    to handle an event, PySide keeps it while Qt goes on, and the process ends (SIGSEGV).
    """

    def paint_event(widget: Widget, _event: QPaintEvent) -> None:
        try:
            with painting(widget) as painter:
                paint(widget, painter)
        except Exception as error:
            sys.excepthook(type(error), error, error.__traceback__)

    return paint_event


def label(text: str = "", role: str = "", tip: str = "", *, wrap: bool = False) -> QLabel:
    """A label with a role of the theme: head, quiet, small, answer, caution, chip…"""
    return told(QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=wrap), role, tip)


def linked(widget: QLabel, slot: Slot) -> QLabel:
    """Let a label hold links, which call a slot."""
    widget.setTextFormat(Qt.TextFormat.RichText)
    widget.setTextInteractionFlags(
        Qt.TextInteractionFlag.LinksAccessibleByMouse
        | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
    )
    widget.linkActivated.connect(slot)
    return widget


def right(text: QLabel) -> QLabel:
    """A label with its text at its right end, level with what stands beside it."""
    text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return text


def heading(text: str) -> QLabel:
    """A section head in small capitals."""
    return label(text.upper(), "head")


def say(widget: QLabel, text: str) -> None:
    """Let a label say a text; with none it is hidden."""
    widget.setText(text)
    widget.setVisible(bool(text))


def set_role(widget: QWidget, role: str) -> None:
    """Change the role of a widget and restyle it."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(
    text: str,
    role: str = "",
    tip: str = "",
    clicked: Slot | SignalInstance | None = None,
    *,
    checkable: bool = False,
    name: str = "",
) -> QPushButton:
    """A push button with a role of the theme: primary, second or none.

    name : for a screen reader, where the text does not say enough.
    """
    widget = told(QPushButton(text), role, tip, name)
    widget.setCheckable(checkable)
    widget.setCursor(Qt.CursorShape.PointingHandCursor)
    if clicked is not None:
        widget.clicked.connect(clicked)
    return widget


def slider(low: int, high: int, name: str, changed: Slot, tip: str = "") -> QSlider:
    """A horizontal slider. name : for a screen reader."""
    made = told(QSlider(Qt.Orientation.Horizontal), tip=tip, name=name)
    made.setRange(low, high)
    made.valueChanged.connect(changed)
    return made


class _NumberField(QDoubleSpinBox):
    """Shows no digits that say nothing, so that the text is always the whole value."""

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


def number_field(low: float, high: float, digits: int = 0) -> QDoubleSpinBox:
    """A field for a number; it counts when it is entered, not while it is typed.

    digits : how many may stand after the point.
    """
    field = _NumberField(decimals=digits)
    field.setRange(low, high)
    field.setKeyboardTracking(False)
    field.setMinimumWidth(1)  # else as wide as the largest number that it could hold
    # Style sheets do not pad the text of spin boxes.
    field.lineEdit().setTextMargins(5, 0, 0, 0)
    return field


def tabular(widget: Widget) -> Widget:
    """Let the digits of a widget be equally wide, where the font can."""
    font = QFont(widget.font())
    font.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(font)
    return widget


def signed(value: float, digits: int = 1) -> str:
    """A number with a real minus sign."""
    return f"{value:.{digits}f}".replace("-", "−")


def check_box(text: str, there: bool, why_not: str) -> QCheckBox:
    """A box for what is shown; disabled, with the reason, where there is nothing to show."""
    box = QCheckBox(text)
    set_there(box, there, why_not)
    return box


def set_there(box: QCheckBox, there: bool, why_not: str) -> None:
    """Say whether there is something to show; what is there anew is shown."""
    told(box, tip="" if there else why_not)
    if there != box.property("there"):
        box.setChecked(there)
        box.setEnabled(there)
        box.setProperty("there", there)


def show_rows_with(
    wanted: str, groups: Iterable[tuple[QTreeWidgetItem, Sequence[QTreeWidgetItem]]]
) -> None:
    """Hide the rows of groups in which a word is missing, and groups without a row.

    wanted : words, in any order, that stand in the row's two columns or the title of its group.
    """
    words = wanted.casefold().split()
    for group, rows in groups:
        for row in rows:
            said = f"{group.text(0)} {row.text(0)} {row.text(1)}".casefold()
            row.setHidden(not all(word in said for word in words))
        group.setHidden(all(row.isHidden() for row in rows))
