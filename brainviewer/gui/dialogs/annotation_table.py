"""The table of annotations: lengths, regions in all sequences, volumes, points."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from brainviewer.app.annotating.table import STATISTICS, Line
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import RegionStatistics
from brainviewer.core.annotation.stacks import Stack, stacks
from brainviewer.core.geometry import Unit
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.study import Study
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.theme import Colours
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.wording import (
    RESEARCH_ONLY,
    area_text,
    measure_text,
    measured,
    number,
)

TITLE = "Annotations"
_WIDTH = 860
_OVERLAP = "regions of one slice overlap"
_BETWEEN = "{} in between interpolated"


class AnnotationPage(Page):
    """All annotations of the study in tables; follows them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self._session = session
        super().__init__(TITLE, parent=parent, topic="annotations")
        self.resize(_WIDTH, self.height())
        session.state.annotations_changed.connect(self._write_again)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        study = self._session.state.unedited
        lines = self._session.tables.lines()
        self.text.setHtml(annotations_html(study, lines, theme.current()))


def annotations_html(study: Study | None, lines: Sequence[Line], colours: Colours) -> str:
    """The page as HTML, from ``resources/pages/annotations.html``."""
    grid = None if study is None else study.grid
    unit = Unit.MM if grid is None else grid.unit
    sequences = [] if study is None else list(study.volumes)
    lengths = [(*_where(line), measure_text(line.annotation, unit)) for line in lines]
    volumes = () if grid is None else stacks((line.annotation for line in lines), grid)
    return page_html(
        "annotations",
        title=TITLE,
        colours=colours,
        research_only=RESEARCH_ONLY,
        measured=[row for row in lengths if row[-1]],
        regions=[_region(line, unit) for line in lines if line.area is not None],
        statistics=["mean", "SD", "median", "min", "max", "pixels"],
        volumes=[_volume(stack) for stack in volumes],
        probes=[
            (_name(line), line.where, [measured(line.values[m]) for m in sequences])
            for line in lines
            if line.values
        ],
        sequences=[str(modality) for modality in sequences],
    )


def _name(line: Line) -> str:
    one = line.annotation
    name = shortened(shown_text(one.text)) or one.kind[0].upper() + one.kind[1:]
    return f"{name} (hidden)" if one.style.hidden else name


def _where(line: Line) -> tuple[str, str, str]:
    return _name(line), line.where, str(line.annotation.modality)


def _region(line: Line, unit: Unit) -> tuple[str, str, str, list[tuple[str, list[str]]]]:
    rows = [(str(m), _cells(found)) for m, found in line.statistics.items()]
    return _name(line), line.where, area_text(line.area or 0.0, unit), rows


def _cells(found: RegionStatistics | None) -> list[str]:
    if found is None:
        return ["–"] * len(STATISTICS) + ["0"]
    return [*(measured(getattr(found, name)) for name in STATISTICS), number(found.pixels)]


def _volume(stack: Stack) -> dict[str, Any]:
    ml = stack.millilitres
    remark = _BETWEEN.format(stack.between) if stack.between else ""
    return {
        "name": shortened(shown_text(stack.name)),
        "plane": stack.plane,
        "regions": len(stack.regions),
        "slices": stack.slices,
        "volume": "–" if ml is None else f"{number(ml, 2 if ml < 10 else 1)} mL",
        "remark": _OVERLAP if ml is None else remark,
    }
