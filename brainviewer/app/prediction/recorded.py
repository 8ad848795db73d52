"""Searches and answers, recorded in the audit trail: what the window and the command line ask for.

Each takes what the function of ``models`` takes that has its name, and raises what that raises.
"""

from typing import TYPE_CHECKING, Any

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.audit_trail.subjects import of_content
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from brainviewer.models.engine.runtimes import Runner


def find_tumour(study: Study, method: str = "lesion", **how: Any) -> TumourFinding:
    """See ``models.segmentation.detection``."""
    from brainviewer.models.segmentation import detection

    with audited(Action.SEARCHED, study, facts={"method": method}):
        return detection.find_tumour(study, method, **how)


def classify(study: Study, finding: TumourFinding, engine: "Runner", **how: Any) -> Classification:
    """See ``models.subtype.prediction``; that a model does not answer is no failure."""
    from brainviewer.models.subtype import prediction

    with audited(Action.CLASSIFIED, study, facts={"model": how.get("model_id") or "usual"}):
        try:
            return prediction.classify(study, finding, engine, **how)
        except prediction.NotClassified as nothing:
            unanswered = nothing
    raise unanswered


def classify_image(image: "NDArray[Any]", engine: "Runner", **how: Any) -> Classification:
    """See ``models.image_classification.prediction``."""
    from brainviewer.models.image_classification import prediction

    about, model = of_content(how.get("image_hash", "")), how.get("model_id") or "usual"
    with audited(Action.CLASSIFIED, about=about, facts={"kind": "image", "model": model}):
        return prediction.classify_image(image, engine, **how)
