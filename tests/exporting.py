"""Saves a slice, as tests of exports want it."""

from pathlib import Path
from typing import Any

from brainviewer.app.report.study_figures import SliceRequest, export_figure, slice_figure
from brainviewer.core.errors import Report, silent
from brainviewer.core.study import Study
from brainviewer.painting.figure import FigureSpec


def export_slice(
    study: Study, path: Path, scale: int = 2, report: Report = silent, **wanted: Any
) -> FigureSpec:
    """Paint and save a slice; returns what was painted. wanted : fields of ``SliceRequest``."""
    figure = slice_figure(study, SliceRequest(**wanted))
    export_figure(figure, path, scale, report)
    return figure
