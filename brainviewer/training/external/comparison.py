"""Two models on the same labelled cases: figures, their differences, and who moved where."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, within
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.models.card import ModelCard
from brainviewer.training.external.answers import (
    Answers,
    TestSet,
    ask,
    engine_for,
    test_set,
)
from brainviewer.training.external.external_test import about_data, identity, model_named
from brainviewer.training.image_classification.evaluation.result_files import (
    PREDICTIONS_FILE,
    read_predictions,
    read_result,
)
from brainviewer.training.image_classification.evaluation.results import (
    AUROC,
    RESULT_FILE,
    Predictions,
)
from brainviewer.training.metrics.metric_kinds import mean_area
from brainviewer.training.metrics.metrics import accuracy, balanced_accuracy
from brainviewer.training.metrics.paired import (
    Difference,
    delong,
    differences,
    discordant,
    reclassified,
)

SCHEMA = "brainviewer-comparison/1"
DRAWS, _SEED = 2000, 2026
_FEW = 30
_UNTESTED = "The run did not test this image."
_PATIENTS = (
    "McNemar's test and DeLong's take each image for itself; images of one patient are alike, so "
    "that their p-values are too small. The intervals of the differences are over patients."
)


def compare(
    first: str, second: str, data: Path, report: Report, group_by: str = ""
) -> tuple[dict[str, Any], Predictions, Predictions]:
    """Ask two models about the labelled cases of a folder, and compare what both answered.

    first, second : ids of models, or folders of runs. A run that tested these very images by
        cross-validation answers with what it said of them then: networks never see what they
        learned from.
    group_by : see ``find_images``.

    Returns the record, and the answers of both. Raises FileError or ModelError if a model or the
    data cannot be used, or if they do not go together.
    """
    with model_named(first) as one, model_named(second) as other:
        if one.of_images is not other.of_images:
            raise FileError(
                f"{one.name} answers for {'images' if one.of_images else 'studies'}, {other.name} "
                "does not.",
                "Compare two models of the same kind.",
            )
        if set(one.codes) != set(other.codes):
            raise FileError(
                f"{one.name} and {other.name} have other classes: {', '.join(one.codes)} and "
                f"{', '.join(other.codes)}.",
                "Compare two models with the same classes.",
            )
        asked, answers_of_one = _answers(first, one, data, report, group_by, 0.0)
        _, answers_of_other = _answers(second, other, data, report, group_by, 0.5)
        answers = (answers_of_one, _in_order_of(answers_of_other, one))
        return _compared((one, other), asked, answers)


def _answers(
    what: str, card: ModelCard, data: Path, report: Report, group_by: str, start: float
) -> tuple[TestSet, Answers]:
    with engine_for(card) as engine:
        asked = test_set(data, card, engine, group_by)
        kept = _kept(Path(what), asked, card)
        if kept is not None:
            return asked, kept
        return asked, ask(card, asked, within(report, start, 0.5))


def _kept(run: Path, asked: TestSet, card: ModelCard) -> Answers | None:
    """What a run said of the images that it was tested on, if they are these; else None."""
    result, kept = read_result(run / RESULT_FILE), read_predictions(run / PREDICTIONS_FILE)
    if result is None or kept is None or result["data"]["images_sha256"] != asked.sha256:
        return None
    places = {name: place for place, name in enumerate(kept.test.files)}
    probabilities = np.full((len(asked.cases), len(card.codes)), np.nan)
    for number, case in enumerate(asked.cases):
        if case.name in places:
            probabilities[number] = kept.test.probabilities[places[case.name]]
    there = np.isfinite(probabilities).all(axis=1)
    reasons = tuple("" if said else _UNTESTED for said in there)
    return Answers(card.codes, asked.predictions(probabilities), there, reasons)


def _in_order_of(answers: Answers, card: ModelCard) -> Answers:
    """The same answers with the classes in the order of another model."""
    order, given = [answers.classes.index(code) for code in card.codes], answers.given
    truth, probabilities = np.argsort(order)[given.truth], given.probabilities[:, order]
    given = replace(given, truth=truth, probabilities=probabilities)
    return replace(answers, classes=card.codes, given=given)


def _compared(
    cards: tuple[ModelCard, ModelCard], asked: TestSet, answers: tuple[Answers, Answers]
) -> tuple[dict[str, Any], Predictions, Predictions]:
    there = [one.answered for one in answers]
    both = np.asarray(there[0] & there[1])
    one, other = (said.given.at(np.flatnonzero(both)) for said in answers)
    truth = one.truth
    if len(np.unique(truth)) < 2:
        raise FileError(
            f"Both models answered only {int(both.sum())} cases, all of one class or none.",
            "Give data with more cases that both can answer.",
        )
    wanted = {
        "accuracy": accuracy,
        "balanced accuracy": balanced_accuracy,
        AUROC: mean_area(len(cards[0].codes)),
    }
    given = (truth, one.probabilities, other.probabilities)
    table = differences(*given, wanted, DRAWS, _SEED, one.groups)
    notices = list(asked.notices)
    if one.groups is not None and len(set(one.groups.tolist())) < len(truth):
        notices.append(_PATIENTS)
    if len(truth) < _FEW:
        notices.append(f"Only {len(truth)} cases are compared: hardly any difference can be told.")
    record = {
        "schema": SCHEMA,
        "notice": RESEARCH_ONLY,
        "first": identity(cards[0]),
        "second": identity(cards[1]),
        "data": about_data(asked, answers[0]),
        "unit": asked.unit,
        "compared": len(truth),
        "intervals": {
            "over": one.over if one.groups is not None else asked.unit,
            "units": len(truth) if one.groups is None else len(set(one.groups.tolist())),
            "draws": DRAWS,
        },
        "left_out": {
            "first_only": int(np.sum(~there[0] & there[1])),
            "second_only": int(np.sum(there[0] & ~there[1])),
            "both": int(np.sum(~there[0] & ~there[1])),
        },
        "classes": list(cards[0].codes),
        "figures": [{"name": name, **_entry(found)} for name, found in table.items()],
        "delong": _delong(cards[0].codes, *given),
        "mcnemar": discordant(*given),
        "reclassification": dict(zip(cards[0].codes, reclassified(*given).tolist(), strict=True)),
        "notices": notices,
    }
    return record, one, other


def _delong(
    codes: tuple[str, ...],
    truth: NDArray[np.int64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
) -> list[dict[str, Any]]:
    """The area of each class against the rest; of two classes the second says it all."""
    places = range(1, 2) if len(codes) == 2 else range(len(codes))
    found = []
    for place in places:
        positive = truth == place
        if positive.any() and not positive.all():
            area = delong(positive, first[:, place], second[:, place])
            found.append({"class": codes[place], **_entry(area), "p": area.p})
    return found


def _entry(found: Difference) -> dict[str, Any]:
    ends = {"low": found.low, "high": found.high}
    return {
        "first": round(found.first, 4),
        "second": round(found.second, 4),
        "difference": round(found.value, 4),
        **{name: None if end is None else round(end, 4) for name, end in ends.items()},
    }
