"""The type of the glioma of a study, kept for monitoring: the verb of window and command line."""

import time
from typing import TYPE_CHECKING

from brainviewer.core.errors import Report
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from brainviewer.app.monitoring.prediction_log import PredictionLog
    from brainviewer.models.engine.runtimes import Runner


def classify_study(
    study: Study,
    finding: TumourFinding,
    engine: "Runner",
    report: Report,
    kept: "PredictionLog",
    *,
    model_id: str | None = None,
    age_years: float | None = None,
    prevalence: str | None = None,
    slice_index: int | None = None,
) -> Classification:
    """See ``models.subtype.prediction.classify``. kept : where the answer is kept."""
    from brainviewer.app.prediction.recorded import classify

    began = time.perf_counter()
    result = classify(
        study,
        finding,
        engine,
        model_id=model_id,
        age_years=age_years,
        prevalence=prevalence,
        slice_index=slice_index,
        report=report,
    )
    seconds = time.perf_counter() - began
    kept.classification(result, study, seconds=seconds, finding=finding, frame=slice_index)
    return result
