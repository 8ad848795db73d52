"""How far each measure is from its reference, as a table, whether there is a warning or not."""

from brainviewer.app.monitoring.comparisons import Found
from brainviewer.app.monitoring.overview import ModelOverview
from brainviewer.core.counting import counted
from brainviewer.core.monitoring.prediction import Kind
from brainviewer.core.monitoring.reference import Measure

HEAD = ("measure", "difference", "by chance about", "in the last", "cases", "reference")
BENEATH = (
    "PSI: population stability index. SD: distance of the mean embedding of the images, in "
    "standard deviations. With few cases both are large by chance alone, so it is the chance that "
    "decides on a warning, not a fixed limit."
)


def figure_rows(one: ModelOverview) -> list[tuple[str, ...]]:
    """Rows of the table below ``HEAD``; none where nothing is compared yet."""
    return [
        (
            _name(figure.measure, one.kind),
            _size(figure.measure, figure.found.index),
            _size(figure.measure, figure.found.expected),
            counted(figure.found.weeks, "week"),
            f"{figure.found.cases:,}",
            f"{figure.found.reference_cases:,} {'of the card' if figure.of_card else 'here'}",
        )
        for figure in one.drift.figures
    ]


def figure_text(measure: Measure, found: Found) -> str:
    """The difference and what it is by chance, for a line of text."""
    return f"{_size(measure, found.index)} (by chance about {_size(measure, found.expected)})"


def _name(measure: Measure, kind: Kind) -> str:
    if measure is Measure.EMBEDDING:
        return "embedding of the images"
    if measure is Measure.CONFIDENCE:
        return "confidence of the masks" if kind is Kind.LESION else "probability of the answer"
    if kind is Kind.LESION and measure is Measure.CLASSES:
        return "lesion or none"
    return str(measure)


def _size(measure: Measure, value: float) -> str:
    return f"{value:.2f} SD" if measure is Measure.EMBEDDING else f"PSI {value:.2f}"
