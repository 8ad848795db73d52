"""Values: a labelled study, a case, and a collection of cases."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Study

Mask = NDArray[np.bool_]

CLASSES = ("A", "O", "G")
"""The classes of the 2019 radiology-pathology challenge."""


@dataclass(frozen=True)
class LabelledStudy:
    """A study and the expert's outline of its lesion, (i, j, k) bool; None if there is none."""

    study: Study
    lesion: Mask | None


@dataclass(frozen=True)
class Case:
    """One study of one patient.

    label : class code; empty if the type is not known.
    age_years : None if it is not known.
    load : reads the images; raises FileError.
    patient : who it is; studies of one patient belong into one fold. The case's id if nothing
        says otherwise.
    fold : the fold that the data folder asks for; empty if it asks for none.
    """

    case_id: str
    label: str
    age_years: float | None
    load: Callable[[], LabelledStudy]
    patient: str = ""
    fold: str = ""


@dataclass(frozen=True)
class Collection:
    """All cases of a data folder.

    layout : ``lgg`` (pictures and masks of axial slices) or ``challenge`` (NIfTI files).
    notices : sentences that the user must see.
    """

    layout: str
    folder: Path
    cases: tuple[Case, ...]
    notices: tuple[str, ...] = ()
