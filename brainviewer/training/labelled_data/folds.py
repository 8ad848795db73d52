"""Folds of a cross-validation by patient."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brainviewer.training.labelled_data.collection import Case


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
