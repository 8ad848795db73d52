"""Keeps every prediction, whichever door it came through; never at the cost of an answer."""

import logging
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from brainviewer.core.counting import listed
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import AGREE, WITHDRAWN, FeedbackRecord
from brainviewer.core.findings.networks import PREDICTION
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.monitoring.prediction import (
    Decision,
    KeptOpinion,
    KeptPrediction,
    Kind,
    ModelVersion,
)
from brainviewer.core.process.memory import held_mb
from brainviewer.core.study import Study
from brainviewer.files.predictions.database import PredictionDatabase

log = logging.getLogger(__name__)
DAYS_PER_MONTH = 30.44
LESION, NO_LESION = "lesion", "none"


class PredictionLog:
    """Where predictions are kept; its methods raise nothing, and may be called from any thread.

    wanted : whether predictions are to be kept. months : for how long; 0 for ever.
    tell : told once why predictions are not kept; called from the thread that keeps them.
    database : by default that of this computer.
    """

    def __init__(
        self,
        wanted: Callable[[], bool],
        months: Callable[[], int],
        tell: Callable[[BrainViewerError], object],
        database: PredictionDatabase | None = None,
    ) -> None:
        self._wanted, self._months, self._tell = wanted, months, tell
        self._database = database
        self._told = self._tidied = False

    def classification(
        self,
        result: Classification,
        study: Study,
        *,
        seconds: float,
        finding: TumourFinding | None = None,
        frame: int | None = None,
    ) -> None:
        """Keep what a model said of a study, or of a frame of an image.

        seconds : that the answer took. finding : what a subtype rests on.
        frame : of an image, or the slice of a study that was asked for.
        """
        if not study.synthetic and not study.edited:
            self._keep(kept_classification(result, seconds, finding, frame))

    def finding(self, finding: TumourFinding, study: Study) -> None:
        """Keep whether a network found a lesion."""
        if finding.network is not None and not study.synthetic and not study.edited:
            self._keep(kept_finding(finding, study))

    def feedback(self, given: FeedbackRecord, *, of_image: bool) -> None:
        """Keep whether a reader agrees with an answer, for its latest state alone."""
        opinion = KeptOpinion(
            (given.study_sha256, given.slice_index if of_image else None),
            given.model,
            given.model_version,
            given.prediction,
            given.opinion == AGREE,
        )

        def add(database: PredictionDatabase) -> None:
            if given.opinion == WITHDRAWN:
                database.withdraw_opinion(opinion)
            else:
                database.keep_opinion(opinion)

        self._do(add)

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()

    def _keep(self, prediction: KeptPrediction) -> None:
        def add(database: PredictionDatabase) -> None:
            database.keep(prediction)
            months = self._months()
            if months and not self._tidied:
                self._tidied = True
                database.delete(before(months))

        self._do(add)

    def _do(self, add: Callable[[PredictionDatabase], None]) -> None:
        if not self._wanted():
            return
        try:
            if self._database is None:
                self._database = PredictionDatabase()
            add(self._database)
            trouble: BrainViewerError | None = self._database.trouble
            self._database.trouble = None
        except FileError as error:
            trouble = error
        except Exception as error:  # a bug here must not cost an answer either
            log.error("A prediction could not be kept.", exc_info=error)
            return
        if trouble is not None and not self._told:
            self._told = True
            self._tell(trouble)


def now() -> str:
    """This moment, as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def before(months: int) -> str:
    """The moment so many months ago, as it is kept."""
    ago = datetime.now(UTC) - timedelta(days=months * DAYS_PER_MONTH)
    return ago.isoformat(timespec="seconds")


def kept_classification(
    result: Classification, seconds: float, finding: TumourFinding | None, frame: int | None
) -> KeptPrediction:
    """What is kept of an answer of this moment."""
    decision = Decision.ANSWERED
    if not result.in_scope:
        decision = Decision.REFUSED
    elif result.abstained:
        decision = Decision.NOT_CONFIDENT
    network, ood = result.network, result.ood
    weights = result.weights_sha256 or _weights_of(result.model_id)
    return KeptPrediction(
        time=now(),
        kind=Kind.IMAGE if result.of_image else Kind.SUBTYPE,
        model=ModelVersion(result.model_id, result.model_version, weights),
        input=result.study_hash,
        frame=frame,
        sequences=result.sequences_used,
        rests_on=_rests_on(result),
        prevalence=result.prevalence,
        probabilities=dict(result.classes),
        predicted=result.predicted,
        decision=decision,
        ood_score=None if ood is None else ood.score,
        ood_limit=None if ood is None or not math.isfinite(ood.limit) else ood.limit,
        confidence=result.classes.get(result.predicted),
        mask_confidence=None if finding is None or not finding.found else finding.confidence,
        seconds=seconds,
        memory_mb=held_mb(),
        engine=result.engine or ("" if network is None else network.engine),
        embedding=() if ood is None else ood.embedding,
    )


def kept_finding(finding: TumourFinding, study: Study) -> KeptPrediction:
    """What is kept of a search of this moment, by a network."""
    network = finding.network
    assert network is not None
    return KeptPrediction(
        time=now(),
        kind=Kind.LESION,
        model=ModelVersion(network.id, network.version, network.sha256),
        input=study.content_hash,
        sequences=tuple(str(name) for name in study.modalities),
        predicted=LESION if finding.found else NO_LESION,
        confidence=finding.confidence if finding.found else None,
        seconds=finding.seconds,
        memory_mb=held_mb(),
        engine="onnx",
    )


def _weights_of(model_id: str) -> str:
    """Of a model that was not run, or takes no part in an answer; empty where none are known."""
    from brainviewer.models.registry import card_of

    try:
        return card_of(model_id).weights_sha256
    except BrainViewerError:
        return ""


def _rests_on(result: Classification) -> str:
    """What an answer rests on, as cards name it; empty without an answer."""
    if not result.classes:
        return ""
    network = result.network
    parts = [
        "image" if network is not None and PREDICTION in network.used_for else "",
        "descriptors" if result.descriptors else "",
        "age" if result.age_years is not None else "",
    ]
    return listed(filter(None, parts)) if any(parts) else ""
