"""From a network's output to a classification: what studies and single images share. NumPy only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed
from brainviewer.core.errors import ModelError
from brainviewer.core.findings import ANSWER, SCOPE, Classification, NetworkIdentity, NetworkUse
from brainviewer.models.card import DOUBT, SITUATIONS, Figure, ModelCard
from brainviewer.models.engine.runtimes import EngineAnswer
from brainviewer.models.saliency import class_activation, map_on_slice
from brainviewer.models.subtype.fusion_head import Verdict
from brainviewer.models.subtype.input import Prepared


def mean_logits(card: ModelCard, logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, classes) -> (classes,): what the network says about all its images together.

    Raises ModelError if the outputs are not those of the model.
    """
    if logits.ndim != 2 or logits.shape[1] != len(card.classes) or not np.isfinite(logits).all():
        raise ModelError("The model gave no usable answer.", "Install the model again.")
    return np.asarray(logits.mean(axis=0), np.float32)


def situation(verdict: Verdict) -> str:
    """What an answer rests on, as the card's figures name it."""
    names = {"network": "image", "descriptors": "descriptors", "age": "age"}
    said = listed(names[source] for source in verdict.used)
    assert said in SITUATIONS
    return said


def figures_of(card: ModelCard, verdict: Verdict) -> tuple[Figure, ...]:
    """The figures that were measured for answers like this one; empty if there are none.

    They were measured with the model's usual prevalence, so there are none for another one.
    """
    if verdict.prevalence != card.head.default:
        return ()
    return card.figures.get(situation(verdict), ())


def why_doubtful(card: ModelCard, verdict: Verdict) -> str:
    """Why an answer is not confident, with the measured share of wrong ones; empty if it is."""
    if verdict.confident:
        return ""
    kind = "class" if card.of_pictures else "type"
    least = f"No {kind} reaches {100 * card.head.least_confident:.0f}\u00a0%"
    doubt = next((f for f in figures_of(card, verdict) if f.name == DOUBT), None)
    if doubt is None or doubt.patients == 0:
        return f"{least}."
    wrong = round(doubt.value * doubt.patients)
    return (
        f"{least}: of {doubt.patients} {card.counted} answered so, {wrong} were answered wrongly."
    )


def said_of_figure(figure: Figure, counted: str = "patients") -> str:
    """A figure in words, with its 95 % interval and how many stand behind it.

    counted : what they are. Of images not every patient is known.
    """
    known = "" if counted == "patients" else ", as far as known"
    return (
        f"{figure.name} {figure.value:.2f} ({figure.low:.2f}–{figure.high:.2f}), "
        f"{figure.patients} {counted}, cross-validated by patient{known}"
    )


_NO_NETWORK = NetworkUse(NetworkIdentity("", "", ""), "", "", 0.0, 0.0, {})


def unanswered(
    card: ModelCard,
    answer: EngineAnswer | None,
    content_hash: str,
    used_for: Mapping[str, int] = MappingProxyType({}),
    sequences: tuple[str, ...] = (),
) -> Classification:
    """What is known of a classification whatever comes out: the model, and what it looked at.

    answer : of the network; None if it was not asked.
    used_for : see ``NetworkUse``. Slice, weights, engine and times of the classification are those
        of a network that takes part in the answer, and else unknown.
    """
    network = None
    if answer is not None:
        assert card.network is not None  # it gave the answer
        network = NetworkUse(
            card.network.identity,
            answer.engine,
            answer.device,
            answer.load_seconds,
            answer.predict_seconds,
            dict(used_for),
        )
    own = network if network is not None and card.head.network is not None else _NO_NETWORK
    return Classification(
        model_id=card.id,
        model_version=card.version,
        model_name=card.name,
        weights_sha256=own.identity.sha256,
        classes={},
        names={item.code: item.name for item in card.classes},
        predicted="",
        slice_index=own.used_for.get(ANSWER, own.used_for.get(SCOPE)),
        engine=own.engine,
        device=own.device,
        load_seconds=own.load_seconds,
        predict_seconds=own.predict_seconds,
        study_hash=content_hash,
        sequences_used=sequences,
        notices=() if answer is None else tuple(answer.notices),
        network=network,
    )


def refused(bare: Classification, reason: str) -> Classification:
    """Out of scope: no class, no probabilities, no heatmap, and no remark on the answer."""
    return replace(bare, in_scope=False, reason=reason)


def answered(
    bare: Classification,
    card: ModelCard,
    verdict: Verdict,
    notices: Sequence[str] = (),
    doubts: Sequence[str] = (),
) -> Classification:
    """The answer, how sure it is, and how good the model was where it was measured.

    notices : what is to be said of it before what the engine said.
    doubts : why it cannot be confident, however probable it is; each a sentence, and a notice too.
    """
    reason, usual = why_doubtful(card, verdict), card.head.default
    figures = {figure.name: figure for figure in figures_of(card, verdict)}
    chosen = figures.get("balanced accuracy", figures.get("accuracy"))
    said = [*doubts, *notices, *bare.notices]
    if not figures and verdict.prevalence != usual:
        said.append(
            f"The model was measured with the prevalence '{usual}', so no figure is known for this "
            "answer."
        )
    shares = card.head.prevalences[verdict.prevalence].shares
    return replace(
        bare,
        classes=dict(verdict.probabilities),
        predicted=verdict.predicted,
        quality="" if chosen is None else said_of_figure(chosen, card.counted),
        abstained=bool(reason),
        reason=reason,
        calibrated=True,
        prevalence=verdict.prevalence,
        priors=dict(zip(card.codes, shares, strict=True)),
        notices=tuple(said),
    ).doubted(doubts)


def activation(
    card: ModelCard, answer: EngineAnswer, prepared: Prepared, code: str
) -> NDArray[np.float32]:
    """(rows, columns) float32 in 0..1: where the network saw a class, over the whole slice.

    The first image of those that it saw shows the slice as it is.
    """
    seen = class_activation(answer.features[:1], answer.dense, card.codes.index(code))
    return map_on_slice(seen, prepared.box, prepared.shape)
