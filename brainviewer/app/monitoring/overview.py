"""All that monitoring tells, of all models: weeks, agreement, accuracy, drift."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from brainviewer.app.monitoring.accuracy import Accuracy, accuracy
from brainviewer.app.monitoring.cases import by_model, this_week
from brainviewer.app.monitoring.drift import DriftReport, drift_of
from brainviewer.app.monitoring.warning_text import DriftText, warning_text
from brainviewer.app.monitoring.weeks import WeekSummary, summary, weekly
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.monitoring.prediction import Kind, ModelVersion
from brainviewer.core.monitoring.reference import MonitoringReference
from brainviewer.files.predictions.database import PredictionDatabase


@dataclass(frozen=True)
class ModelOverview:
    """A model as it was used here.

    name : in words; ``names`` are those of its classes, by code.
    known : whether this version is installed; of others no card is known.
    weeks : those that were asked for; ``total`` is all of them together.
    accuracy : over all predictions; None of a model that finds lesions.
    drift : over all predictions. warnings : it in words.
    accepted : since when it is compared with what it said here before; empty for its card.
    """

    model: ModelVersion
    kind: Kind
    name: str
    names: Mapping[str, str]
    known: bool
    weeks: tuple[WeekSummary, ...]
    total: WeekSummary
    accuracy: Accuracy | None
    drift: DriftReport
    warnings: tuple[DriftText, ...]
    reference: MonitoringReference | None
    accepted: str


@dataclass(frozen=True)
class Overview:
    """All models that were used here, the last one first.

    since : UTC, ISO 8601, of the weeks that were asked for; empty for all.
    histology : how many studies have one.
    """

    models: tuple[ModelOverview, ...]
    since: str
    histology: int

    @property
    def warnings(self) -> tuple[tuple[ModelOverview, DriftText], ...]:
        """Every warning, with its model."""
        return tuple((one, said) for one in self.models for said in one.warnings)


def overview(
    database: PredictionDatabase,
    since: str = "",
    model_id: str = "",
    running: date | None = None,
) -> Overview:
    """What is kept, summed up. Raises DatabaseError.

    since : leaves out the weeks before; drift and accuracy are told of all.
    running : Monday of the week that is not complete yet; by default the one that it is.
    """
    predictions = database.predictions(model_id=model_id)
    opinions, histology, accepted = (
        database.opinions(),
        database.histology(),
        database.accepted(),
    )
    running = running or this_week()
    made = []
    for model, own in by_model(predictions).items():
        name, names, reference, known = _card(model)
        said = accepted.get(model, "")
        drift = drift_of(own, reference, running, said)
        kind = own[0].kind
        codes = list(names) or sorted({one.predicted for one in own if one.predicted})
        shown = [one for one in own if one.time >= since]
        made.append(
            ModelOverview(
                model,
                kind,
                name,
                names,
                known,
                weekly(shown, opinions),
                summary(shown, opinions),
                None if kind is Kind.LESION else accuracy(own, histology, codes),
                drift,
                tuple(warning_text(one, kind, names) for one in drift.warnings),
                reference,
                said,
            )
        )
    return Overview(tuple(made), since, len(histology))


def _card(
    model: ModelVersion,
) -> tuple[str, Mapping[str, str], MonitoringReference | None, bool]:
    """Name, class names and reference of a model, and whether it is installed in this version."""
    from brainviewer.models.card import ModelCard
    from brainviewer.models.registry import card_of

    try:
        card = card_of(model.id)
    except BrainViewerError:
        return model.id, {}, None, False
    names = {c.code: c.name for c in card.classes} if isinstance(card, ModelCard) else {}
    same = (card.version, card.weights_sha256) == (model.version, model.weights_sha256)
    return card.name, names, card.reference if same else None, same
