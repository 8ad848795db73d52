"""Painting that ends, whatever happens in between."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QPaintDevice, QPainter


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """A painter on a widget or picture; a painter that stays open after an exception crashes Qt."""
    painter = QPainter(device)
    try:
        yield painter
    finally:
        if painter.isActive():  # not on a device without size
            painter.end()
