"""Logits, descriptors and ages of patients as arrays.

Every class weighs the same in whatever is fitted to them, so that any prevalence can be put on top
afterwards.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.training.softmax_regression import Numbers
from brainviewer.training.subtype.descriptor_table import OUTLINES

# The outline that inference has; the others are reported beside it.
MAIN = "found"


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known about n patients.

    truth : (n,) index of the class. ages : (n,) years, NaN where not known.
    logits : (n, classes) of networks that never saw the patient; None without a network.
    values : (n, names) lesion descriptors, NaN where missing; None without any.
    expert : the same inside an expert's outline: learned from as well, never answered from. What
        both outlines have in common is what holds when the outline is another one.
    seen : (n,) bool, whether a lesion was found; where not, logits and values say nothing.
    """

    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    ages: Numbers
    seen: NDArray[np.bool_]
    logits: Numbers | None = None
    names: tuple[str, ...] = ()
    values: Numbers | None = None
    expert: Numbers | None = None

    def of(self, members: NDArray[np.bool_]) -> "Evidence":
        """Some of the patients."""
        held = vars(self).items()
        some: dict[str, Any] = {n: v[members] for n, v in held if isinstance(v, np.ndarray)}
        return replace(self, **some)

    def described(self, index: int) -> dict[str, float] | None:
        """The descriptors of one patient by name, None if there are none."""
        if self.values is None or not self.seen[index]:
            return None
        return dict(zip(self.names, self.values[index].tolist(), strict=True))


def evidence(
    codes: tuple[str, ...], inputs: Mapping[str, Any], run: Mapping[str, Any], outline: str
) -> Evidence:
    """What one seed's networks and the descriptors say, with the outlines of one kind.

    inputs, run : of ``read_predictions``.

    A lesion that the finder did not find says nothing, unless an expert outlined it.
    """
    patients, names = inputs["patients"], tuple(inputs["descriptor_names"])
    logits = run["logits"].get(outline)

    def values(kind: str) -> Numbers | None:
        rows = [p["descriptors"].get(kind) for p in patients]
        if not any(rows) and (kind == "expert" or not names):
            return None
        return np.array([row or [math.nan] * len(names) for row in rows], np.float64)

    def seen(patient: Mapping[str, Any]) -> bool:
        if outline == "stripped":
            return bool(patient["descriptors"].get(outline))
        return outline == "expert" or bool(patient["found"])

    return Evidence(
        codes,
        np.array([codes.index(p["label"]) for p in patients], np.int64),
        np.array([math.nan if p["age_years"] is None else p["age_years"] for p in patients]),
        np.array([seen(p) for p in patients]),
        None if logits is None else np.array([row or [0.0] * len(codes) for row in logits]),
        names,
        values(outline if outline in OUTLINES else MAIN),
        values("expert"),
    )
