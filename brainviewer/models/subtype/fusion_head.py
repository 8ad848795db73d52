"""From network logits, lesion descriptors and age to calibrated probabilities. NumPy only.

A head is plain numbers, fitted after the network on patients that it never saw. Each source of
evidence gives a log-likelihood for every class, learned as if all classes were equally frequent;
they are added up (a logarithmic opinion pool; Genest & Zidek 1986), the logarithm of how frequent
each class is taken to be is added on top, and the sum is scaled to probabilities. Any source may
be absent.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import ModelError
from brainviewer.core.headers.dicom_source import OLDEST

YOUNGEST = 0.0
"""In years, as ``OLDEST``."""
_REINSTALL = "Install the model again."
# No single descriptor may decide alone because a scanner produced something unheard of.
FARTHEST = 3.0

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """How much a source of evidence counts: what its scores are multiplied by.

    alone : when it is the only one (the inverse of a temperature; Guo et al. 2017).
    together : when network and descriptors are both there.
    """

    alone: float
    together: float


@dataclass(frozen=True)
class Term:
    """One lesion descriptor: (value - mean) / scale times a coefficient for every class."""

    name: str
    mean: float
    scale: float
    coefficients: tuple[float, ...]


@dataclass(frozen=True)
class DescriptorPart:
    """A linear classifier of lesion descriptors (see ``analysis.descriptors``)."""

    weight: Source
    intercepts: tuple[float, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class AgePart:
    """The age at diagnosis of every class as a normal distribution, in years.

    weight : what its log-density is multiplied by; 1 is plain naive Bayes.
    """

    weight: float
    means: tuple[float, ...]
    deviations: tuple[float, ...]


@dataclass(frozen=True)
class Prevalence:
    """How frequent the classes are taken to be, and where that is known from."""

    shares: tuple[float, ...]
    source: str


@dataclass(frozen=True)
class FusedPrediction:
    """What a head says.

    probabilities : by class code, adding up to 1.
    confident : whether the largest one reaches the head's threshold.
    used : the sources that took part, of ``network``, ``descriptors`` and ``age``.
    missing : descriptors that could not be measured; the training mean stood in for them.
    prevalence : name of the setting.
    """

    probabilities: Mapping[str, float]
    predicted: str
    confident: bool
    used: tuple[str, ...]
    missing: tuple[str, ...]
    prevalence: str


@dataclass(frozen=True)
class FusionHead:
    """Everything that turns evidence into calibrated probabilities.

    classes : class codes, in the order of the network's outputs.
    network, descriptors, age : None where the head does not know that source.
    prevalences : named settings; ``default`` is the one to use unless another is asked for.
    least_confident : largest probability below which the answer is *not confident*.
    lapse : how often the evidence is about something else (another disease, a wrong segmentation),
        so that no answer is ever certain.
    """

    classes: tuple[str, ...]
    network: Source | None
    descriptors: DescriptorPart | None
    age: AgePart | None
    prevalences: Mapping[str, Prevalence]
    default: str
    least_confident: float
    lapse: float = 0.0

    def setting(self, prevalence: str | None) -> str:
        """Name of the prevalence to use, the default for None; raises ModelError if unknown."""
        name = self.default if prevalence is None else prevalence
        if name not in self.prevalences:
            known = ", ".join(self.prevalences)
            raise ModelError(f"There is no prevalence called {name}.", f"Choose one of: {known}.")
        return name

    def predict(
        self,
        logits: NDArray[np.floating] | None = None,
        values: Mapping[str, float] | None = None,
        age_years: float | None = None,
        prevalence: str | None = None,
    ) -> FusedPrediction:
        """Weigh up what is known about a patient.

        logits : (classes,) output of the network, None without one.
        values : lesion descriptors by name, None without any; NaN or absent where not measured.
        age_years : 0 to 120, None if not known.
        prevalence : name of a setting, None for the default.

        Raises ModelError if the age cannot be one, the setting is unknown, the logits are not
        numbers, or neither logits nor descriptors are there.
        """
        name = self.setting(prevalence)
        network = logits is not None and self.network is not None
        described = values is not None and self.descriptors is not None
        if not network and not described:
            raise ModelError(
                "There is nothing to tell the type of the tumour by.", "Find the tumour first."
            )
        probabilities = self.probabilities(self.evidence(logits, values, age_years), name)
        top = int(probabilities.argmax())
        aged = age_years is not None and self.age is not None
        used = (("network", network), ("descriptors", described), ("age", aged))
        return FusedPrediction(
            probabilities={c: float(p) for c, p in zip(self.classes, probabilities, strict=True)},
            predicted=self.classes[top],
            confident=bool(probabilities[top] >= self.least_confident),
            used=tuple(source for source, there in used if there),
            missing=self.not_measured(values) if described else (),
            prevalence=name,
        )

    def probabilities(self, evidence: Numbers, prevalence: str) -> Numbers:
        """Probabilities from evidence, (..., classes), with a named prevalence on top.

        The evidence counts with the fraction 1 - ``lapse``; for the rest only the prevalence is
        known.
        """
        frequent = np.array(self.prevalences[prevalence].shares)
        score = evidence + np.log(frequent)
        weight = np.exp(score - score.max(axis=-1, keepdims=True))
        certain = weight / weight.sum(axis=-1, keepdims=True)
        return np.asarray((1 - self.lapse) * certain + self.lapse * frequent / frequent.sum())

    def evidence(
        self,
        logits: NDArray[np.floating] | None,
        values: Mapping[str, float] | None,
        age_years: float | None,
    ) -> Numbers:
        """(classes,): the sum of the log-likelihoods, up to a constant; zeros know nothing."""
        score = np.zeros(len(self.classes))
        network = self.network if logits is not None else None
        described = self.descriptors if values is not None else None
        together = network is not None and described is not None
        if network is not None:
            outputs = np.asarray(logits, np.float64).ravel()
            if outputs.shape != score.shape or not np.isfinite(outputs).all():
                raise ModelError("The model gave no usable answer.", _REINSTALL)
            score += (network.together if together else network.alone) * outputs
        if described is not None and values is not None:
            weight = described.weight
            factor = weight.together if together else weight.alone
            score += factor * self.descriptor_scores(values)
        if age_years is not None:
            score += self._age_scores(age_years)
        return score

    def descriptor_scores(self, values: Mapping[str, float]) -> Numbers:
        """(classes,): what the descriptors alone say, unweighted."""
        part = self.descriptors
        if part is None:
            return np.zeros(len(self.classes))
        score = np.array(part.intercepts)
        for term in part.terms:
            value = values.get(term.name, math.nan)
            if math.isfinite(value):
                standard = (value - term.mean) / term.scale
                score += max(-FARTHEST, min(FARTHEST, standard)) * np.array(term.coefficients)
        return score

    def not_measured(self, values: Mapping[str, float] | None) -> tuple[str, ...]:
        """Names of the descriptors that the head knows and ``values`` does not hold."""
        if self.descriptors is None:
            return ()
        there = {} if values is None else values
        terms = self.descriptors.terms
        return tuple(t.name for t in terms if not math.isfinite(there.get(t.name, math.nan)))

    def _age_scores(self, age_years: float) -> Numbers:
        if not YOUNGEST <= age_years <= OLDEST:
            raise ModelError(
                f"An age of {age_years:g} years cannot be right.",
                f"Give the age in years, {YOUNGEST:g} to {OLDEST:g}.",
            )
        if self.age is None:
            return np.zeros(len(self.classes))
        deviations = np.array(self.age.deviations)
        standard = (age_years - np.array(self.age.means)) / deviations
        return np.asarray(self.age.weight * (-0.5 * standard**2 - np.log(deviations)))
