"""The patients that a subtype is learned from, and their lesions as several hands mark them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.lesion import measured
from brainviewer.imaging.measure.slice_area import axial_axis
from brainviewer.imaging.preprocess.head_volume import prepare
from brainviewer.training.labelled_data.brats18 import COLLECTION
from brainviewer.training.labelled_data.collection import Case, folds_of
from brainviewer.training.labelled_data.detections import (
    STRIPPED,
    Detection,
    load_detection,
    without_skull,
)
from brainviewer.training.subtype.recipe import SubtypeRecipe

FOUND, EXPERT = "found", "expert"
SEGMENTATIONS = (FOUND, STRIPPED, EXPERT)
"""Whose the lesion's borders are: the detector's in the head as it was scanned, which is what an
answer rests on, and with the skull taken off; an expert's, with the skull taken off too."""
_LIKELY, _LIKELY_CLASS = "CBICA_", "G"
"""Glioblastomas of one hospital by histology, a few of which are IDH-mutant."""


@dataclass(frozen=True)
class Patient:
    """A case with its class, by its place among the recipe's.

    certain : else the class is likely only: the case is learned from and never measured with.
    """

    case: Case
    label: int
    certain: bool

    @property
    def name(self) -> str:
        """Who it is: studies of one patient share it."""
        return self.case.patient or self.case.case_id


def patients_of(recipe: SubtypeRecipe, cases: Sequence[Case]) -> list[Patient]:
    """Cases whose class is known to the recipe, with those whose class is likely where they count.

    Raises FileError if there are fewer patients of a class than folds.
    """
    found = []
    for case in cases:
        likely = case.collection == COLLECTION and case.case_id.startswith(_LIKELY)
        if case.label in recipe.classes:
            found.append(Patient(case, recipe.classes.index(case.label), True))
        elif likely and recipe.weak and _LIKELY_CLASS in recipe.classes:
            found.append(Patient(case, recipe.classes.index(_LIKELY_CLASS), False))
    for label, code in enumerate(recipe.classes):
        named = {one.name for one in found if one.certain and one.label == label}
        if len(named) < recipe.folds:
            raise FileError(
                f"There {'is' if len(named) == 1 else 'are'} {counted(len(named), 'patient')} of "
                f"class {code}, fewer than the {recipe.folds} folds.",
                "Add cases, or ask for fewer folds in the recipe.",
            )
    return found


def fold_numbers(
    recipe: SubtypeRecipe, patients: Sequence[Patient], seed: int
) -> NDArray[np.int64]:
    """The fold of each case; all studies of one patient lie in one.

    Raises FileError if a fold leaves no patient of a class to learn from.
    """
    cases = [replace(one.case, label=recipe.classes[one.label]) for one in patients]
    fold_of = folds_of(cases, recipe.folds, seed)
    for fold in np.unique(fold_of):
        learned = {p.label for p, f in zip(patients, fold_of, strict=True) if f != fold}
        for label, code in enumerate(recipe.classes):
            if label not in learned:
                raise FileError(
                    f"Fold {fold + 1} leaves no patient of class {code} to learn from.",
                    "Add patients of this class, or divide them among the folds.",
                )
    return fold_of


def shares(recipe: SubtypeRecipe, patients: Sequence[Patient]) -> NDArray[np.float64]:
    """(cases,): how much each counts; the studies of one patient count as one together."""
    names = [one.name for one in patients]
    each = [(1.0 if one.certain else recipe.weak) for one in patients]
    return np.array([w / names.count(name) for w, name in zip(each, names, strict=True)])


def segmented(case: Case, found: Path) -> tuple[Study, dict[str, tuple[Study, TumourFinding]]]:
    """A study, and it as each of ``SEGMENTATIONS`` that there is marks its lesion, measured.

    found : folder with what a detector that never saw the case says of it.
    """
    labelled = case.load()
    study, lesion = labelled.study, labelled.lesion
    whole, bare = (load_detection(f, case.case_id) for f in (found, found / STRIPPED))
    made: dict[str, tuple[Study, Detection]] = {}
    if whole is not None and whole.index is not None:
        made[FOUND] = study, whole
    brain = whole.brain if whole is not None else None
    if brain is None:
        head = prepare(study, Modality.FLAIR)
        everything = np.ones(study.grid.shape, bool)
        brain = everything if head is None else head.working.refine(head.inside)
    if bare is not None and bare.index is not None:
        made[STRIPPED] = without_skull(study, brain), bare
    if lesion is not None and lesion.any():
        inside = brain | lesion
        areas = lesion.sum(axis=tuple(n for n in range(3) if n != axial_axis(study.grid)))
        drawn = Detection(lesion, inside, int(areas.argmax()), labelled.labels)
        made[EXPERT] = without_skull(study, inside), drawn
    return study, {name: (seen, _finding(seen, one)) for name, (seen, one) in made.items()}


def _finding(study: Study, said: Detection) -> TumourFinding:
    finding = TumourFinding(
        "lesion", True, index=said.index, mask=said.lesion, brain=said.brain, parts=said.parts
    )
    return measured(study, finding)
