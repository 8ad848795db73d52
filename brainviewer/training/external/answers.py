"""What a model says of every case of labelled data, asked as the application asks it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.core.findings.classification import Classification
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.models.card import ModelCard
from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.engine.runtimes import make_onnx
from brainviewer.models.image_classification.prediction import classify_image
from brainviewer.models.registry import segmentation_model
from brainviewer.models.segmentation.detection import find_tumour
from brainviewer.models.segmentation.network import segmentation_network
from brainviewer.models.subtype.prediction import classify
from brainviewer.training.image_classification.data.labelled_images import class_name, find_images
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.labelled_data.cases import find_cases
from brainviewer.training.labelled_data.collection import Case

SEEN = (
    "Nobody checked here whether the model, or the search for the tumour, learned from these "
    "patients; if so, the figures are too good."
)


@dataclass(frozen=True)
class LabelledCase:
    """A case to ask a model about.

    truth : place of its class among those of the model.
    ask : the answer; raises BrainViewerError where there is none.
    """

    name: str
    patient: str
    truth: int
    ask: Callable[[], Classification]


@dataclass(frozen=True)
class TestSet:
    """Labelled data as a model can be asked about it.

    unit : what a case is, ``images`` or ``patients``; grouped : whether patients are known.
    sha256 : of names, classes and groups of images; empty for studies.
    """

    folder: str
    layout: str
    unit: str
    grouped: bool
    cases: tuple[LabelledCase, ...]
    notices: tuple[str, ...]
    sha256: str = ""

    def predictions(self, probabilities: NDArray[np.float64]) -> Predictions:
        """What was said of the cases, (n, classes), with what is known of them."""
        return Predictions(
            tuple(case.name for case in self.cases),
            ("test",) * len(self.cases),
            np.array([case.truth for case in self.cases], np.int64),
            probabilities,
            np.array([case.patient for case in self.cases]) if self.grouped else None,
            "patients" if self.grouped else self.unit,
            self.unit,
        )


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model said, case by case.

    given : to all cases; NaN where there is no answer.
    confident : (n,) bool; reasons : why there is no answer, empty where there is one.
    """

    classes: tuple[str, ...]
    given: Predictions
    confident: NDArray[np.bool_]
    reasons: tuple[str, ...]

    @property
    def answered(self) -> NDArray[np.bool_]:
        """(n,): where there is an answer."""
        return np.asarray(np.isfinite(self.given.probabilities).all(axis=1))


def test_set(data: Path, card: ModelCard, engine: InlineEngine, group_by: str = "") -> TestSet:
    """The labelled images or studies of a folder, for a model to be asked about.

    group_by : see ``find_images``.

    Raises FileError if the folder cannot be used, or holds classes that the model does not know.
    """
    return _images(data, card, engine, group_by) if card.of_images else _studies(data, card, engine)


def ask(card: ModelCard, asked: TestSet, report: Report) -> Answers:
    """Ask a model about every case; what cannot be read or is refused has a reason instead."""
    cases = asked.cases
    probabilities = np.full((len(cases), len(card.codes)), np.nan)
    confident = np.zeros(len(cases), bool)
    reasons = [""] * len(cases)
    for number, case in enumerate(cases):
        report(number / len(cases), f"asking {card.id}: {number} of {len(cases)}")
        try:
            result = case.ask()
        except BrainViewerError as error:
            reasons[number] = error.message
            continue
        if not result.in_scope:
            reasons[number] = result.reason
            continue
        probabilities[number] = [result.classes[code] for code in card.codes]
        confident[number] = not result.abstained
    if not np.isfinite(probabilities).any():
        raise FileError(
            f"The model {card.id} answered none of {counted(len(cases), 'case')}: {reasons[0]}",
            "Check that the data is what the model is for.",
        )
    return Answers(card.codes, asked.predictions(probabilities), confident, tuple(reasons))


def engine_for(card: ModelCard) -> InlineEngine:
    """What runs the networks that a model needs."""
    finder = None if card.of_images else segmentation_model()
    networks = [one.network for one in (finder, card) if one is not None and one.network]
    return InlineEngine(*networks, make_runtime=make_onnx)


def _images(data: Path, card: ModelCard, engine: InlineEngine, group_by: str) -> TestSet:
    source = find_images(data, group_by)
    places = {class_name(code): place for place, code in enumerate(card.codes)}
    if unknown := [label for label in source.classes if label not in places]:
        raise FileError(
            f"{data.name} holds the class '{unknown[0]}', which the model {card.id} does not know.",
            f"Its classes: {', '.join(card.codes)}. Name the folders or labels so.",
        )

    def asking(file: str) -> Callable[[], Classification]:
        def answer() -> Classification:
            image = read_image2d(source.folder / file)
            return classify_image(image.pixels, engine, card=card)

        return answer

    cases = tuple(
        LabelledCase(one.file, one.group, places[one.label], asking(one.file))
        for one in source.images
    )
    return TestSet(
        data.name,
        source.layout,
        "images",
        source.grouped,
        cases,
        (SEEN, *source.notices),
        source.sha256,
    )


def _studies(data: Path, card: ModelCard, engine: InlineEngine) -> TestSet:
    collection = find_cases(data, card.codes)
    labelled = [case for case in collection.cases if case.label]
    network = segmentation_network(engine)

    def asking(case: Case) -> Callable[[], Classification]:
        def answer() -> Classification:
            study = case.load().study
            finding = find_tumour(study, network=network)
            age = None if card.fusion_head.age is None else case.age_years
            return classify(study, finding, engine, card=card, age_years=age)

        return answer

    cases = tuple(
        LabelledCase(
            case.case_id,
            case.patient or case.case_id,
            card.codes.index(case.label),
            asking(case),
        )
        for case in labelled
    )
    if not cases:
        raise FileError(f"No case of {data.name} has a class.", "Add classes to its table.")
    notices = (SEEN, *collection.notices)
    return TestSet(data.name, collection.layout, "patients", True, cases, notices)
