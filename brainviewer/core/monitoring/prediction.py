"""One prediction as it is kept for monitoring: numbers and words, no names and no places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What was predicted."""

    SUBTYPE = "subtype"
    IMAGE = "image class"
    LESION = "lesion detection"


class Decision(StrEnum):
    """What became of a prediction."""

    ANSWERED = "answered"
    NOT_CONFIDENT = "not confident"
    REFUSED = "out of scope"


@dataclass(frozen=True)
class ModelVersion:
    """A model as it is monitored: another version or other weights are another model."""

    id: str
    version: str
    weights_sha256: str = ""

    @property
    def name(self) -> str:
        """Id and version, for sentences and tables."""
        return f"{self.id} {self.version}".strip()


@dataclass(frozen=True, kw_only=True)
class KeptPrediction:
    """One prediction of a model.

    time : UTC, ISO 8601. input : content hash of the study or image.
    frame : of an image, or the slice of a study that was asked for, from 0; else None.
    rests_on : ``image, descriptors and age`` and the like; empty of a lesion and of a refusal.
    prevalence : the setting that the probabilities assume.
    probabilities : class code to probability; empty of a refusal.
    predicted : class code; of a lesion ``lesion`` or ``none``; empty of a refusal.
    ood_score, ood_limit : see ``OodScore``; None where they are not known.
    confidence : 0..1: the probability of the predicted class, or how likely a segmentation is
        right; None of a refusal.
    mask_confidence : of the segmentation that a subtype rests on.
    seconds : of the whole prediction. memory_mb : that the process held at its end.
    embedding : see ``OodScore``.
    """

    time: str
    kind: Kind
    model: ModelVersion
    input: str
    frame: int | None = None
    sequences: tuple[str, ...] = ()
    rests_on: str = ""
    prevalence: str = ""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    predicted: str = ""
    decision: Decision = Decision.ANSWERED
    ood_score: float | None = None
    ood_limit: float | None = None
    confidence: float | None = None
    mask_confidence: float | None = None
    seconds: float | None = None
    memory_mb: float | None = None
    engine: str = ""
    embedding: tuple[float, ...] = ()

    @property
    def usual(self) -> bool:
        """Whether it is about a study or an image as such, not about a slice that was asked for."""
        return self.kind is Kind.IMAGE or self.frame is None

    @property
    def case(self) -> tuple[str, int | None]:
        """What is counted once: a study, or a frame of an image."""
        return self.input, self.frame


@dataclass(frozen=True)
class KeptOpinion:
    """The last feedback on one answer of a model for a study, or for a frame of an image."""

    case: tuple[str, int | None]
    model: str
    version: str
    predicted: str
    agrees: bool


@dataclass(frozen=True)
class KeptHistology:
    """What histology said of a study. time : when it was entered, UTC, ISO 8601."""

    input: str
    type: str
    time: str
