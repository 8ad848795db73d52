"""What is said about the type of a glioma, in the window and in exported pictures alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from brainviewer.core.findings import Classification, tumour_probability
from brainviewer.render.wording import number, probability

ONLY_GLIOMAS = "Only gliomas are in scope. The type needs tissue to confirm."
_PREVALENCES = {"training": "as in the training data", "clinic": "as in a clinic"}
_EVEN = 0.005
_FEW = 3
_ENGINES = {"onnx": "ONNX", "tensorflow": "TensorFlow"}


class Standing(StrEnum):
    """How far an answer can be taken."""

    ANSWERED = "answered"
    NOT_CONFIDENT = "not confident"
    OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True)
class AnswerText:
    """An answer in words.

    beneath : what stands smaller under the headline; empty if nothing.
    tumour : how probable any tumour is, where "no tumour" is one of the classes.
    reason : why the model is not confident or does not answer; empty if it does.
    ranking : (class code, probability), most probable first; empty where no type may be read.
    source : what the answer was computed from; without an answer, what was looked at.
    made_by : model, engine, device and time.
    prevalence : how frequent the classes are taken to be; empty if the model does not say.
    """

    standing: Standing
    headline: str
    beneath: str
    tumour: str
    reason: str
    ranking: tuple[tuple[str, float], ...]
    source: str
    made_by: str
    prevalence: str


def answer_text(result: Classification) -> AnswerText:
    """The answer in words, with its standing."""
    name = result.names.get(result.predicted, result.predicted)
    ranking = tuple(sorted(result.classes.items(), key=lambda entry: -entry[1]))
    standing, headline, beneath = Standing.ANSWERED, name, ""
    if not result.in_scope:
        standing, headline, ranking = Standing.OUT_OF_SCOPE, "Out of scope", ()
    elif result.abstained:
        standing, headline, beneath = (
            Standing.NOT_CONFIDENT,
            "Not confident",
            f"Most probable: {name}",
        )
    return AnswerText(
        standing,
        headline,
        beneath,
        tumour_text(result),
        result.reason if standing is not Standing.ANSWERED else "",
        ranking,
        _source(result),
        _made_by(result),
        prevalence_text(result.prevalence, result.priors) if ranking else "",
    )


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
    codes, shares = list(priors), list(priors.values())
    if max(shares) - min(shares) < _EVEN:
        listed = f"{', '.join(codes[:-1])} and {codes[-1]}" if len(codes) > 1 else codes[0]
        if len(codes) > _FEW:
            listed = f"all {len(codes)} classes"
        where = ", as in the training data" if name == "training" else ""
        return f"Assumes {listed} equally frequent{where}"
    listed = ", ".join(
        f"{code}\u00a0{number(100 * share)}\u00a0%" for code, share in priors.items()
    )
    where = _PREVALENCES.get(name, "")
    return f"Assumes {listed}" + (f", {where}" if where else "")


def _made_by(result: Classification) -> str:
    parts = [f"{result.model_name or result.model_id} {result.model_version}"]
    if result.engine:  # a study may be refused before the network runs
        engine = _ENGINES.get(result.engine, result.engine)
        parts += [f"{engine} on {result.device}", f"{result.predict_seconds:.2f}\u00a0s"]
    return " · ".join(parts)


def _source(result: Classification) -> str:
    if result.of_picture:
        several = result.frames > 1
        what = f"frame {result.slice_index + 1} of {result.frames}" if several else "this picture"
        return f"from {what} alone" if result.in_scope else what if several else ""
    where = f"axial slice {result.slice_index + 1}"
    parts = [f"from {where}" if result.in_scope else where]
    if result.sequences_used:
        parts.append(", ".join(result.sequences_used))
    if not result.in_scope:
        return " · ".join(parts)
    age = result.age_years
    parts.append("age\u00a0not\u00a0given" if age is None else f"age\u00a0{age:g}")
    return " · ".join(parts)
