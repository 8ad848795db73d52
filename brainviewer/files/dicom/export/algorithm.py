"""Which program, network and version made a result, as DICOM says it."""

from dataclasses import dataclass

from highdicom import AlgorithmIdentificationSequence
from highdicom.sr import AlgorithmIdentification
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from brainviewer import __version__
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.files.dicom.export.patient import NAME
from brainviewer.files.dicom.export.values import LONGEST, words

SCHEME = "99BRAINVIEWER"
"""Designator of codes that no public scheme has."""


@dataclass(frozen=True)
class Algorithm:
    """parameters : name to value, what else identifies it.

    kind : ``AUTOMATIC``, ``SEMIAUTOMATIC`` where a user has edited what it made, or ``MANUAL``
        where a user has drawn alone (PS3.3 C.8.20.2).
    """

    name: str
    version: str
    family: Code
    parameters: dict[str, str]
    kind: str = "AUTOMATIC"

    def of_segment(self) -> AlgorithmIdentificationSequence | None:
        """As a segmentation says it (PS3.3 10.16); None of what no algorithm has made."""
        if self.kind == "MANUAL":
            return None
        name, version = words(self.name), words(self.version)
        return AlgorithmIdentificationSequence(
            name, self.family, version, source=NAME, parameters=self.parameters
        )

    def of_measurements(self) -> AlgorithmIdentification:
        """As a structured report says it (PS3.16 TID 4019)."""
        told = [f"{name}: {value}" for name, value in self.parameters.items()]
        return AlgorithmIdentification(self.name, self.version, told or None)


def segmentation_algorithm(finding: TumourFinding) -> Algorithm:
    """What segmented the lesion: a network, or rules."""
    parameters = {"program": f"{NAME} {__version__}", "method": finding.method}
    kind = "AUTOMATIC"
    if (correction := finding.correction) is not None:
        kind = "MANUAL" if correction.drawn else "SEMIAUTOMATIC"
        tools = f" with {', '.join(correction.tools)}" if correction.tools else ""
        parameters["edited"] = f"by a user on {correction.time}{tools}"
    rules = codes.DCM.MultispectralProcessing
    if kind == "MANUAL":
        return Algorithm(f"{NAME} drawing by a user", __version__, rules, parameters, kind)
    if (network := finding.network) is None:
        return Algorithm(f"{NAME} {finding.method}", __version__, rules, parameters, kind)
    parameters["sha256"] = network.sha256
    learned = codes.DCM.ArtificialIntelligence
    return Algorithm(network.id, network.version, learned, parameters, kind)


def prediction_algorithm(result: Classification) -> Algorithm:
    """What predicted the molecular subtype."""
    parameters = {"program": f"{NAME} {__version__}"}
    if result.weights_sha256:
        parameters["sha256"] = result.weights_sha256
    if result.sequences_used:
        parameters["sequences"] = ", ".join(result.sequences_used)
    parameters["age"] = "not given" if result.age_years is None else f"{result.age_years:g} years"
    if result.prevalence:
        parameters["prevalence"] = result.prevalence
    return Algorithm(
        result.model_id, result.model_version, codes.DCM.ArtificialIntelligence, parameters
    )


def own_code(value: str, meaning: str) -> Code:
    """A code of our own, which stays another one than those of other values."""
    meaning = words(meaning, len(meaning))
    short = meaning if len(meaning) <= LONGEST else f"{meaning[: LONGEST - 3]}..."
    return Code(value.replace("\\", "/"), SCHEME, short)
