"""Rows and columns, each written as what lies in it."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import delete

Item = QWidget | QLayout | int | tuple[QWidget | QLayout, int | Qt.AlignmentFlag] | None
"""A widget or a layout, alone or with its stretch or alignment; pixels of room; None stretches."""
Margins = tuple[int, int, int, int]
Box = TypeVar("Box", bound=QBoxLayout)
Widget = TypeVar("Widget", bound=QWidget)


def row(*items: Item, spacing: int = -1, margins: Margins = (0, 0, 0, 0)) -> QHBoxLayout:
    """Side by side. spacing : in pixels; that of the style by default."""
    return _filled(QHBoxLayout(), items, spacing, margins)


def column(*items: Item, spacing: int = -1, margins: Margins = (0, 0, 0, 0)) -> QVBoxLayout:
    """One under the other; see ``row``."""
    return _filled(QVBoxLayout(), items, spacing, margins)


def grid(
    spacing: tuple[int, int], margins: Margins = (0, 0, 0, 0), growing: int = 0
) -> QGridLayout:
    """A grid to ``put`` widgets in.

    spacing : between columns and between rows. growing : the column that takes what room is left.
    """
    made = QGridLayout()
    made.setHorizontalSpacing(spacing[0])
    made.setVerticalSpacing(spacing[1])
    made.setContentsMargins(*margins)
    made.setColumnStretch(growing, 1)
    return made


def put(in_grid: QGridLayout, at: int, *widgets: QWidget | None) -> None:
    """Fill a row of a grid from its left; None leaves a place empty."""
    for place, widget in enumerate(widgets):
        if widget is not None:
            in_grid.addWidget(widget, at, place)


def panel(layout: QLayout, widget: Widget) -> Widget:
    """A widget with a layout, on the ground of panels."""
    widget.setObjectName("panel")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    widget.setLayout(layout)
    return widget


def scrolled(content: QLayout) -> QScrollArea:
    """A panel that scrolls up and down."""
    scroll = QScrollArea()
    scroll.setObjectName("panel")
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(panel(content, QWidget()))
    return scroll


def clear(layout: QLayout) -> None:
    """Take everything out of a layout that is filled anew; its widgets go at once."""
    while item := layout.takeAt(0):
        discard(item.widget())
        # Neither Qt nor Python deletes what was taken; a layout in it would take its own along.
        if item.layout() is None:
            delete(item)


def discard(widget: QWidget | None) -> None:
    """Let a widget go at once, if there is one."""
    if widget is not None:
        widget.hide()
        widget.deleteLater()


def fill(box: QBoxLayout, *items: Item) -> None:
    """Put items at the end of a box."""
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        else:
            inside, how = item if isinstance(item, tuple) else (item, 0)
            stretch = 0 if isinstance(how, Qt.AlignmentFlag) else how
            if isinstance(inside, QLayout):
                box.addLayout(inside, stretch)
            else:
                box.addWidget(inside, stretch)
                if isinstance(how, Qt.AlignmentFlag):
                    box.setAlignment(inside, how)


def _filled(box: Box, items: tuple[Item, ...], spacing: int, margins: Margins) -> Box:
    box.setSpacing(spacing)
    box.setContentsMargins(*margins)
    fill(box, *items)
    return box
