"""A model's card as a page: what it is for, what it saw, how good it is, what it cannot know."""

from collections import Counter

from brainviewer.app.report.checklist_text import counted_text
from brainviewer.app.report.model_checklist import checklist
from brainviewer.core.counting import listed
from brainviewer.gui.theme import Colours
from brainviewer.models.card import Card, ModelCard
from brainviewer.models.card_metrics import Metric
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.predictions import prevalence_text
from brainviewer.painting.text.wording import RESEARCH_ONLY, number

MADE = "made"
"""What the link to the page about how the model was made leads to."""
ITEMS = "items"
"""What the link to the checklist of the model leads to."""
NO_PART = " The network takes no part in the answer: the heatmap does not explain it."


def card_html(card: Card, colours: Colours) -> str:
    """The page as HTML of the kind that Qt shows, from ``resources/pages/card.html``."""
    situations = {name: metrics for name, metrics in card.metrics.items() if metrics}
    measured = [metric for metrics in situations.values() for metric in metrics]
    usual = Counter(metric.patients for metric in measured).most_common(1)[0][0] if measured else 0
    columns = {name: (metrics, usual) for name, metrics in situations.items()}
    columns |= {f"external: {test.name}": (test.metrics, test.answered) for test in card.external}
    cells = {
        (column, metric.name): metric_cell(metric, many, card.counted)
        for column, (metrics, many) in columns.items()
        for metric in metrics
    }
    names = dict.fromkeys(metric.name for metrics, _ in columns.values() for metric in metrics)
    return page_html(
        "card",
        card=card,
        of_classes=isinstance(card, ModelCard),
        colours=colours,
        columns=columns,
        rows=[(name, [cells.get((one, name), "–") for one in columns]) for name in names],
        patients=usual,
        research_only=RESEARCH_ONLY,
        made=MADE,
        items=ITEMS,
        answered=counted_text(checklist(card)),
        no_part=NO_PART,
        listed=listed,
        number=number,
        assumption=assumption,
    )


def metric_cell(metric: Metric, usual: int, counted: str = "patients") -> str:
    """A figure in a table: value, interval, and of how many if not of the usual number."""
    text = number(metric.value, 2)
    if metric.low is not None and metric.high is not None:
        text += f" ({number(metric.low, 2)}–{number(metric.high, 2)})"
    return text if metric.patients == usual else f"{text}, {metric.patients} {counted}"


def assumption(card: ModelCard, name: str) -> str:
    """What a prevalence of a model assumes, in words."""
    fractions = dict(zip(card.codes, card.fusion_head.prevalences[name].shares, strict=True))
    words = prevalence_text(name, fractions).removeprefix("Assumes ")
    return words[:1].upper() + words[1:]
