"""Evaluate the segmentation network on held-out patients, and fit its confidence.

Also writes what is found in each patient by the network of the fold that left that patient out,
for those who train on found lesions instead of segmented ones.
"""

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.core.findings import TumourFinding
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.slice_area import areas, axial_axis, largest_slice
from brainviewer.imaging.preprocess.brain import erode
from brainviewer.imaging.preprocess.head_volume import HeadVolume, prepare
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.imaging.rules import lesion_search as lesion
from brainviewer.imaging.rules.lesion_search import Lesion
from brainviewer.models.engine.onnx_runtime import OnnxFile
from brainviewer.models.segmentation import lesions as lesion_finding
from brainviewer.models.segmentation.calibration import Calibration
from brainviewer.models.segmentation.detection import find_tumour
from brainviewer.models.segmentation.finding import finding_of, nothing
from brainviewer.models.segmentation.input import CHANNELS, DARKEST
from brainviewer.models.segmentation.network import Forward, SegmentationNetwork, lesion_probability
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import LabelledStudy
from brainviewer.training.labelled_data.detections import detect
from brainviewer.training.segmentation.confidence import UNSURE, fit_confidence
from brainviewer.training.segmentation.fit import SegmentationRecipe, folds_of, load_network
from brainviewer.training.segmentation.head_volumes import side_mm
from brainviewer.training.segmentation.unet import UNet, write_graph

FIGURES_FILE = "figures.json"
FINAL = "network (what ships)"
RIGHT = 0.9
_MIXED = 0.3
_SMOOTHINGS_MM = (0.1, 3.0)
# In the architecture for Keras; the graph takes slices of any size.
KERAS_SIZE = (80, 96)

Row = dict[str, Any]


def runnable(network: UNet, calibration: Calibration = UNSURE) -> SegmentationNetwork:
    """A trained network as the analysis runs it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        write_graph(network, CHANNELS, path)
        file = OnnxFile(path)
    return SegmentationNetwork(lambda slices, report: file.predict(slices), calibration)


def evaluate(recipe: SegmentationRecipe, data: Path, run: Path, report: Report) -> dict[str, Any]:
    """Figures of the folds' networks on the patients they never saw."""
    cases = read_cases(data)
    fold_of = folds_of(cases, recipe)
    networks = [runnable(load_network(run / f"fold-{n}.npz")) for n in range(recipe.folds)]
    rows: dict[str, list[Row]] = defaultdict(list)
    healthy = []
    for number, (case, fold) in enumerate(zip(cases, fold_of, strict=True)):
        report(number / len(cases), "measuring")
        labelled, network = case.load(), networks[fold]
        head = prepare(labelled.study, Modality.FLAIR)
        assert head is not None and labelled.lesion is not None
        probability = _probability(head, network)
        found = variants(head, network, probability)
        for name, finding in _findings(labelled.study, head, found).items():
            rows[name].append(score(labelled, finding))
        rows[FINAL][-1] = {"number": number, "fold": int(fold), **rows[FINAL][-1]}
        if found[FINAL]:
            known = lesion_finding.features(probability, found[FINAL])
            rows[FINAL][-1]["features"] = [round(value, 4) for value in known]
            rows[FINAL][-1]["known"] = known
        mirrored = mirrored_healthy_head(head, labelled.lesion)
        if mirrored is not None:
            spacing = mirrored.working.spacing
            healthy.append(lesion_finding.evidence_of(_probability(mirrored, network), spacing))
    measured = [row for row in rows[FINAL] if "known" in row]
    fitted = fit_confidence(
        np.array([row.pop("known") for row in measured]),
        np.array([row["share"] >= RIGHT for row in measured]),
        np.array([row["fold"] for row in measured]),
    )
    return {
        "patients": len(cases),
        "folds": recipe.folds,
        "seed": recipe.seed,
        "methods": {name: summary(some) for name, some in rows.items()},
        "confidence": fitted,
        "healthy": {
            "heads": len(healthy),
            "called_sick": sum(value >= lesion_finding.LEAST_ML for value in healthy),
            "least_ml": lesion_finding.LEAST_ML,
            "evidence_ml": [round(float(value), 3) for value in sorted(healthy)],
        },
        "rows": rows[FINAL],
    }


def variants(
    head: HeadVolume, network: SegmentationNetwork, probability: Field
) -> dict[str, list[Lesion]]:
    """The lesions that each of the compared methods finds; ``probability`` is what ships."""
    spacing = head.working.spacing
    compared = lesion.search(
        head.images, Modality.FLAIR, head.inside, head.plane, spacing, not head.stripped
    )
    certain = np.zeros_like(probability)
    for one in lesion.together(compared) if compared else []:
        certain = np.maximum(certain, one.certainty)
    flair = {Modality.FLAIR: head.images[Modality.FLAIR]}
    # As a greedier skull stripping leaves the head.
    closer = replace(head, inside=erode(head.inside, 4.0, spacing))
    maps = {
        FINAL: probability,
        "network, asked about both sides in turn": _probability(head, mean_of_sides(network)),
        "network, FLAIR alone": _probability(replace(head, images=flair), network),
        "network, brain cut 4 mm closer": _probability(closer, network),
        "network and model-free averaged": (
            (1 - _MIXED) * probability + np.float32(_MIXED) * certain
        ),
    }
    found = {"model-free": compared}
    found |= {name: lesion_finding.lesions_of(one, spacing) for name, one in maps.items()}
    for threshold in (0.3, 0.4, 0.6):
        lesions = lesion_finding.lesions_of(probability, spacing, threshold)
        found[f"network, threshold {threshold}"] = lesions
    return found


