"""From a network's output to a classification: what studies and single pictures share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings import ANSWER, SCOPE, Classification, NetworkUse
from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import EngineAnswer
from brainviewer.models.feature_ood import embedding, load_scope
from brainviewer.models.saliency import class_activation, map_on_slice
from brainviewer.models.subtype.fusion_head import Verdict
from brainviewer.models.subtype.input import Prepared
from brainviewer.models.subtype.prediction import (
    figures_of,
    main_figure,
    said_of_figure,
    why_doubtful,
)


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
    network = None if answer is None else _use(card, answer, used_for)
    own = network if card.head.network is not None else None
    return Classification(
        model_id=card.id,
        model_version=card.version,
        model_name=card.name,
        weights_sha256="" if own is None else own.identity.sha256,
        classes={},
        names={item.code: item.name for item in card.classes},
        predicted="",
        slice_index=None if own is None else used_for.get(ANSWER, used_for.get(SCOPE)),
        engine="" if own is None else own.engine,
        device="" if own is None else own.device,
        load_seconds=0.0 if own is None else own.load_seconds,
        predict_seconds=0.0 if own is None else own.predict_seconds,
        study_hash=content_hash,
        sequences_used=sequences,
        notices=() if answer is None else tuple(answer.notices),
        network=network,
    )


def _use(card: ModelCard, answer: EngineAnswer, used_for: Mapping[str, int]) -> NetworkUse:
    assert card.network is not None  # it gave the answer
    return NetworkUse(
        card.network.identity,
        answer.engine,
        answer.device,
        answer.load_seconds,
        answer.predict_seconds,
        dict(used_for),
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
    reason = why_doubtful(card, verdict)
    figures = figures_of(card, verdict)
    chosen = main_figure(figures)
    said = [*doubts, *notices, *bare.notices]
    if not figures and verdict.prevalence != card.head.default:
        said.append(
            f"The model was measured with the prevalence '{card.head.default}', so no figure "
            "is known for this answer."
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


def why_out_of_distribution(card: ModelCard, answer: EngineAnswer) -> str:
    """Why the network does not know what it saw, as a sentence; empty if it may know it."""
    if card.scope is None:
        return ""
    scope = load_scope(card.scope)
    distance = scope.distance(embedding(answer.features))
    if distance <= scope.limit:
        return ""
    what = "picture" if card.of_pictures else "tumour"
    those = "picture" if card.of_pictures else "glioma"
    return (
        f"The {what} looks unlike every {those} that the model was trained on "
        f"(distance {distance:.1f}, limit {scope.limit:.1f})."
    )


def activation(
    card: ModelCard, answer: EngineAnswer, prepared: Prepared, code: str
) -> NDArray[np.float32]:
    """(rows, columns) float32 in 0..1: where the network saw a class, over the whole slice.

    The first image of those that it saw shows the slice as it is.
    """
    seen = class_activation(answer.features[:1], answer.dense, card.codes.index(code))
    return map_on_slice(seen, prepared.box, prepared.shape)
