"""From a network's output to a classification: what studies and single images share. NumPy only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed
from brainviewer.core.errors import ModelError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.networks import OOD_CHECK, PREDICTION, NetworkIdentity, NetworkUse
from brainviewer.models.card import ModelCard
from brainviewer.models.card_metrics import DOUBT, SITUATIONS, Metric
from brainviewer.models.engine.runtimes import EngineOutput
from brainviewer.models.feature_ood import ood_score
from brainviewer.models.saliency import class_activation, map_on_slice
from brainviewer.models.subtype.fusion_head import FusedPrediction
from brainviewer.models.subtype.input import Prepared


def mean_logits(card: ModelCard, logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, classes) -> (classes,): what the network says about all its images together.

    Raises ModelError if the outputs are not those of the model.
    """
    if logits.ndim != 2 or logits.shape[1] != len(card.classes) or not np.isfinite(logits).all():
        raise ModelError("The model gave no usable answer.", "Install the model again.")
    return np.asarray(logits.mean(axis=0), np.float32)


def situation(prediction: FusedPrediction) -> str:
    """What an answer rests on, as the card's figures name it."""
    names = {"network": "image", "descriptors": "descriptors", "age": "age"}
    said = listed(names[source] for source in prediction.used)
    assert said in SITUATIONS
    return said


def metrics_of(card: ModelCard, prediction: FusedPrediction) -> tuple[Metric, ...]:
    """The figures that were measured for answers like this one; empty if there are none.

    They were measured with the model's usual prevalence, so there are none for another one.
    """
    if prediction.prevalence != card.fusion_head.default:
        return ()
    return card.metrics.get(situation(prediction), ())


def why_doubtful(card: ModelCard, prediction: FusedPrediction) -> str:
    """Why an answer is not confident, with the measured fraction of wrong ones; empty if it is."""
    if prediction.confident:
        return ""
    kind, bound = "class" if card.of_images else "type", card.fusion_head.least_confident
    least = f"No {kind} reaches {100 * bound:.0f}\u00a0%"
    most = max(prediction.probabilities.values())
    if round(most, 2) >= bound:  # with two decimals it would seem to reach it
        least += f" (the most probable has {math.floor(1000 * most) / 10:.1f}\u00a0%)"
    doubt = next((f for f in metrics_of(card, prediction) if f.name == DOUBT), None)
    if doubt is None or doubt.patients == 0:
        return f"{least}."
    wrong = round(doubt.value * doubt.patients)
    return (
        f"{least}: of {doubt.patients} {card.counted} answered so, {wrong} were answered wrongly."
    )


def metric_text(metric: Metric, counted: str = "patients") -> str:
    """A figure in words, with its 95 % interval and how many stand behind it.

    counted : what they are. Of images not every patient is known.
    """
    known = "" if counted == "patients" else ", as far as known"
    return (
        f"{metric.name} {metric.value:.2f} ({metric.low:.2f}–{metric.high:.2f}), "
        f"{metric.patients} {counted}, cross-validated by patient{known}"
    )


NOT_MEASURED = "Added by you, not measured here"
"""What is said of the quality of a model that the user added."""
_NO_NETWORK = NetworkUse(NetworkIdentity("", "", ""), "", "", 0.0, 0.0, {})


def unclassified(
    card: ModelCard,
    prediction: EngineOutput | None,
    content_hash: str,
    used_for: Mapping[str, int] = MappingProxyType({}),
    sequences: tuple[str, ...] = (),
) -> Classification:
    """What is known of a classification whatever comes out: the model, and what it looked at.

    prediction : of the network; None if it was not asked.
    used_for : see ``NetworkUse``. Slice, weights, engine and times of the classification are those
        of a network that takes part in the answer, and else unknown.
    """
    network = None
    if prediction is not None:
        assert card.network is not None  # it gave the answer
        network = NetworkUse(
            card.network.identity,
            prediction.engine,
            prediction.device,
            prediction.load_seconds,
            prediction.predict_seconds,
            dict(used_for),
        )
    own = network if network is not None and card.fusion_head.network is not None else _NO_NETWORK
    return Classification(
        model_id=card.id,
        model_version=card.version,
        model_name=card.name,
        weights_sha256=own.identity.sha256,
        classes={},
        names={item.code: item.name for item in card.classes},
        predicted="",
        slice_index=own.used_for.get(PREDICTION, own.used_for.get(OOD_CHECK)),
        engine=own.engine,
        device=own.device,
        load_seconds=own.load_seconds,
        predict_seconds=own.predict_seconds,
        study_hash=content_hash,
        sequences_used=sequences,
        notices=() if prediction is None else tuple(prediction.notices),
        network=network,
        ood=None if prediction is None else ood_score(card.ood_check, prediction.features),
    )


def refused(bare: Classification, reason: str) -> Classification:
    """Out of scope: no class, no probabilities, no heatmap, and no remark on the answer."""
    return replace(bare, in_scope=False, reason=reason)


def classified(
    bare: Classification,
    card: ModelCard,
    prediction: FusedPrediction,
    notices: Sequence[str] = (),
    doubts: Sequence[str] = (),
) -> Classification:
    """The answer, how sure it is, and how good the model was where it was measured.

    notices : what is to be said of it before what the engine said.
    doubts : why it cannot be confident, however probable it is; each a sentence, and a notice too.
    """
    reason, usual = why_doubtful(card, prediction), card.fusion_head.default
    metrics = {metric.name: metric for metric in metrics_of(card, prediction)}
    chosen = metrics.get("balanced accuracy", metrics.get("accuracy"))
    quality = "" if chosen is None else metric_text(chosen, card.counted)
    said = [*doubts, *notices, *bare.notices]
    if not metrics and not card.own and prediction.prevalence != usual:
        said.append(
            f"The model was measured with the prevalence '{usual}', so no figure is known for this "
            "answer."
        )
    fractions = card.fusion_head.prevalences[prediction.prevalence].shares
    return replace(
        bare,
        classes=dict(prediction.probabilities),
        predicted=prediction.predicted,
        quality=NOT_MEASURED if card.own else quality,
        abstained=bool(reason),
        reason=reason,
        calibrated=card.calibrated,
        prevalence=prediction.prevalence,
        priors=dict(zip(card.codes, fractions, strict=True)),
        notices=tuple(said),
    ).doubted(doubts)


def activation(
    card: ModelCard, prediction: EngineOutput, prepared: Prepared, code: str
) -> NDArray[np.float32] | None:
    """(rows, columns) float32 in 0..1: where the network saw a class, over the whole slice.

    The first image of those that it saw shows the slice as it is. None where the network does not
    end in global average pooling and one dense layer.
    """
    if prediction.features is None or prediction.dense is None:
        return None
    seen = class_activation(prediction.features[:1], prediction.dense, card.codes.index(code))
    return map_on_slice(seen, prepared.box, prepared.shape)
