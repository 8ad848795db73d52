"""The answers for a study without each of its sequences, without its age, and of other ages."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from brainviewer.app.prediction.study_what_if import classify_as
from brainviewer.app.status import Status
from brainviewer.core.errors import Report, within
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import SEQUENCES, Modality, Study
from brainviewer.imaging.occlusion.hidden_part import without_sequence
from brainviewer.models.card import ModelCard
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.registry import model
from brainviewer.models.subtype.prediction import NotClassified

AS_IT_IS = "as it is"
UNKNOWN_AGE = "age unknown"
NO_AGE = "This model does not take age into account."
_MOST_AGES = 4


@dataclass(frozen=True)
class Row:
    """The answer of one test. name : what was changed, alone.

    classes : class code to probability, adding up to 1; empty where there is no answer.
    why : why there is none, or what made none necessary; a sentence, else empty.
    """

    name: str
    classes: Mapping[str, float] = field(default_factory=dict)
    predicted: str = ""
    why: str = ""


@dataclass(frozen=True)
class Rows:
    """The answers side by side.

    ages : in years, that are tried beside the one that was entered, the latest last.
    status, message : how they stand, and why they failed.
    """

    rows: tuple[Row, ...] = ()
    ages: tuple[float, ...] = ()
    status: Status = Status.NOT_RUN
    message: str = ""

    def with_age(self, years: float) -> "Rows":
        """With one more age to be tried; of many, the first is forgotten."""
        kept = tuple(age for age in self.ages if age != years)
        return replace(self, ages=(*kept, years)[-_MOST_AGES:])


def age_name(years: float) -> str:
    """How the row of an age is called."""
    return f"age {years:g}"


def answers_without(
    study: Study,
    finding: TumourFinding,
    before: Classification,
    engine: Runner,
    report: Report,
    *,
    age_years: float | None = None,
    slice_index: int | None = None,
    ages: tuple[float, ...] = (),
    known: Mapping[str, Row] | None = None,
) -> tuple[Row, ...]:
    """The answer as it is, without each sequence, without the age, and of other ages.

    before : the answer as it is, with age_years and slice_index as it was asked for.
    known : rows that were made before for the same answer, by their names.

    Everything else stays as it is each time, the contour of the lesion too. Errors as
    ``classify``.
    """
    known = known or {}
    tests = _tests(study, finding, model(before.model_id), age_years, ages)
    rows = [_of(AS_IT_IS, before)]
    for done, test in enumerate(tests):
        told = within(report, done / len(tests), 1 / len(tests), f"{test.name}: {{}}")
        told(0.0, "Preparing")
        if test.name in known:
            rows.append(known[test.name])
        elif test.why:
            rows.append(Row(test.name, why=test.why))
        else:
            rows.append(_row(test, before, engine, slice_index, told))
    return tuple(rows)


@dataclass(frozen=True, eq=False)
class _Test:
    """What is asked for. why : why it need not be asked, a sentence."""

    name: str
    study: Study
    finding: TumourFinding
    age_years: float | None
    why: str = ""


def _tests(
    study: Study,
    finding: TumourFinding,
    card: ModelCard,
    age_years: float | None,
    ages: tuple[float, ...],
) -> list[_Test]:
    tests = [
        _Test(
            f"without {modality}",
            less := study.without((modality,)),
            without_sequence(finding, modality),
            age_years,
            _why_not(modality, less, card),
        )
        for modality in SEQUENCES
        if modality in study.together.volumes
    ]
    aged = "" if card.fusion_head.age is not None else NO_AGE
    if age_years is not None:
        tests.append(_Test(UNKNOWN_AGE, study, finding, None, aged))
    others = (years for years in sorted(ages) if years != age_years)
    return [*tests, *(_Test(age_name(y), study, finding, y, aged) for y in others)]


def _why_not(modality: Modality, less: Study, card: ModelCard) -> str:
    """Why there is no answer to be asked for without a sequence; empty if there is."""
    if modality not in card.sequences:
        return f"This model does not look at {modality}."
    if modality in card.needed:
        return f"This model gives no answer without {modality}."
    if not any(other in card.sequences for other in less.together.volumes):
        return "Without it, nothing is left that this model looks at."
    return ""


def _row(
    test: _Test, before: Classification, engine: Runner, slice_index: int | None, report: Report
) -> Row:
    try:
        age = test.age_years
        answer = classify_as(test.study, test.finding, before, engine, age, slice_index, report)
    except NotClassified as error:
        return Row(test.name, why=str(error))
    return _of(test.name, answer)


def _of(name: str, answer: Classification) -> Row:
    if not answer.in_scope:
        return Row(name, why=answer.reason)
    return Row(name, answer.classes, answer.predicted)
