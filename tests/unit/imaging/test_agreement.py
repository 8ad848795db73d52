"""A finding beside the segmentation that came with its study."""

import json
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from brainviewer.app.opening.study import open_study
from brainviewer.app.report.records import finding_record
from brainviewer.app.report.text import finding_text
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.segments import LesionPart, lesion_values, segment_parts
from brainviewer.core.study import LabelMap, Modality, Study, Volume
from brainviewer.imaging.measure.agreement import NOTHING_MARKED, compared
from brainviewer.painting.text.measurements import (
    AGREEMENT,
    agreement_lines,
    cavity_text,
    measurement_text,
)
from tests.schemas import faults
from tests.studies import STUDIES, found, needs_studies, opened

NECROSIS, OEDEMA, ENHANCING = LesionPart.NECROSIS, LesionPart.OEDEMA, LesionPart.ENHANCING
GRID = Grid((20, 30, 10), np.diag((1.0, 2.0, 5.0, 1.0)))
"""A voxel is 0.01 mL."""


RECORD = {"schema": "brainviewer-finding/1", "notice": RESEARCH_ONLY}


def box(*spans: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(GRID.shape, bool)
    mask[tuple(slice(*span) for span in spans)] = True
    return mask


def study(labels: np.ndarray | None, bright: int = 900) -> Study:
    """A study with a segmentation; what has the value 4 is so bright on T1ce, all else 300."""
    t1ce = np.full(GRID.shape, 300, np.int16)
    if labels is not None and labels.shape == GRID.shape:
        t1ce[labels == 4] = bright
    volumes = {
        m: Volume(m, data, GRID)
        for m, data in ((Modality.FLAIR, np.zeros(GRID.shape, np.int16)), (Modality.T1CE, t1ce))
    }
    supplied = None if labels is None else LabelMap(np.asfortranarray(labels, np.uint8), GRID)
    return Study(volumes, GRID, segmentation=supplied)


def finding(parts: np.ndarray, told: bool = True) -> TumourFinding:
    given = parts.astype(np.uint8) if told else None
    return TumourFinding("lesion", True, index=5, mask=parts > 0, parts=given)


def labelled(*values: int) -> np.ndarray:
    """100 voxels of each value, side by side."""
    labels = np.zeros(GRID.shape, np.uint8)
    for n, value in enumerate(values):
        labels[n * 5 : n * 5 + 5, :4, :5] = value
    return labels


def test_volumes_and_dice_of_the_whole_lesion() -> None:
    ours = np.where(box((0, 10), (0, 10), (0, 2)), 2, 0)  # 200 voxels
    theirs = np.where(box((5, 10), (0, 10), (0, 4)), 1, 0)  # 200, of them 100 in ours
    agreement = compared(study(theirs), finding(ours, told=False)).agreement
    assert agreement is not None
    assert agreement.lesion.found_ml == pytest.approx(2)
    assert agreement.lesion.supplied_ml == pytest.approx(2)
    assert agreement.lesion.both_ml == pytest.approx(1)
    assert agreement.lesion.dice == pytest.approx(0.5)
    assert agreement.parts == {}
    assert agreement.cavity_ml == 0


@pytest.mark.parametrize("enhancing", [3, 4])
def test_parts_by_either_convention_of_brats(enhancing: int) -> None:
    theirs = labelled(1, 2, enhancing)
    ours = np.where(theirs == enhancing, 4, theirs)
    ours[theirs == 1] = OEDEMA
    agreement = compared(study(theirs), finding(ours)).agreement
    assert agreement is not None
    assert agreement.lesion.dice == 1
    dice = {part: overlap.dice for part, overlap in agreement.parts.items()}
    assert dice == {NECROSIS: 0, OEDEMA: pytest.approx(2 / 3), ENHANCING: 1}
    assert agreement.parts[OEDEMA].found_ml == pytest.approx(2)
    assert agreement.parts[OEDEMA].supplied_ml == pytest.approx(1)
    assert compared(study(theirs), finding(ours, told=False)).agreement.parts == {}


def test_after_treatment_the_cavity_is_no_lesion() -> None:
    theirs = labelled(2, 3, 4)
    told = compared(study(theirs), finding(np.where(theirs == 3, 4, theirs == 2) * 2 // 2))
    agreement = told.agreement
    assert agreement is not None
    assert agreement.lesion.supplied_ml == pytest.approx(2)
    assert agreement.cavity_ml == pytest.approx(1)
    assert cavity_text(told) == "The supplied resection cavity (1.0 mL) does not count as lesion."
    assert cavity_text(told) in finding_text(study(theirs), told)
    # What is found in the cavity is found beside the lesion.
    all_of_it = compared(study(theirs), finding(theirs > 0, told=False)).agreement
    assert all_of_it.lesion.dice == pytest.approx(2 * 2 / (3 + 2))
    dark = study(labelled(2, 4), bright=20)
    assert compared(dark, finding(labelled(2, 4))).agreement.cavity_ml == pytest.approx(1)
    bright = compared(study(labelled(2, 4)), finding(labelled(2, 4))).agreement
    assert bright.cavity_ml == 0
    assert bright.parts[ENHANCING].dice == 1


def test_values_of_another_convention_are_lesion_without_parts() -> None:
    names = study(labelled(2, 7)).segment_names
    assert lesion_values(names) == [2, 7]
    assert segment_parts(names) == {}
    agreement = compared(study(labelled(2, 7)), finding(labelled(2, 4))).agreement
    assert agreement.lesion.dice == 1
    assert agreement.parts == {}
    alone = compared(study(labelled(1)), finding(labelled(1))).agreement
    assert alone.lesion.dice == 1
    assert alone.parts == {}


@pytest.mark.parametrize(
    "labels", [np.zeros(GRID.shape, np.uint8), None, np.ones((4, 4, 4), np.uint8)]
)
def test_what_cannot_be_compared_is_said_or_left_out(labels: np.ndarray | None) -> None:
    ours = finding(labelled(1, 2, 4))
    told = compared(study(labels), ours)
    assert told.agreement is None
    assert agreement_lines(told) == ()
    assert AGREEMENT not in measurement_text(study(labels), told)
    if labels is None or labels.shape != GRID.shape:
        assert told is ours
    else:
        assert told.notices == (NOTHING_MARKED,)


def test_a_lesion_that_was_not_found_is_compared_as_well() -> None:
    nothing = TumourFinding("lesion", False, mask=np.zeros(GRID.shape, bool))
    told = compared(study(labelled(1, 2, 4)), nothing)
    assert told.agreement.lesion.dice == 0
    said = finding_text(study(labelled(1, 2, 4)), told)
    assert "No lesion found." in said
    assert "Dice 0.00 (found none · supplied 3.0 mL)" in said
    assert "Dice 0.00" in measurement_text(study(labelled(1, 2, 4)), told)


def test_the_record_and_the_words_say_which_is_which() -> None:
    theirs = labelled(1, 2, 4)
    ours = theirs.copy()
    ours[:, 3:] = 0
    told = compared(study(theirs), finding(ours))
    lines = {line.name: line.whole for line in agreement_lines(told)}
    assert list(lines) == ["Lesion", "Enhancing", "Necrosis", "Oedema"]
    assert lines["Lesion"] == "Dice 0.86 (found 2.2 mL · supplied 3.0 mL)"
    record = json.loads(json.dumps({**RECORD, **finding_record(told)}))
    assert faults("finding", record) == []
    assert record["agreement"]["found_ml"] == pytest.approx(2.25)
    assert record["agreement"]["supplied_ml"] == pytest.approx(3)
    assert record["agreement"]["parts"]["oedema"]["dice"] == pytest.approx(0.8571)
    spoiled = {**record["agreement"], "hausdorff_mm": 3}
    assert faults("finding", {**record, "agreement": spoiled})
    older = {key: value for key, value in record.items() if key != "agreement"}
    assert faults("finding", older) == []
    assert finding_record(finding(ours))["agreement"] is None


def test_a_segmentation_on_its_own_grid_is_compared_as_it_is_shown(tmp_path: Path) -> None:
    affine = np.diag((2.0, 2.0, 2.0, 1.0))
    flair = np.random.default_rng(0).integers(1, 900, (20, 20, 20), np.int16)
    nib.save(nib.Nifti1Image(flair, affine), tmp_path / "x_flair.nii.gz")
    fine = affine @ np.diag((0.5, 0.5, 0.5, 1.0))
    fine[:3, 3] = -0.5
    labels = np.zeros((40, 40, 40), np.uint8)
    labels[8:16, 8:16, 8:16] = 1
    nib.save(nib.Nifti1Image(labels, fine), tmp_path / "x_seg.nii.gz")
    shown = open_study([tmp_path])
    assert shown.segmentation is not None
    told = compared(shown, TumourFinding("lesion", True, index=5, mask=shown.segmentation.data > 0))
    assert told.agreement.lesion.dice == 1
    assert told.agreement.lesion.supplied_ml == pytest.approx(0.512)


@needs_studies
@pytest.mark.data
@pytest.mark.skipif(not STUDIES.is_dir(), reason="the research studies are not here")
@pytest.mark.parametrize("name", ["BraTS2021_01476", "BraTS2024-GLI-00009-000"])
def test_real_segmentations_by_their_own_conventions(name: str) -> None:
    """The supplied parts, given as if they had been found, agree with themselves."""
    real = opened(name)
    assert real.segmentation is not None
    told = segment_parts(real.segment_names)
    parts = np.zeros(real.grid.shape, np.uint8)
    for value, part in told.items():
        parts[real.segmentation.data == value] = part
    ours = replace(found(name), mask=parts > 0, parts=parts)
    agreement = compared(real, ours).agreement
    assert agreement.lesion.dice == 1
    assert {overlap.dice for overlap in agreement.parts.values()} == {1}
    assert agreement.cavity_ml == 0
    assert 0.3 < compared(real, found(name)).agreement.lesion.dice < 1


@needs_studies
@pytest.mark.data
def test_finding_is_the_same_with_and_without_a_segmentation() -> None:
    from tests.searching import find_tumour

    real = opened("BraTS2021_01476")
    bare = finding_record(find_tumour(replace(real, segmentation=None)))
    with_it = finding_record(compared(real, found("BraTS2021_01476")))
    assert bare["agreement"] is None
    assert with_it["agreement"] is not None
    for record in (bare, with_it):
        del record["agreement"], record["seconds"]
    assert bare == with_it
