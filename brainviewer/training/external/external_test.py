"""A model on labelled data of one's own: figures with intervals, page, plots and every answer."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from brainviewer import __version__
from brainviewer.core.errors import FileError, ModelError, Report
from brainviewer.files.writing import check_new_file, make_folder
from brainviewer.models.card import ModelCard
from brainviewer.models.installation.install import Options, make_model
from brainviewer.models.registry import model
from brainviewer.training.external.answers import (
    SEEN,
    Answers,
    TestSet,
    ask,
    engine_for,
    test_set,
)
from brainviewer.training.image_classification.evaluation.page import write_page
from brainviewer.training.image_classification.evaluation.result_files import (
    ANSWERS_FILE,
    write_answers,
)
from brainviewer.training.image_classification.evaluation.results import result_record
from brainviewer.training.json_files import write_json
from brainviewer.training.metrics.intervals import fraction
from brainviewer.training.packing.packing import packed
from brainviewer.training.provenance import made_with

EXTERNAL_TEST = "external-test"
_SEED = 2026


@contextmanager
def model_named(what: str) -> Iterator[ModelCard]:
    """A model by its id, or the network in the folder of a run, which is not installed for it.

    Raises FileError or ModelError if there is neither.
    """
    path = Path(what)
    if not path.is_dir():
        try:
            card = model(what)
        except ModelError as error:
            raise ModelError(
                f"There is no folder and no model called {what}.", error.advice
            ) from None
        yield card
        return
    with packed(path) as source, TemporaryDirectory() as folder:
        yield make_model(source, Options(name=path.resolve().name), Path(folder))


def external_test(
    card: ModelCard, data: Path, out: Path | None, report: Report, group_by: str = ""
) -> dict[str, Any]:
    """Ask a model about every labelled case of a folder, and measure it.

    out : JSON file for the result; beside it, in a folder of its name, page, plots and answers.
    group_by : see ``find_images``.

    Raises FileError if the data or ``out`` cannot be used.
    """
    if out is not None:
        check_new_file(out)
    with engine_for(card) as engine:
        asked = test_set(data, card, engine, group_by)
        answers = ask(card, asked, report)
    predictions = answers.given.at(np.flatnonzero(answers.answered))
    if len(np.unique(predictions.truth)) < 2:
        raise FileError(
            f"The model {card.id} answered cases of one class only.",
            "Give data in which it answers cases of two classes at least.",
        )
    result = result_record(
        EXTERNAL_TEST,
        card.codes,
        predictions,
        _SEED,
        network=card.name,
        about=card.intended_use.rstrip("."),
        model=identity(card),
        data=about_data(asked, answers),
        answered=_answered(answers, asked),
        notices=list(asked.notices),
        settings={"seed": _SEED},
        changes=[],
        made_with=made_with(),
    )
    if out is not None:
        folder = out.with_suffix("")
        make_folder(folder)
        write_page(result, predictions, None, folder)
        sure = np.where(answers.confident, "yes", "no").tolist()
        more = {"confident": sure, "reason": answers.reasons}
        write_answers(folder / ANSWERS_FILE, card.codes, answers.given, **more)
        write_json(out, result)
    return result


def external_entry(record: Mapping[str, Any]) -> dict[str, Any]:
    """The result of an external test as the card of a model keeps it; dated today."""
    unit, answered = record["unit"], record["answered"]
    kept = ("name", "value", "low", "high", unit)
    return {
        "name": record["data"]["folder"],
        "date": date.today().isoformat(),
        "version": __version__,
        "cases": answered["cases"],
        "answered": answered["answered"],
        "figures": [{key: one[key] for key in kept} for one in record["figures"]],
        "note": SEEN,
    }


def identity(card: ModelCard) -> dict[str, Any]:
    """Which model it was, in a record."""
    takes_part = card.fusion_head.network is not None
    return {
        "id": card.id,
        "name": card.name,
        "version": card.version,
        "weights_sha256": card.weights_sha256 if takes_part else "",
        "measured_here": not card.own,
    }


def about_data(asked: TestSet, answers: Answers) -> dict[str, Any]:
    """What a model was asked about, in a record."""
    counts = np.bincount(answers.given.truth, minlength=len(answers.classes)).tolist()
    return {
        "folder": asked.folder,
        "layout": asked.layout,
        "grouped": asked.grouped,
        "patients": len({case.patient for case in asked.cases}) if asked.grouped else None,
        "classes": dict(zip(answers.classes, counts, strict=True)),
    }


def _answered(answers: Answers, asked: TestSet) -> dict[str, Any]:
    """How many cases have an answer, and what it means to count the others as wrong."""
    there, truth = answers.answered, answers.given.truth
    right = np.zeros(len(there), bool)
    right[there] = answers.given.probabilities[there].argmax(axis=1) == truth[there]
    many = len(there)
    reasons = Counter(reason for reason in answers.reasons if reason)
    return {
        "cases": many,
        "answered": int(there.sum()),
        "by_class": {
            code: {"cases": int(own.sum()), "answered": int(there[own].sum())}
            for code, own in ((c, truth == n) for n, c in enumerate(answers.classes))
        },
        "reasons": dict(reasons.most_common()),
        "confident": int(answers.confident.sum()),
        "confident_wrong": int(np.sum(answers.confident & ~right)),
        "accuracy_of_all": fraction(float(right.mean()), many).entry("accuracy", asked.unit, many),
    }
