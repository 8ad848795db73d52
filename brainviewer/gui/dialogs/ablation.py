"""The page behind the bars: the answer without each source, and how good the model is without."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.counting import listed, probability
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.ablation import Absence, EvidenceSource, SourceAblation
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.networks import PREDICTION
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.panels.result.model_card import metric_cell
from brainviewer.gui.theme import Colours
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.predictions import RESTS_ON, odds_text
from brainviewer.painting.text.wording import RESEARCH_ONLY

if TYPE_CHECKING:
    from brainviewer.models.card_metrics import Metric
    from brainviewer.models.subtype.ablation import MeasuredAblation

_HEIGHT = 700
_EVERYTHING = "everything"
_FIGURES = ("accuracy", "balanced accuracy", "AUROC G against the rest")
_WHICH = {
    EvidenceSource.IMAGE: "the image",
    EvidenceSource.DESCRIPTORS: "the descriptors",
    EvidenceSource.AGE: "the age",
}
Row = tuple[str, list[str]]


class AblationPage(Page):
    """What the answer that is shown rests on; follows the answer."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self._session = session
        super().__init__(RESTS_ON, parent=parent, topic="classification")
        self.resize(self.width(), _HEIGHT)
        session.state.classification_changed.connect(self._write_again)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        state = self._session.state
        stale = state.classification_status is Status.STALE
        message = state.classification_message if stale else ""
        self.text.setHtml(ablation_html(state.classification, theme.current(), message))


def ablation_html(result: Classification | None, colours: Colours, stale: str = "") -> str:
    """The page as HTML, from ``resources/pages/ablation.html``.

    stale : why the answer is, a sentence; empty if it is not.
    """
    if result is None or not result.rests_on:
        return page_html("ablation", title=RESTS_ON, result=None, colours=colours)
    codes = sorted(result.classes, key=lambda code: -result.classes[code])
    measured, usual_prevalence = _measured(result)
    metrics = [metric for row in measured for metric in row.metrics if metric.name in _FIGURES]
    patients = Counter(metric.patients for metric in metrics).most_common(1)
    usual = patients[0][0] if patients else 0
    return page_html(
        "ablation",
        title=RESTS_ON,
        result=result,
        colours=colours,
        stale=stale,
        research_only=RESEARCH_ONLY,
        codes=codes,
        rows=_rows(result, codes),
        absent=[_absent(one, result) for one in result.rests_on if one.absent is not None],
        measured=[_measured_row(row, usual) for row in measured] if metrics else [],
        figures=_FIGURES,
        patients=usual,
        usual_prevalence=usual_prevalence,
    )


def _rows(result: Classification, codes: Sequence[str]) -> list[tuple[str, list[str], str]]:
    rows = [(_EVERYTHING, [probability(result.classes[code]) for code in codes], "")]
    for one in result.rests_on:
        if one.absent is None:
            cells = [probability(one.without[code]) for code in codes]
            rows.append((f"without {_WHICH[one.source]}", cells, odds_text(one.log_odds)))
    return rows


def _absent(one: SourceAblation, result: Classification) -> str:
    """Why a source took no part, as a sentence."""
    if one.absent is Absence.NOT_GIVEN:
        return "No age was given: it may be entered below the answer."
    if one.absent is Absence.NOT_MEASURED:
        return f"{_WHICH[one.source].capitalize()} could not be measured, and took no part."
    network = result.network
    if one.source is EvidenceSource.IMAGE and network and PREDICTION not in network.used_for:
        return (
            "The image takes no part in the answer of this model, but for what is measured on it: "
            f"its network {network.identity.id} is run for scope and heatmap only, and the heatmap "
            "does not explain the answer."
        )
    return f"{_WHICH[one.source].capitalize()}: this model does not take it into account."


def _measured(result: Classification) -> "tuple[tuple[MeasuredAblation, ...], bool]":
    """The model's own ablation, and whether the answer is with its usual prevalence."""
    from brainviewer.models.registry import model
    from brainviewer.models.subtype.ablation import measured_ablation

    try:
        card = model(result.model_id)
    except BrainViewerError:  # it was removed meanwhile
        return (), True
    return measured_ablation(card), result.prevalence == card.fusion_head.default


def _measured_row(row: "MeasuredAblation", patients: int) -> Row:
    by_name: dict[str, Metric] = {metric.name: metric for metric in row.metrics}
    left = listed(map(str, row.sources))
    alone = " alone" if len(row.sources) == 1 else ""
    name = left if row.left_out is None else f"without {_WHICH[row.left_out]} ({left}{alone})"
    cells = [
        metric_cell(by_name[figure], patients) if figure in by_name else "not measured"
        for figure in _FIGURES
    ]
    return name, cells
