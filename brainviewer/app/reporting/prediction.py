"""What a model says, what that rests on, what the user thinks of it, and facts of the models."""

import re
from collections.abc import Iterator

from brainviewer.app.reporting.options import ReportSources
from brainviewer.core import counting
from brainviewer.core.errors import ModelError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import OTHER, FeedbackRecord
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.models.card import Card
from brainviewer.models.prediction import metric_text
from brainviewer.models.registry import card_of
from brainviewer.painting import palette
from brainviewer.painting.report.blocks import (
    Bar,
    Bars,
    Block,
    Evidence,
    Facts,
    Points,
    Tone,
    Words,
)
from brainviewer.painting.text.predictions import (
    ONLY_GLIOMAS,
    RESTS_ON,
    Standing,
    condition_text,
    evidence_lines,
    words_of,
)
from brainviewer.painting.text.wording import number

NOT_CLASSIFIED = "Not classified."
_OF_LESION = "mean Dice ("
_SAID_ALREADY = re.compile(r"[^.]*\bdiagnos[^.]*\.\s*", re.IGNORECASE)
"""What cards say of what they are not for: a report says it once, at its top."""


def prediction_blocks(sources: ReportSources) -> Iterator[Block]:
    """The answer with all probabilities, what it rests on and what it cannot know."""
    result = sources.result
    if result is None:
        yield Words(sources.result_note or NOT_CLASSIFIED)
        return
    said = words_of(result)
    yield Words(said.headline, Tone.ANSWER)
    if said.standing is Standing.CLASSIFIED:
        yield Words(f"If {condition_text(result)}.", Tone.STRONG)
    if said.beneath:
        yield Words(said.beneath, Tone.STRONG)
    if said.reason:
        yield Words(said.reason, Tone.CAUTION)
    if said.ranking:
        yield Bars(tuple(_bar(result, n, *one) for n, one in enumerate(said.ranking)))
    if said.tumour:
        yield Words(f"{said.tumour}.")
    calibrated = ""
    if said.standing is not Standing.OUT_OF_SCOPE:
        known = said.standing is Standing.CLASSIFIED
        calibrated = "Calibrated." if known else ""
        if not result.calibrated:
            calibrated = "Not calibrated."
    about = [_sentence(said.source), calibrated, _sentence(said.prevalence)]
    if any(about):
        yield Words(" ".join(filter(None, about)), Tone.QUIET)
    if lines := evidence_lines(result):
        yield Evidence(f"{RESTS_ON} (odds of {result.predicted} with and without it)", lines)
    limits = [] if result.of_image else [ONLY_GLIOMAS]
    if limits := [*limits, *said.notes]:
        yield Points(tuple(limits))


def _bar(result: Classification, place: int, code: str, fraction: float) -> Bar:
    name = result.names.get(code, "")
    return Bar(
        code,
        name if name != code else "",
        fraction,
        counting.probability(fraction),
        palette.class_colour(code, place),
    )


def _sentence(text: str) -> str:
    text = text.strip().removesuffix(".")
    return f"{text[0].upper()}{text[1:]}." if text else ""


def feedback_text(feedback: FeedbackRecord, result: Classification) -> str:
    """What the user said about the answer, as a sentence."""
    name = result.names.get(feedback.prediction, "the answer that it is out of scope")
    if feedback.agrees:
        return f"The reader agrees with {name}."
    if not feedback.user_type:
        return f"The reader disagrees with {name}."
    other = result.names.get(feedback.user_type, feedback.user_type)
    own = "something else" if feedback.user_type == OTHER else other
    return f"The reader disagrees with {name}, and takes it for {own}."


def model_blocks(sources: ReportSources) -> Iterator[Block]:
    """Each model that took part: what it is for, how good it is, and what it cannot know."""
    for card, quality in _cards(sources):
        yield Words(f"{card.name} ({card.id} {card.version})", Tone.STRONG)
        use = _SAID_ALREADY.sub("", card.intended_use).strip()
        external = "; ".join(
            f"{t.name}: {m.name} {number(m.value, 2)}, {t.answered} of {t.cases} {card.counted}"
            for t in card.external
            for m in t.metrics[:1]
        )
        rows = (
            ("For", use),
            ("Measured", quality),
            ("On other data", external),
            ("Trained on", card.training_data),
            ("Weights", f"sha256 {card.weights_sha256[:16]}" if card.weights_sha256 else ""),
        )
        yield Facts(tuple(row for row in rows if row[1]))
        if card.limits:
            yield Points(card.limits)


def _cards(sources: ReportSources) -> Iterator[tuple[Card, str]]:
    """Cards of the versions that were used; of others nothing is known here."""
    result, finding = sources.result, sources.finding
    if result is not None and (card := _card(result.model_id, result.model_version)) is not None:
        yield card, result.quality
    for network in _networks(finding):
        if (card := _card(network[0], network[1])) is not None:
            yield card, _dice(card)


def _networks(finding: TumourFinding | None) -> Iterator[tuple[str, str]]:
    if finding is not None:
        for network in (finding.network, finding.brain_network):
            if network is not None:
                yield network.id, network.version


def _card(model_id: str, version: str) -> Card | None:
    try:
        card = card_of(model_id)
    except ModelError:
        return None
    return card if card.version == version else None


def _dice(card: Card) -> str:
    """How well a segmentation agrees with experts, on each collection of its training data."""
    found = [m for metrics in card.metrics.values() for m in metrics if m.low is not None]
    whole = [m for m in found if m.name.startswith(_OF_LESION)]
    return "; ".join(metric_text(metric, card.counted) for metric in whole)
