"""What is known of every lesion of a run: held-out logits, descriptors, age."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_json
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.training.subtype.patients import FOUND, SEGMENTATIONS

PREDICTIONS_FILE = "predictions.json"
Inputs = dict[str, Any]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What one seed's networks and the descriptors say of n lesions.

    A lesion is that of one patient as one hand marks it, so several may be one patient's.

    case : (n,) place of the case among the inputs. patient : (n,) number of the patient.
    segmentation : (n,) one of ``SEGMENTATIONS``.
    truth : (n,) index of the class. weight : (n,), all lesions of a patient have 1 together, or
        less where the class is not certain.
    ages : (n,) years, NaN where not known.
    logits : (n, classes) of networks that never saw the patient; values : (n, len(NAMES))
        descriptors. NaN where there are none: the detector saw no lesion.
    """

    classes: tuple[str, ...]
    case: NDArray[np.int64]
    patient: NDArray[np.int64]
    segmentation: NDArray[Any]
    truth: NDArray[np.int64]
    weight: Numbers
    ages: Numbers
    logits: Numbers
    values: Numbers

    def of(self, members: NDArray[np.bool_]) -> "Evidence":
        """Some of the lesions."""
        held = vars(self).items()
        some: dict[str, Any] = {n: v[members] for n, v in held if isinstance(v, np.ndarray)}
        return replace(self, **some)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(n,): whether there is a lesion to answer from."""
        return np.asarray(np.isfinite(self.logits).all(axis=1))

    def described(self, index: int) -> dict[str, float]:
        """The descriptors of one lesion by name."""
        return dict(zip(NAMES, self.values[index].tolist(), strict=True))


def evidence(
    classes: Sequence[str], weak: float, inputs: Mapping[str, Any], run: Mapping[str, Any]
) -> Evidence:
    """What one seed says.

    weak : how much a patient counts whose class is not certain.
    inputs, run : of ``read_inputs``, and one of its ``runs``.
    """
    patients = inputs["patients"]
    # A lesion that the detector did not see stays: an answer from the age alone counts.
    rows = [
        (number, name)
        for number in range(len(patients))
        for name in SEGMENTATIONS
        if name == FOUND or run["logits"][name][number] is not None
    ]
    known = [(patients[number], name) for number, name in rows]
    group = [one["patient"] for one, _ in known]
    nothing, undescribed = [math.nan] * len(classes), [math.nan] * len(NAMES)
    return Evidence(
        tuple(classes),
        np.array([number for number, _ in rows], np.int64),
        np.array(group, np.int64),
        np.array([name for _, name in rows]),
        np.array([list(classes).index(one["label"]) for one, _ in known], np.int64),
        np.array(
            [(1.0 if one["certain"] else weak) / group.count(one["patient"]) for one, _ in known]
        ),
        np.array([one["age_years"] for one, _ in known], np.float64),
        np.array([run["logits"][name][number] or nothing for number, name in rows], np.float64),
        np.array([one["descriptors"].get(name) or undescribed for one, name in known], np.float64),
    )


def pooled(seeds: Sequence[Evidence]) -> Evidence:
    """What all seeds say, each with its part of the weight."""
    held: dict[str, Any] = {
        name: np.concatenate([vars(one)[name] for one in seeds])
        for name, value in vars(seeds[0]).items()
        if isinstance(value, np.ndarray)
    }
    return replace(seeds[0], **held | {"weight": held["weight"] / len(seeds)})


def read_inputs(run: Path) -> Inputs:
    """What ``write_predictions`` left in the folder of a run; raises FileError if it left nothing,
    or if descriptors are others now."""
    if not (run / PREDICTIONS_FILE).is_file():
        raise FileError(
            f"The run {run.name} is not finished: it holds no {PREDICTIONS_FILE}.",
            "Run the same 'brainviewer train' again.",
        )
    inputs = dict(read_json(run / PREDICTIONS_FILE))
    if inputs.get("descriptor_names") != list(NAMES):
        raise FileError(
            f"The run {run.name} holds other descriptors than this version measures.",
            f"Delete its folder 'features' and its file {PREDICTIONS_FILE}, and run the same "
            "'brainviewer train' again.",
        )
    return inputs
