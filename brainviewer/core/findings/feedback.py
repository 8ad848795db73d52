"""What the user thinks of a prediction, as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

AGREE, DISAGREE, WITHDRAWN = "agree", "disagree", "withdrawn"
OTHER = "other"
"""The user's type where it is none of the model's."""


@dataclass(frozen=True, kw_only=True)
class FeedbackRecord:
    """One opinion about one answer.

    time : UTC, ISO 8601.
    prediction : class code, or ``out of scope``, that the opinion is about.
    opinion : ``agree``, ``disagree`` or ``withdrawn``.
    reader : who said it, where readers sign in and want to be named; else empty.
    user_type : with ``disagree``, class code or ``other``; empty if the user did not say.
    """

    time: str = ""
    study_sha256: str
    model: str
    model_version: str
    weights_sha256: str = ""
    slice_index: int | None = None
    prevalence: str = ""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    prediction: str
    not_confident: bool = False
    opinion: str
    user_type: str = ""
    reader: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the user agreed."""
        return self.opinion == AGREE
