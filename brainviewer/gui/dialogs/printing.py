"""A page on paper, or in the file of a printer that writes one."""

from PySide6.QtGui import QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from brainviewer.gui.dialogs.questions import accepted
from brainviewer.painting.devices import painting
from brainviewer.painting.figure import FigurePage

_PIXELS_PER_POINT = 3
"""Of slices; finer than that no printer shows them."""


def ask_and_print(page: FigurePage, parent: QWidget) -> bool:
    """Let the user choose a printer and print; whether it was printed."""
    width, height = page.size
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    way = QPageLayout.Orientation
    printer.setPageOrientation(way.Landscape if width > height else way.Portrait)
    printer.setDocName("BrainViewer")
    if not accepted(QPrintDialog(printer, parent)):
        return False
    print_page(page, printer)
    return True


def print_page(page: FigurePage, printer: QPrinter) -> None:
    """Paint a page as large as the paper allows, in its middle."""
    (width, height), paper = page.size, printer.pageRect(QPrinter.Unit.DevicePixel)
    zoom = min(paper.width() / width, paper.height() / height)
    with painting(printer) as painter:
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        painter.translate((paper.width() - width * zoom) / 2, (paper.height() - height * zoom) / 2)
        painter.scale(zoom, zoom)
        page.paint(painter, _PIXELS_PER_POINT)
