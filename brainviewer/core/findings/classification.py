"""What type a tumour is, with everything needed to judge and repeat the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.ablation import SourceAblation
from brainviewer.core.findings.networks import NetworkUse
from brainviewer.core.findings.ood_score import OodScore
from brainviewer.core.slices import Plane

IMAGE = "picture"
"""What a model of single images looks at, in place of sequences."""

NO_TUMOUR = "none"
"""The class of images that show no tumour."""


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Where the network looked: a class-activation map on the slice it was computed from.

    values : (rows, columns) float32 in 0..1, in the radiological arrangement of ``plane``
        (``SliceView.arrange``), over the whole slice ``index``.
    of_answer : whether the answer rests on this network; else it explains nothing of it.
    """

    plane: Plane
    index: int
    values: NDArray[np.float32]
    of_answer: bool = True


@dataclass(frozen=True, eq=False)
class Classification:
    """The type of the glioma with everything needed to judge and repeat it.

    weights_sha256, engine, device, load_seconds, predict_seconds : of the network that the answer
        rests on; empty and 0 where it rests on none, whatever ``network`` was run for beside it.
    classes : class letter to probability, sums to 1.
    names : class letter to full WHO name.
    slice_index : axial slice, or frame of an image, that it is from; None where it rests on the
        whole lesion. ``frames`` is how many frames the image has, 1 of a study.
    study_hash : content hash of the study it belongs to.
    in_scope : False if the model must not answer for this study; ``reason`` says why.
    abstained : the answer is not confident; ``reason`` says why, every doubt in a sentence.
    calibrated : the probabilities were calibrated on patients that the model never saw.
    prevalence, priors : name of the setting, and how frequent each class is taken to be.
    descriptors : what was measured on the lesion and took part, by name.
    rests_on : the answer without each source of evidence; empty of an image, and without an answer.
    notices : sentences to be told with it; those that make it doubtful stand in ``reason``, too.
    ood : how far what the network saw lies from its training; None where that is not known.
    """

    model_id: str
    model_version: str
    model_name: str
    weights_sha256: str
    classes: Mapping[str, float]
    names: Mapping[str, str]
    predicted: str
    slice_index: int | None
    engine: str
    device: str
    load_seconds: float
    predict_seconds: float
    study_hash: str = ""
    age_years: float | None = None
    sequences_used: tuple[str, ...] = ()
    heatmap: Heatmap | None = None
    quality: str = ""
    in_scope: bool = True
    abstained: bool = False
    reason: str = ""
    calibrated: bool = False
    prevalence: str = ""
    priors: Mapping[str, float] = field(default_factory=dict)
    descriptors: Mapping[str, float] = field(default_factory=dict)
    rests_on: tuple[SourceAblation, ...] = ()
    notices: tuple[str, ...] = ()
    frames: int = 1
    network: NetworkUse | None = None
    ood: OodScore | None = None

    def doubted(self, doubts: Sequence[str]) -> "Classification":
        """The same answer with doubts, each a sentence: it is not confident then.

        What is out of scope is no answer and stays as it is.
        """
        if not doubts or not self.in_scope:
            return self
        reasons = [*doubts, self.reason] if self.abstained else doubts
        return replace(self, abstained=True, reason=" ".join(reasons))

    @property
    def of_image(self) -> bool:
        """Whether it is about a single image, not about a study."""
        return self.sequences_used == (IMAGE,)


def tumour_probability(classes: Mapping[str, float]) -> float | None:
    """How probable any tumour is; None if the model has no class for "no tumour", or no answer.

    classes : class code to probability, adding up to 1.
    """
    return 1.0 - classes[NO_TUMOUR] if NO_TUMOUR in classes else None
