"""Who is learned from, how much each counts, and whose borders a lesion has."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.errors import FileError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.training.labelled_data.collection import Case, LabelledStudy
from brainviewer.training.labelled_data.detections import STRIPPED, detect
from brainviewer.training.subtype.patients import (
    EXPERT,
    FOUND,
    fold_numbers,
    patients_of,
    segmented,
    shares,
)
from brainviewer.training.subtype.recipe import RECIPE, SubtypeRecipe, read_subtype_recipe

SHAPE = (48, 48, 10)


def no_images() -> LabelledStudy:
    raise AssertionError("nobody asked for the images")


def case(name: str, label: str = "", patient: str = "", collection: str = "lgg") -> Case:
    return Case(name, label, 40.0, no_images, patient or name, collection=collection)


@pytest.fixture
def recipe() -> SubtypeRecipe:
    return replace(read_subtype_recipe(RECIPE), folds=3, weak=0.25)


@pytest.fixture
def cases() -> list[Case]:
    lgg = [case(f"{code}{n}", code) for code in "AOG" for n in range(6)]
    twin = case("B1", "A", "A0", "brats18")
    likely = [case(f"CBICA_{n}", collection="brats18") for n in range(4)]
    unknown = [case("TCIA_1", collection="brats18"), case("CBICA_9", collection="lgg")]
    return [twin, *likely, *unknown, *lgg]


def test_likely_classes_are_learned_from_with_a_small_weight(
    recipe: SubtypeRecipe, cases: list[Case]
) -> None:
    patients = patients_of(recipe, cases)
    named = {one.case.case_id: one for one in patients}
    assert not {"TCIA_1", "CBICA_9"} & named.keys()
    assert [named[f"CBICA_{n}"].certain for n in range(4)] == [False] * 4
    assert recipe.classes[named["CBICA_0"].label] == "G"
    weight = dict(zip(named, shares(recipe, patients), strict=True))
    assert_allclose([weight["O1"], weight["CBICA_2"]], [1, 0.25])
    # Two studies of one patient count as one.
    assert_allclose([weight["B1"], weight["A0"]], [0.5, 0.5])
    none = patients_of(replace(recipe, weak=0.0), cases)
    assert all(one.certain for one in none)
    assert len(none) == len(patients) - 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twins_lie_in_one_fold_and_every_class_in_each(
    recipe: SubtypeRecipe, cases: list[Case], seed: int
) -> None:
    patients = patients_of(recipe, cases)
    fold = dict(
        zip(
            [one.case.case_id for one in patients],
            fold_numbers(recipe, patients, seed),
            strict=True,
        )
    )
    assert fold["B1"] == fold["A0"]
    for code in "AOG":
        assert {fold[f"{code}{n}"] for n in range(6)} == {0, 1, 2}


def test_too_few_patients_of_a_class_are_refused(recipe: SubtypeRecipe, cases: list[Case]) -> None:
    # A likely class makes no patient of it, nor does a second study.
    some = [one for one in cases if one.label != "G" or one.case_id in ("G0", "G1")]
    with pytest.raises(FileError, match="2 patients of class G, fewer than the 3 folds"):
        patients_of(recipe, some)


def test_a_fold_that_leaves_nobody_of_a_class_is_refused(recipe: SubtypeRecipe) -> None:
    asked = [
        replace(case(f"{code}{n}", code), fold="one" if code == "O" else f"{n}")
        for code in "AOG"
        for n in range(3)
    ]
    with pytest.raises(FileError, match="leaves no patient of class O to learn from"):
        fold_numbers(recipe, patients_of(recipe, asked), 1)


def ball(radius: float) -> np.ndarray:
    i, j, k = np.indices(SHAPE)
    return np.hypot(np.hypot(i - 28, j - 24), 2.0 * (k - 5)) < radius


def head() -> LabelledStudy:
    """A skull around a brain with a lesion, the middle of which takes up contrast agent."""
    i, j, _ = np.indices(SHAPE)
    away = np.hypot(i - 24, j - 24)
    random, grid = np.random.default_rng(0), Grid(SHAPE, np.diag([3.0, 3.0, 6.0, 1.0]))
    volumes = {}
    for name, bright in (("FLAIR", 80), ("T1", -20), ("T1ce", -20)):
        data = random.normal(100, 4, SHAPE) * (away < 20) + bright * ball(8)
        data += 400 * (abs(away - 22) < 1) + 200 * ball(4) * (name == "T1ce")
        volumes[Modality(name)] = Volume(Modality(name), data.astype(np.float32), grid)
    return LabelledStudy(Study(volumes, grid), ball(8))


def test_the_lesion_is_marked_by_every_hand(tmp_path: Path) -> None:
    one = Case("one", "A", 40.0, head)
    i, j, _ = np.indices(SHAPE)
    brain = np.hypot(i - 24, j - 24) < 20
    parts = np.where(ball(4), 4, 2 * ball(7)).astype(np.uint8)
    said = TumourFinding("lesion", True, index=5, mask=ball(7), brain=brain, parts=parts)
    detect(one, tmp_path, lambda study: said)
    study, views = segmented(one, tmp_path)
    assert list(views) == [FOUND, STRIPPED, EXPERT]
    flair = {name: seen.volumes[Modality.FLAIR].data for name, (seen, _) in views.items()}
    assert flair[FOUND] is study.volumes[Modality.FLAIR].data
    for name in (STRIPPED, EXPERT):
        assert flair[FOUND].max() > 300 > flair[name].max()
    assert [views[n][1].mask.sum() for n in views] == [ball(7).sum()] * 2 + [ball(8).sum()]
    # What enhances is what the network said, and T1ce and T1 where it said nothing.
    assert views[FOUND][1].parts is not None and views[EXPERT][1].parts is None
    enhancing = views[EXPERT][1].enhancing
    assert enhancing is not None and (enhancing & ball(3)).sum() > 0.8 * ball(3).sum()
    assert views[FOUND][1].enhancing.sum() == (parts == LesionPart.ENHANCING).sum()


def test_without_a_detector_an_expert_is_enough(tmp_path: Path) -> None:
    _, views = segmented(Case("one", "A", 40.0, head), tmp_path)
    assert list(views) == [EXPERT]
    _, nothing = segmented(Case("two", "A", 40.0, lambda: replace(head(), lesion=None)), tmp_path)
    assert nothing == {}
