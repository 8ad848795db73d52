"""Small pieces that every panel is made of: section heads, buttons, numbers with units."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLabel, QLayout, QPushButton, QWidget


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label with a role of the theme: head, quiet, small, answer, caution, chip…"""
    widget = QLabel(text)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        widget.setProperty("role", role)
    widget.setWordWrap(wrap)
    return widget


def head(text: str) -> QLabel:
    """A section head in small capitals."""
    return label(text.upper(), "head")


def set_role(widget: QWidget, role: str) -> None:
    """Change the role of a widget and restyle it."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout that is filled anew; its widgets go at once."""
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()


def button(text: str, role: str = "", tip: str = "", *, checkable: bool = False) -> QPushButton:
    """A push button with a role of the theme: primary, second or none."""
    widget = QPushButton(text)
    if role:
        widget.setProperty("role", role)
    widget.setToolTip(tip)
    widget.setCheckable(checkable)
    widget.setCursor(Qt.CursorShape.PointingHandCursor)
    return widget


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
    field = _NumberField()
    field.setRange(low, high)
    field.setDecimals(digits)
    field.setGroupSeparatorShown(False)
    field.setMinimumWidth(1)  # else as wide as the largest number that it could hold
    field.setKeyboardTracking(False)
    # Style sheets do not pad the text of spin boxes.
    field.lineEdit().setTextMargins(5, 0, 0, 0)
    return field


Widget = TypeVar("Widget", bound=QWidget)


def tabular(widget: Widget) -> Widget:
    """Let the digits of a widget be equally wide, where the font can."""
    font = QFont(widget.font())
    font.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(font)
    return widget


def signed(value: float, digits: int = 1) -> str:
    """A number with a real minus sign."""
    return f"{value:.{digits}f}".replace("-", "−")


def grouped(value: float, digits: int = 0) -> str:
    """A number with thousands separated and a real minus sign."""
    return f"{value:,.{digits}f}".replace("-", "−")


def check_box(text: str, there: bool, why_not: str) -> QCheckBox:
    """A box for what is shown; disabled, with the reason, where there is nothing to show."""
    box = QCheckBox(text)
    box.setChecked(there)
    box.setEnabled(there)
    box.setProperty("there", there)
    box.setToolTip("" if there else why_not)
    return box
