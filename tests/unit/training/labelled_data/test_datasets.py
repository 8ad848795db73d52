"""Splitting by patient."""

from collections import Counter

import numpy as np

from brainviewer.training.labelled_data.collection import (
    Case,
    LabelledStudy,
    folds_of,
    patient_folds,
)


def test_folds_are_even_in_every_class_and_can_be_repeated() -> None:
    labels = ["A"] * 54 + ["O"] * 23 + ["G"] * 16
    folds = patient_folds(labels, 5, seed=2026)
    assert np.array_equal(folds, patient_folds(labels, 5, seed=2026))
    assert not np.array_equal(folds, patient_folds(labels, 5, seed=1))
    sizes = np.bincount(folds)
    assert np.ptp(sizes) <= 1
    for code in "AOG":
        counts = Counter(f for f, label in zip(folds, labels, strict=True) if label == code)
        assert max(counts.values()) - min(counts.values()) <= 1


def case(number: int, label: str, patient: str = "", fold: str = "") -> Case:
    def load() -> LabelledStudy:
        raise AssertionError

    return Case(f"case{number}", label, None, load, patient, fold)


def test_all_studies_of_a_patient_lie_in_one_fold() -> None:
    cases = [case(n, "AOG"[n % 3], f"patient{n // 2}") for n in range(60)]
    for seed in range(5):
        folds = folds_of(cases, 5, seed)
        assert np.array_equal(folds[::2], folds[1::2])
        assert set(folds) == set(range(5))


def test_folds_of_the_data_are_kept() -> None:
    asked = ["x", "y", "z", "x", "z", "y"]
    cases = [case(n, "AOG"[n % 3], fold=fold) for n, fold in enumerate(asked)]
    assert folds_of(cases, 5, 1).tolist() == [0, 1, 2, 0, 2, 1]
    plain = [case(n, "AOG"[n % 3]) for n in range(30)]
    labels = [one.label for one in plain]
    assert np.array_equal(folds_of(plain, 5, 3), patient_folds(labels, 5, 3))
