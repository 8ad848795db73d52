"""Pages on paper, or in the file of a printer that writes one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QWidget

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.dialogs.questions import accepted
from brainviewer.painting.devices import painting
from brainviewer.painting.figure import FigurePage
from brainviewer.painting.report.pages import Paper, ReportPages

_PIXELS_PER_POINT = 3
"""Of slices; finer than that no printer shows them."""
_AWAY = "The printer{} cannot be reached, so nothing was printed."
_NO_FILE = "Nothing was printed: the file '{}' cannot be written."
_ADVICE = "Check that it is switched on and connected, choose another one, or save as PDF."
_FILE_ADVICE = "Choose another file, or save as PDF."


Around = Callable[[], AbstractContextManager[None]]
"""What is done around the printing itself, such as recording it."""


def ask_and_print(page: FigurePage, parent: QWidget, around: Around = nullcontext) -> bool:
    """Let the user choose a printer and print; whether it was printed.

    Raises BrainViewerError if the printer is away.
    """
    width, height = page.size
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    way = QPageLayout.Orientation
    printer.setPageOrientation(way.Landscape if width > height else way.Portrait)
    printer.setDocName("BrainViewer")
    if not accepted(QPrintDialog(printer, parent)):
        return False
    with around():
        print_page(page, printer)
    return True


def ask_and_print_report(pages: ReportPages, parent: QWidget, around: Around = nullcontext) -> bool:
    """The same of a report, on the paper that it is laid out for."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    sizes = {Paper.A4: QPageSize.PageSizeId.A4, Paper.LETTER: QPageSize.PageSizeId.Letter}
    printer.setPageSize(QPageSize(sizes[pages.paper]))
    printer.setDocName("BrainViewer report")
    if not accepted(QPrintDialog(printer, parent)):
        return False
    with around():
        print_report(pages, printer)
    return True


def print_page(page: FigurePage, printer: QPrinter) -> None:
    """Paint a page as large as the paper allows, in its middle."""
    with _printing(printer) as painter:
        _place(painter, printer, page.size)
        page.paint(painter, _PIXELS_PER_POINT)


def print_report(pages: ReportPages, printer: QPrinter) -> None:
    """Paint every page of a report on a sheet of its own."""
    with _printing(printer) as painter:
        for number in range(len(pages)):
            if number and not printer.newPage():
                raise _away(printer)
            painter.save()
            _place(painter, printer, pages.size)
            pages.paint(painter, number)
            painter.restore()


def _place(painter: QPainter, printer: QPrinter, size: tuple[float, float]) -> None:
    """Points of a page become the paper's: as large as it allows, in its middle."""
    (width, height), paper = size, printer.pageRect(QPrinter.Unit.DevicePixel)
    zoom = min(paper.width() / width, paper.height() / height)
    painter.translate((paper.width() - width * zoom) / 2, (paper.height() - height * zoom) / 2)
    painter.scale(zoom, zoom)


@contextmanager
def _printing(printer: QPrinter) -> Iterator[QPainter]:
    """A painter on a printer; raises BrainViewerError where there is none, or it has failed."""
    if _is_gone(printer):
        raise _away(printer)
    with painting(printer) as painter:
        if not painter.isActive():
            raise _away(printer)
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        yield painter
    if printer.printerState() in (QPrinter.PrinterState.Error, QPrinter.PrinterState.Aborted):
        raise _away(printer)


def _is_gone(printer: QPrinter) -> bool:
    """Whether the system knows no such printer, or cannot reach it; a file needs none."""
    if printer.outputFileName() or printer.outputFormat() is QPrinter.OutputFormat.PdfFormat:
        return False
    info = QPrinterInfo.printerInfo(printer.printerName())
    return info.isNull() or info.state() is QPrinter.PrinterState.Error


def _away(printer: QPrinter) -> BrainViewerError:
    if file := printer.outputFileName():
        return BrainViewerError(_NO_FILE.format(shown_text(file)), _FILE_ADVICE)
    name = printer.printerName()
    return BrainViewerError(_AWAY.format(f" '{shown_text(name)}'" if name else ""), _ADVICE)