def _findings(
    study: Study, head: HeadVolume, found: Mapping[str, list[Lesion]]
) -> dict[str, TumourFinding]:
    """What each method says, and what else could choose the slice."""
    made = {
        name: finding_of(study, head.working, lesions, "lesion", 0.0, ())
        if lesions
        else nothing(study, "lesion")
        for name, lesions in found.items()
    }
    final, mm_apart = made[FINAL], study.grid.spacing[axial_axis(study.grid)]
    for mm in _SMOOTHINGS_MM:
        index = largest_slice(final.area_mm2, mm_apart, mm) if final.found else None
        made[f"network, areas smoothed by {mm:g} mm"] = replace(final, index=index)
    summed = final
    if final.found:  # a doubtful rim counts less than the core
        lesions = lesion.together(found[FINAL])
        sums = np.sum([one.certainty.sum(axis=(0, 1)) for one in lesions], axis=0)
        weighed = head.working.spread(sums.astype(np.float32), 2)
        summed = replace(final, index=largest_slice(weighed, mm_apart))
    return {**made, "network, slice by summed probability": summed}


def mean_of_sides(forward: Forward) -> Forward:
    """Asks again with right and left exchanged, and takes the mean."""

    def ask(slices: NDArray[np.float32]) -> NDArray[np.float32]:
        exchanged = forward(np.ascontiguousarray(slices[:, :, ::-1]))
        return np.asarray((forward(slices) + exchanged[:, :, ::-1]) / 2, np.float32)

    return ask


def _probability(head: HeadVolume, network: Forward) -> Field:
    return lesion_probability(network, head.images, head.inside, head.plane, head.working.spacing)


def mirrored_healthy_head(head: HeadVolume, truth: Mask) -> HeadVolume | None:
    """The head with its healthy half mirrored onto the other; None if both hold lesion."""
    right = side_mm(head) > 0
    amount = head.working.thin(truth)
    sums = float(amount[right].sum()), float(amount[~right].sum())
    if min(sums) > 0.01 * max(sums):
        return None
    kept = right if sums[0] < sums[1] else ~right

    def doubled(image: Field, outside: float) -> Field:
        mirrored = head.plane.mirror(image, head.working.spacing, outside)
        return np.where(kept, image, mirrored).astype(np.float32)

    images = {m: doubled(image, DARKEST) for m, image in head.images.items()}
    inside = doubled(head.inside.astype(np.float32), 0.0) > 0.5
    return replace(head, images=images, inside=inside)


def score(labelled: LabelledStudy, finding: TumourFinding) -> Row:
    """How good a finding is beside the expert's segmentation."""
    truth = labelled.lesion
    assert truth is not None and finding.mask is not None
    area = areas(labelled.study.grid, truth, axial_axis(labelled.study.grid))
    both = float((truth & finding.mask).sum())
    index = finding.index
    return {
        "share": round(float(area[index] / area.max()), 4) if index is not None else 0.0,
        "dice": round(2 * both / float(truth.sum() + finding.mask.sum()), 4),
        "distance": None if index is None else abs(index - int(area.argmax())),
    }


def summary(rows: list[Row]) -> dict[str, float]:
    """Means over the patients."""
    fraction = np.array([row["share"] for row in rows])
    dice = np.array([row["dice"] for row in rows])
    far = [row["distance"] for row in rows if row["distance"] is not None]
    return {
        "mean_share": round(float(fraction.mean()), 4),
        "share_at_least_0.9": round(float((fraction >= RIGHT).mean()), 4),
        "mean_dice": round(float(dice.mean()), 4),
        "median_dice": round(float(np.median(dice)), 4),
        "median_distance_slices": float(np.median(far)),
        "not_found": len(rows) - len(far),
    }


def figures_file(recipe: SegmentationRecipe, data: Path, run: Path, report: Report) -> Path:
    """The file with the figures of a run, measured and written now unless it is there."""
    path = run / FIGURES_FILE
    if not path.exists():
        write_json(path, evaluate(recipe, data, run, report))
    return path


def write_detections(
    recipe: SegmentationRecipe,
    data: Path,
    run: Path,
    out: Path,
    calibration: Calibration,
    report: Report,
) -> None:
    """Write what is found in each patient by the network that never saw that patient, as
    ``detections.detect_all`` does."""
    cases = read_cases(data)
    networks = [
        runnable(load_network(run / f"fold-{n}.npz"), calibration) for n in range(recipe.folds)
    ]
    for number, (case, fold) in enumerate(zip(cases, folds_of(cases, recipe), strict=True)):
        report(number / len(cases), "writing what was found")
        detect(case, out, partial(find_tumour, network=networks[fold]))
