"""What a study's row says of the last search and prediction, made from both."""

from datetime import UTC, datetime

from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.files.study_list.entry import KeptClassification, KeptFinding


def kept_finding(finding: TumourFinding) -> KeptFinding:
    """What is kept of a search of this moment."""
    taken = finding.measurements
    enhancing = None if taken is None else taken.enhancing
    return KeptFinding(
        _now(),
        finding.method,
        _made_by(finding),
        finding.found,
        None if taken is None else taken.volume_ml,
        None if taken is None else taken.enhancing_ml,
        None if enhancing is None else enhancing.product_mm2,
        taken is not None and taken.cut_off,
    )


def _made_by(finding: TumourFinding) -> str:
    """The network and whether a user has edited it; empty where the method says all."""
    network, correction = finding.network, finding.correction
    name = "" if network is None else f"{network.id} {network.version}"
    if correction is None:
        return name
    return "drawn by hand" if correction.drawn else f"{name or finding.method}, edited by hand"


def kept_classification(result: Classification) -> KeptClassification:
    """What is kept of a prediction of this moment."""
    return KeptClassification(
        _now(),
        f"{result.model_id} {result.model_version}".strip(),
        result.predicted,
        result.names.get(result.predicted, result.predicted),
        float(result.classes.get(result.predicted, 0.0)),
        result.in_scope,
        not result.abstained,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
