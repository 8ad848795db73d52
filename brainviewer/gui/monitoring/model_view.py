"""What one model said here: numbers, warnings, charts, accuracy."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from brainviewer.app.monitoring.accuracy import Accuracy
from brainviewer.app.monitoring.charts import charts_of
from brainviewer.app.monitoring.figures import BENEATH, HEAD, figure_rows
from brainviewer.app.monitoring.monitor_page import (
    beside_accuracy,
    cases_name,
    codes_of,
    compared_with,
    drift_standing,
)
from brainviewer.app.monitoring.overview import ModelOverview
from brainviewer.app.monitoring.warning_text import TO_DO
from brainviewer.core.counting import counted
from brainviewer.core.monitoring.prediction import Kind
from brainviewer.gui.layouts import fill
from brainviewer.gui.monitoring.chart_view import ChartView
from brainviewer.gui.widgets import heading, label

COLUMNS = 2


def fill_model(lines: QVBoxLayout, one: ModelOverview) -> None:
    """Put all of a model one under the other."""
    fill(lines, label(one.name, "beneath", wrap=True), _line(_numbers(one)))
    meanings: set[str] = set()
    for said in one.warnings:
        fill(lines, 4, _selectable(label(said.what, "caution", wrap=True)))
        known = said.meaning in meanings
        fill(lines, _line(said.sure if known else f"{said.sure} {said.meaning}"))
        meanings.add(said.meaning)
    if one.warnings:
        fill(lines, 4, _line(TO_DO))
    else:
        fill(lines, _line(drift_standing(one)))
    if one.accuracy is not None:
        fill(lines, 8, heading("Accuracy against histology"), *_accuracy(one, one.accuracy))
    rows = figure_rows(one)
    fill(lines, 8, heading("Difference from the reference"))
    fill(lines, *([_figures(rows), _line(BENEATH)] if rows else []), _line(compared_with(one)))
    fill(lines, 8, heading("Week by week"), _charts(one), None)


def _numbers(one: ModelOverview) -> str:
    total, name = one.total, cases_name(one)
    plural = "studies" if name == "study" else ""
    said = (
        f"{counted(total.predictions, 'prediction')} of {counted(total.cases, name, plural)} "
        f"in {counted(len(one.weeks), 'week')}"
    )
    if one.kind is not Kind.LESION:
        said += (
            f": {total.answered:,} answered, {total.not_confident:,} not confident, "
            f"{total.refused:,} out of scope"
        )
    if total.judged:
        share = f"{100 * total.agreed / total.judged:.0f}\u00a0%"
        said += f". Readers agree with {total.agreed} of {total.judged} answers ({share})"
    if total.seconds is not None:
        said += f". Median time {total.seconds:.1f}\u00a0s"
    known = "" if one.known else " This version is not installed."
    return f"{said}.{known}"


def _charts(one: ModelOverview) -> QWidget:
    held, cells = QWidget(), QGridLayout()
    cells.setContentsMargins(0, 0, 0, 0)
    cells.setHorizontalSpacing(20)
    cells.setVerticalSpacing(14)
    for place, chart in enumerate(charts_of(one.weeks, one.kind, one.names)):
        cells.addWidget(ChartView(chart), place // COLUMNS, place % COLUMNS)
    for place in range(COLUMNS):
        cells.setColumnStretch(place, 1)
    held.setLayout(cells)
    return held


def _accuracy(one: ModelOverview, found: Accuracy) -> list[QWidget]:
    if not found.cases or found.low is None or found.high is None:
        said: list[QWidget] = [_line("No answer of this model has a histology yet.")]
    else:
        value = found.right / found.cases
        said = [
            label(
                f"{found.right} of {counted(found.cases, 'answer')} right: {value:.2f} "
                f"(95 % interval {found.low:.2f}–{found.high:.2f})",
                wrap=True,
            ),
            _table(one, found),
        ]
    return [*said, *(_line(line) for line in beside_accuracy(found))]


def _figures(rows: list[tuple[str, ...]]) -> QLabel:
    cells = "".join(
        f"<tr><td>{row[0]}</td>" + "".join(f"<td align=right>{cell}</td>" for cell in row[1:])
        for row in (
            tuple(f"<i>{escape(name)}</i>" for name in HEAD),
            *(tuple(map(escape, row)) for row in rows),
        )
    )
    return _rich(cells, "Difference from the reference")


def _rich(cells: str, name: str) -> QLabel:
    table = QLabel(f"<table cellpadding=4>{cells}</table>", textFormat=Qt.TextFormat.RichText)
    table.setAccessibleName(name)
    return table


def _table(one: ModelOverview, found: Accuracy) -> QLabel:
    codes = codes_of(one)
    cells = "<tr><td>histology ↓ &nbsp; answer →</td>"
    cells += "".join(f"<td align=right>{escape(code)}</td>" for code in codes) + "</tr>"
    for truth in codes:
        cells += f"<tr><td>{escape(one.names.get(truth, truth))}</td>"
        for said in codes:
            count = found.table.get((truth, said), 0)
            shown = f"<b>{count}</b>" if truth == said else str(count)
            cells += f"<td align=right>{shown}</td>"
        cells += "</tr>"
    return _rich(cells, "Answers by histology")


def _line(text: str, role: str = "quiet") -> QLabel:
    return _selectable(label(text, role, wrap=True))


def _selectable(line: QLabel) -> QLabel:
    line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return line
