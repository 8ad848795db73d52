"""A report as one HTML file, from ``resources/pages/report.html``: images inside, all escaped."""

from base64 import b64encode

from brainviewer.painting.html_pages import page_html
from brainviewer.painting.report.blocks import Picture, ReportDocument
from brainviewer.painting.report.pictures import png_of

_SCALE = 2.0
"""Pixels a point of images: sharp on a screen of twice the usual resolution."""


def report_html(report: ReportDocument, provenance: str = "") -> str:
    """The whole file. provenance : JSON that is kept in its head."""

    def image(picture: Picture, side: int) -> str:
        return f"data:image/png;base64,{b64encode(png_of(picture.scene, side, _SCALE)).decode()}"

    return page_html(
        "report",
        report=report,
        provenance=provenance,
        image=image,
        kind_of=lambda block: type(block).__name__,
    )
