"""A labelled study, a case, a collection of cases, and its folds by patient."""

from collections.abc import Callable, Sequence
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
    """A study and the expert's segmentation of its lesion.

    lesion : (i, j, k) bool; None if there is none.
    labels : (i, j, k) uint8, 1 necrotic and non-enhancing core, 2 oedema, 4 enhancing; None if
        only the whole lesion is marked.
    """

    study: Study
    lesion: Mask | None
    labels: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Case:
    """One study of one patient.

    label : class code; empty if the type is not known.
    age_years : None if it is not known.
    load : reads the images; raises FileError.
    patient : who it is; studies of one patient belong into one fold. The case's id if nothing
        says otherwise.
    fold : the fold that the data folder asks for; empty if it asks for none.
    collection : where it comes from, for figures of each collection alone.
    """

    case_id: str
    label: str
    age_years: float | None
    load: Callable[[], LabelledStudy]
    patient: str = ""
    fold: str = ""
    collection: str = ""


@dataclass(frozen=True)
class Collection:
    """All cases of a data folder.

    layout : ``lgg`` (images and masks of axial slices) or ``challenge`` (NIfTI files).
    notices : sentences that the user must see.
    """

    layout: str
    folder: Path
    cases: tuple[Case, ...]
    notices: tuple[str, ...] = ()


def patient_folds(labels: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """A fold number for each patient, every class spread evenly over the folds.

    labels : class code of each patient
    """
    random = np.random.default_rng(seed)
    fold = np.zeros(len(labels), np.int64)
    start = 0
    for label in sorted(set(labels)):
        members = random.permutation([i for i, other in enumerate(labels) if other == label])
        fold[members] = (start + np.arange(len(members))) % folds
        start += len(members)
    return fold


def folds_of(cases: Sequence[Case], folds: int, seed: int) -> NDArray[np.int64]:
    """A fold number for each case: those the data ask for, else ``patient_folds``.

    All studies of one patient lie in one fold; the first one's class counts.
    """
    if all(case.fold for case in cases):
        names = sorted({case.fold for case in cases})
        return np.array([names.index(case.fold) for case in cases], np.int64)
    patients: dict[str, str] = {}
    for case in cases:
        patients.setdefault(case.patient or case.case_id, case.label)
    split = dict(zip(patients, patient_folds(list(patients.values()), folds, seed), strict=True))
    return np.array([split[case.patient or case.case_id] for case in cases], np.int64)
