"""Where a model answers the items of reporting guidelines, and what nobody has answered.

Made from its card and the headings of its README: what stands in neither is not answered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from brainviewer.app.report.reporting_items import GUIDELINES, Item
from brainviewer.models.card import Card, ModelCard, Task

ELSEWHERE = "docs/limits.md"


class State(StrEnum):
    """How far an item is answered."""

    ANSWERED = "answered"
    IN_PART = "in part"
    NOT = "not answered"
    NOT_ASKED = "does not apply"


@dataclass(frozen=True)
class Answer:
    """How far an item is answered. where : the place, or why there is none."""

    state: State
    where: str


@dataclass(frozen=True)
class Row:
    """An item of a guideline and its answer."""

    guideline: str
    item: Item
    answer: Answer


def checklist(card: Card) -> tuple[Row, ...]:
    """Every item of both guidelines, in their order."""
    about = _About(card)
    return tuple(
        Row(guideline, item, _answer(item.topic, about))
        for guideline, items in GUIDELINES
        for item in items
    )


def counts(rows: tuple[Row, ...]) -> dict[State, int]:
    """How many items are answered how far."""
    return {state: sum(row.answer.state is state for row in rows) for state in State}


class _About:
    """What is known about a model."""

    def __init__(self, card: Card) -> None:
        self.card = card
        try:
            readme = (card.folder / "README.md").read_text("utf-8")
        except (OSError, ValueError):
            readme = ""
        self.headings = {line[3:].strip() for line in readme.splitlines() if line.startswith("## ")}
        self.measured = any(card.metrics.values())
        self.converted = card.task is Task.BRAIN_EXTRACTION

    def readme(self, *headings: str, state: State = State.ANSWERED) -> Answer:
        """In the first section of the README that is there."""
        for heading in headings:
            if heading in self.headings:
                return Answer(state, f"README, “{heading}”")
        return _not("The README has no such section.")


def _not(why: str) -> Answer:
    return Answer(State.NOT, why)


def _yes(where: str) -> Answer:
    return Answer(State.ANSWERED, where)


def _part(where: str) -> Answer:
    return Answer(State.IN_PART, where)


def _answer(topic: str, about: _About) -> Answer:
    if about.card.own and topic not in _OF_OWN:
        return _not("The model was added here, and its makers alone know it")
    if about.converted and topic in _OF_AUTHORS:
        return _part("Its authors trained it; their paper, named in the README, has it")
    told = _ANSWERS[topic]
    return told(about) if callable(told) else told


def _figures(about: _About) -> Answer:
    if about.measured:
        return _yes("card, “How good it is”: each figure with its 95 % interval")
    return _not("No figures were measured.")


def _grouped_figures(about: _About) -> Answer:
    if about.measured:
        return _part("card, “How good it is”; not by sex, age, origin, scanner or centre")
    return _figures(about)


def _patients(about: _About) -> Answer:
    card = about.card
    if isinstance(card, ModelCard) and card.fusion_head.age is not None:
        return _part("card.json: age by type; sex and the folds apart are not told")
    return _not("Age and sex are not in the card.")


def _failures(about: _About) -> Answer:
    looked_at = about.readme("What it gets wrong")
    if looked_at.state is State.ANSWERED:
        return looked_at
    return about.readme("When it does not answer", "How good it is", state=State.IN_PART)


def _external(about: _About) -> Answer:
    tests = about.card.external
    if tests:
        names = ", ".join(test.name for test in tests)
        return _yes(f"card, external tests: {names}")
    return _not("No test on data from elsewhere stands in the card.")


def _limits(about: _About) -> Answer:
    return _yes("card, “Limits”") if about.card.limits else _not("The card names none.")


def _explained(about: _About) -> Answer:
    card = about.card
    if not isinstance(card, ModelCard):
        return Answer(State.NOT_ASKED, "It gives a segmentation, which is seen.")
    if card.network is not None and card.network.dense_layer:
        return _yes("card, “The heatmap”; user guide, “Classify”: what an answer rests on")
    return _part("user guide, “Classify”: what an answer rests on; there is no heatmap")


def _output(about: _About) -> Answer:
    if isinstance(about.card, ModelCard):
        return _yes("card, “When it does not commit itself”: classes, threshold, refusals")
    return _yes("README, “What it looks at”: regions and thresholds")


def _imbalance(about: _About) -> Answer:
    if isinstance(about.card, ModelCard):
        return _yes("card, “How frequent the types are taken to be”")
    return _part("README, “How it was made”: weights of the regions")


def _differences(about: _About) -> Answer:
    if isinstance(about.card, ModelCard):
        return _part("README; the figures are from cross-validation within the same collections")
    return _part("README, “How good it is”, by collection")


_PUBLIC = "Public collections; their own papers have it, the card does not."
_OF_OWN = frozenset(
    {
        "name",
        "role",
        "figures",
        "grouped_figures",
        "external",
        "limits",
        "output",
        "software",
        "user",
        "available",
    }
)
"""Topics that a card answers also of a model whose making is not known here."""
_OF_AUTHORS = frozenset(
    {"eligibility", "folds", "by_patient", "training", "choice", "start", "patients", "flow",
     "specification", "robustness", "imbalance", "subsets", "missing", "differences", "events"}
)  # fmt: skip
"""Topics of training that was done by others; see ``deepbet``."""

_ANSWERS: Mapping[str, Answer | Callable[[_About], Answer]] = {
    "name": _yes("card: name, task, classes"),
    "summary": _yes("README, first paragraph; card, “What it is for”"),
    "role": _yes("card, “What it is for”; user guide, “What it is, and what it is not”"),
    "aim": lambda about: about.readme("How it was made", "Whose it is"),
    "looking_back": _yes("Done on public data that were there: card, “What it was trained on”"),
    "sources": _yes("card, “What it was trained on”"),
    "eligibility": lambda about: about.readme("How it was made", state=State.IN_PART),
    "preparation": lambda about: about.readme("What it looks at"),
    "subsets": lambda about: about.readme("How it was made"),
    "names_removed": _part("The collections were published without names; how, they say."),
    "missing": lambda about: about.readme("When it does not answer", "What it looks at"),
    "scanners": _not(_PUBLIC),
    "reference": _part("README: which label is taken; how it was made, the collections say"),
    "raters": _not(_PUBLIC),
    "agreement": _not("The collections give one annotation of each case."),
    "folds": lambda about: about.readme("How it was made"),
    "by_patient": lambda about: about.readme("How it was made"),
    "size": _not("As many as the collections have; no sample size was computed."),
    "specification": lambda about: about.readme("What it looks at"),
    "software": _yes("packaging/constraints.txt; docs/third-party.md"),
    "start": lambda about: about.readme("How it was made"),
    "training": lambda about: about.readme("How it was made"),
    "choice": lambda about: about.readme("What was tried and lost", "What was tried",
                                         "How it was made"),
    "combined": lambda about: about.readme("What it looks at"),
    "metrics": lambda about: about.readme("How good it is"),
    "intervals": lambda about: about.readme("How good it is"),
    "robustness": lambda about: about.readme("How good it is", state=State.IN_PART),
    "explained": _explained,
    "figures": _figures,
    "grouped_figures": _grouped_figures,
    "external": _external,
    "trial": Answer(State.NOT_ASKED, "It is no clinical trial."),
    "registered": _yes("It was not registered."),
    "flow": lambda about: about.readme("How good it is", state=State.IN_PART),
    "patients": _patients,
    "failures": _failures,
    "limits": _limits,
    "protocol": _part("README and the recipe in resources/recipes; there was none before"),
    "prepared": _yes("There was none before; resources/recipes says what was done"),
    "available": _yes("Code and model are in this repository, under Apache-2.0 or as they say"),
    "data_available": _part("The collections are public, by their own terms; none is in here."),
    "funding": _not("Nothing is said about funding."),
    "interests": _not("Nothing is said about interests."),
    "inequality": _not("Nothing is known: the collections do not tell groups apart."),
    "fairness": _not("No figures by sex, age or origin: the collections tell too little."),
    "dates": _not(_PUBLIC),
    "centres": _not(_PUBLIC),
    "centres_compared": _not("The cases of a centre are too few to compare."),
    "treatments": _part("card: untreated tumours; what the collections say is taken as said"),
    "blinding": _not(_PUBLIC),
    "predictors": lambda about: about.readme("What it looks at"),
    "updated": _part("CHANGELOG.md: what changed with each version"),
    "imbalance": _imbalance,
    "output": _output,
    "differences": _differences,
    "ethics": _not("Published collections; their own approvals are in their papers."),
    "involved": _yes("Patients and the public took no part."),
    "events": lambda about: about.readme("How good it is", state=State.IN_PART),
    "interpretation": lambda about: about.readme("Limits", "How good it is", state=State.IN_PART),
    "user": _yes("user guide, “Classify”: what to look at before an answer is taken"),
    "next": _part(ELSEWHERE),
}  # fmt: skip
