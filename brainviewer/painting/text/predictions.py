"""What is said about the type of a glioma, in the window and in exported images alike."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from brainviewer.core.counting import listed, probability
from brainviewer.core.findings.ablation import Absence, EvidenceSource, SourceAblation
from brainviewer.core.findings.classification import Classification, tumour_probability
from brainviewer.core.findings.networks import PREDICTION, NetworkUse
from brainviewer.painting.text.wording import number

ONLY_GLIOMAS = (
    "Only gliomas are in scope; a metastasis without a sign of one is not told from them. The type "
    "needs tissue to confirm."
)
RESTS_ON = "What the answer rests on"
_FULL = math.log(20)
"""The weight of evidence of a whole bar: odds times or divided by 20."""
_MOST = 99
_NAMES = {
    EvidenceSource.IMAGE: "Image",
    EvidenceSource.DESCRIPTORS: "Descriptors",
    EvidenceSource.AGE: "Age",
}
_ABSENT = {
    Absence.NOT_TAKEN: "takes no part",
    Absence.NOT_MEASURED: "not measured",
    Absence.NOT_GIVEN: "not given",
}
_PREVALENCES = {"training": "as in the training data", "clinic": "as in a clinic"}
_EVEN = 0.005
_FEW = 3
_ENGINES = {"onnx": "ONNX", "tensorflow": "TensorFlow"}


class Standing(StrEnum):
    """How far an answer can be taken."""

    CLASSIFIED = "answered"
    NOT_CONFIDENT = "not confident"
    OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True)
class PredictionText:
    """An answer in words.

    beneath : what stands smaller under the headline; empty if nothing.
    tumour : how probable any tumour is, where "no tumour" is one of the classes.
    reason : why the model is not confident or does not answer; empty if it does.
    ranking : (class code, probability), most probable first; empty where no type may be read.
    source : what the answer was computed from; without an answer, what was looked at.
    made_by : model, and where its network gave the answer engine, device and time.
    beside : a network that was run without part in the answer, and what for; empty if none was.
    prevalence : how frequent the classes are taken to be; empty if the model does not say.
    notes : what else is to be told, and is not said by the reason.
    """

    standing: Standing
    headline: str
    beneath: str
    tumour: str
    reason: str
    ranking: tuple[tuple[str, float], ...]
    source: str
    made_by: str
    beside: str
    prevalence: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class EvidenceLine:
    """One source of evidence.

    length : of its bar, -1 (against the named class) to 1 (for it); None where it took no part.
    figure : by what it changes the odds of the named class, or that it took no part.
    detail : the probability of the named class with it and without.
    """

    name: str
    length: float | None
    figure: str
    detail: str

    @property
    def whole(self) -> str:
        """All of it as a sentence, for a tool tip and a screen reader."""
        return f"{self.name}: {self.figure}. {self.detail}".rstrip(". ") + "."


def words_of(result: Classification) -> PredictionText:
    """The answer in words, with its standing."""
    name = result.names.get(result.predicted, result.predicted)
    ranking = tuple(sorted(result.classes.items(), key=lambda entry: -entry[1]))
    standing, headline, beneath = Standing.CLASSIFIED, name, ""
    if not result.in_scope:
        standing, headline, ranking = Standing.OUT_OF_SCOPE, "Out of scope", ()
    elif result.abstained:
        standing, headline, beneath = (
            Standing.NOT_CONFIDENT,
            "Not confident",
            f"Most probable: {name}",
        )
    return PredictionText(
        standing,
        headline,
        beneath,
        tumour_text(result),
        result.reason if standing is not Standing.CLASSIFIED else "",
        ranking,
        _source(result),
        _made_by(result),
        _beside(result),
        prevalence_text(result.prevalence, result.priors) if ranking else "",
        tuple(notice for notice in result.notices if notice not in result.reason),
    )


def condition_text(result: Classification) -> str:
    """What an answer takes for granted, since the model cannot know it; empty without an answer."""
    if not result.in_scope or not result.predicted:
        return ""
    return "it is one of these classes" if result.of_image else "it is a glioma"


def tumour_text(result: Classification) -> str:
    """How probable any tumour is, and none; empty where that is no question or no answer."""
    tumour = tumour_probability(result.classes)
    if tumour is None or not result.in_scope:
        return ""
    return f"Any tumour\u00a0{probability(tumour)} · no tumour\u00a0{probability(1 - tumour)}"


def prevalence_text(name: str, priors: Mapping[str, float]) -> str:
    """How frequent the classes are taken to be, as a sentence; empty without priors.

    name : name of the setting.
    priors : class code to share, adding up to 1.
    """
    if not priors:
        return ""
    codes, fractions = list(priors), list(priors.values())
    if max(fractions) - min(fractions) < _EVEN:
        which = f"all {len(codes)} classes" if len(codes) > _FEW else listed(codes)
        where = ", as in the training data" if name == "training" else ""
        return f"Assumes {which} equally frequent{where}"
    each = ", ".join(
        f"{code}\u00a0{number(100 * fraction)}\u00a0%" for code, fraction in priors.items()
    )
    where = _PREVALENCES.get(name, "")
    return f"Assumes {each}" + (f", {where}" if where else "")


def _made_by(result: Classification) -> str:
    parts = [f"{result.model_name or result.model_id} {result.model_version}"]
    if result.engine:  # it may rest on no network, or be refused before one runs
        parts += _ran(result)
    return " · ".join(parts)


def _beside(result: Classification) -> str:
    network = result.network
    if network is None or PREDICTION in network.used_for:
        return ""
    what = listed(network.used_for).capitalize()
    name = f"{network.identity.id} {network.identity.version}"
    return " · ".join([f"{what} only: {name}", *_ran(network)])


def _ran(run: Classification | NetworkUse) -> list[str]:
    engine = _ENGINES.get(run.engine, run.engine)
    return [f"{engine} on {run.device}", f"{run.predict_seconds:.2f}\u00a0s"]


def _source(result: Classification) -> str:
    if result.of_image:
        several = result.frames > 1
        frame = (result.slice_index or 0) + 1
        what = f"frame {frame} of {result.frames}" if several else "this image"
        return f"from {what} alone" if result.in_scope else what if several else ""
    index = result.slice_index
    where = "the whole lesion" if index is None else f"axial slice {index + 1}"
    parts = [f"from {where}"] if result.in_scope else [] if index is None else [where]
    if result.sequences_used:
        parts.append(", ".join(result.sequences_used))
    if not result.in_scope:
        return " · ".join(parts)
    age = result.age_years
    parts.append("age\u00a0not\u00a0given" if age is None else f"age\u00a0{age:g}")
    return " · ".join(parts)


def evidence_lines(result: Classification) -> tuple[EvidenceLine, ...]:
    """What the answer rests on, a line for each source; empty where nothing is known of it."""
    return tuple(_line(one, result) for one in result.rests_on)


def source_name(source: EvidenceSource) -> str:
    """A source of evidence as a label says it."""
    return _NAMES[source]


def absence_text(absent: Absence | str) -> str:
    """Why a source took no part, in two words."""
    return _ABSENT[Absence(absent)]


def odds_text(log_odds: float) -> str:
    """By what evidence multiplies or divides the odds.

    log_odds : its weight, see ``core.findings.ablation.weight_of_evidence``.
    """
    factor = math.exp(min(abs(log_odds), math.log(_MOST) + 1))
    if factor > _MOST:
        size = f"> {_MOST}"
    else:
        size = f"{factor:.0f}" if factor >= 9.95 else f"{factor:.1f}"
    return f"{'÷' if log_odds < 0 and size != '1.0' else '×'}\u00a0{size}"


def _line(one: SourceAblation, result: Classification) -> EvidenceLine:
    name, code = _NAMES[one.source], result.predicted
    if one.absent is not None:
        return EvidenceLine(name, None, absence_text(one.absent), "")
    length = max(-1.0, min(1.0, one.log_odds / _FULL))
    before, after = (_chance(of, code) for of in (one.without, result.classes))
    return EvidenceLine(
        name, length, f"odds {odds_text(one.log_odds)}", f"{code} {after} with it, {before} without"
    )


def _chance(of: Mapping[str, float], code: str) -> str:
    return probability(of[code])
