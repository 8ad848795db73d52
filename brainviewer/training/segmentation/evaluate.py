"""Evaluate the segmentation network on held-out patients, and fit its confidence.

Also writes what is found in each patient by the network of the fold that left that patient out,
for those who train on found lesions instead of segmented ones.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.enhancement import find_enhancement
from brainviewer.imaging.measure.normal_appearing_brain import NormalAppearingBrain
from brainviewer.imaging.preprocess.head_volume import HeadVolume, prepare
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.imaging.rules import lesion_search
from brainviewer.imaging.rules.lesion_search import Lesion
from brainviewer.models.plain_data import plain
from brainviewer.models.segmentation import lesions as segmented
from brainviewer.models.segmentation.calibration import FEATURES
from brainviewer.models.segmentation.detection import find_tumour
from brainviewer.models.segmentation.finding import core_of, finding_of, nothing
from brainviewer.models.segmentation.input import DARKEST
from brainviewer.models.segmentation.logistic import ENHANCING_FEATURES, parse_logistic
from brainviewer.models.segmentation.network import SegmentationNetwork, region_probabilities
from brainviewer.models.segmentation.slice_input import REGIONS
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.collection import LabelledStudy
from brainviewer.training.labelled_data.detections import detect
from brainviewer.training.model_files import EVALUATION_FILE
from brainviewer.training.segmentation.averaged import MEAN
from brainviewer.training.segmentation.confidence import fit_confidence
from brainviewer.training.segmentation.enhancing import (
    MarkedLesion,
    fit_enhancing,
    marked_lesion,
)
from brainviewer.training.segmentation.head_volumes import side_mm
from brainviewer.training.segmentation.held_out import HeldOut, held_out, of_each
from brainviewer.training.segmentation.measures import (
    RIGHT_DICE,
    Row,
    called_sick,
    dice,
    score,
    score_parts,
    summary,
)
from brainviewer.training.segmentation.recipe import SegmentationRecipe

FINAL = "network (what ships)"
_SHOWN = {
    "network, FLAIR alone": (Modality.FLAIR,),
    "network, without T2": (Modality.FLAIR, Modality.T1, Modality.T1CE),
}


def evaluate(recipe: SegmentationRecipe, data: Path, run: Path, report: Report) -> dict[str, Any]:
    """Figures of the folds' networks on the patients they never saw."""
    rows: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    healthy = []
    cases = held_out(recipe, data, run)
    measured = list(of_each(measure, cases, report, "measuring"))
    known = zip(cases, measured, strict=True)
    by_fold, enhancing = fit_enhancing(
        [(one.fold, m.lesion) for one, m in known if m.lesion is not None]
    )
    for one, found in zip(cases, measured, strict=True):
        if found.lesion is not None and one.fold in by_fold:
            found.rows[FINAL] |= found.lesion.score(by_fold[one.fold])
        for name, row in found.rows.items():
            place = {"number": one.number, "fold": one.fold}
            rows[one.case.collection][name].append(place | row)
        if found.evidence is not None:
            healthy.append(found.evidence)
    final = [row for own in rows.values() for row in own[FINAL]]
    confidence = _confidence(final, rows)
    slices = np.array([row["free"] for row in final])
    return {
        "folds": recipe.folds,
        "input": plain(recipe.input),
        "seed": recipe.seed,
        "collections": {
            collection: {
                "patients": len(own[FINAL]),
                "methods": {name: summary(some) for name, some in own.items()},
            }
            for collection, own in rows.items()
        },
        "confidence": confidence,
        "enhancing": None
        if enhancing is None
        else {
            "features": list(ENHANCING_FEATURES),
            "trust": asdict(enhancing),
            "folds": {str(fold): asdict(one) for fold, one in by_fold.items()},
        },
        "healthy": {
            "heads": len(healthy),
            "called_sick": sum(value >= segmented.LEAST_ML for value in healthy),
            "least_ml": segmented.LEAST_ML,
            "slices": int(slices[:, 0].sum()),
            "slices_called_sick": int(slices[:, 1].sum()),
        },
        "averaged": (run / f"final{MEAN}").exists(),
        "rows": {collection: own[FINAL] for collection, own in rows.items()},
    }


def _confidence(final: list[Row], rows: Mapping[str, Mapping[str, list[Row]]]) -> dict[str, Any]:
    """The fitted confidence, also in the rows, and how it fares without some sequences."""
    seen = [row for row in final if row["features"]]
    made = fit_confidence(
        np.array([row["features"] for row in seen]),
        np.array([row["dice"] >= RIGHT_DICE for row in seen]),
        np.array([row["fold"] for row in seen]),
    )
    made["right"] = f"a Dice coefficient of at least {RIGHT_DICE}"
    for row, sure in zip(seen, made.pop("each"), strict=True):
        row["confidence"] = round(float(sure), 4)
    calibration = parse_logistic(made["trust"], FEATURES)
    made["with_fewer_sequences"] = {}
    for name in _SHOWN:
        fewer = [row for own in rows.values() for row in own.get(name, ()) if row["features"]]
        if fewer:
            sure = calibration(np.array([row["features"] for row in fewer]))
            right = [row["dice"] >= RIGHT_DICE for row in fewer]
            made["with_fewer_sequences"][name] = {
                "patients": len(fewer),
                "mean_confidence": round(float(sure.mean()), 3),
                "right": round(float(np.mean(right)), 3),
            }
    return made


@dataclass(frozen=True, eq=False)
class Measured:
    """What is measured of a case by the network that never saw it.

    rows : what each of the compared methods is worth, by name.
    evidence : for a lesion in its head with the healthy half mirrored; None if both hold some.
    lesion : what was found, where the regions are marked and the voxels can be judged.
    """

    rows: dict[str, Row]
    evidence: float | None
    lesion: MarkedLesion | None


def measure(one: HeldOut) -> Measured:
    """Measure one case."""
    labelled, network = one.case.load(), one.network()
    head = prepare(labelled.study, Modality.FLAIR)
    assert head is not None and labelled.lesion is not None
    mirrored = mirrored_healthy_head(head, labelled.lesion)
    evidence = None
    if mirrored is not None:
        regions = region_probabilities(network, mirrored)
        evidence = segmented.evidence_of(regions[0], mirrored.working.spacing)
    rows, lesion = _measured(labelled, head, network)
    return Measured(rows, evidence, lesion)


def _measured(
    labelled: LabelledStudy, head: HeadVolume, network: SegmentationNetwork
) -> tuple[dict[str, Row], MarkedLesion | None]:
    study, spacing = labelled.study, head.working.spacing
    regions = region_probabilities(network, head)
    compared = lesion_search.search(
        head.images, Modality.FLAIR, head.inside, head.plane, spacing, not head.stripped
    )
    found = {FINAL: segmented.lesions_of(regions[0], spacing), "model-free": compared}
    probabilities = {FINAL: regions[0]}
    for name, shown in _SHOWN.items():
        images = {m: image for m, image in head.images.items() if m in shown}
        if len(images) == len(shown) < len(head.images):
            probabilities[name] = region_probabilities(network, replace(head, images=images))[0]
            found[name] = segmented.lesions_of(probabilities[name], spacing)
    findings = {name: _finding(study, head, lesions) for name, lesions in found.items()}
    rows = {name: score(labelled, finding) for name, finding in findings.items()}
    for name, probability in probabilities.items():
        told = segmented.features(probability, found[name]) if found[name] else ()
        rows[name]["features"] = [round(value, 4) for value in told]
    rows[FINAL]["free"] = called_sick(labelled, findings[FINAL])
    if labelled.labels is None or len(regions) < len(REGIONS):
        return rows, None
    row, lesion = _parts(study, labelled.labels, findings[FINAL], regions, head)
    rows[FINAL] |= row
    return rows, lesion


def _finding(study: Study, head: HeadVolume, lesions: list[Lesion]) -> TumourFinding:
    if not lesions:
        return nothing(study, "lesion")
    found = finding_of(study, head.working, lesions, "lesion", 0.0, ())
    return replace(found, brain=head.working.refine(head.inside))


def _parts(
    study: Study,
    labels: NDArray[np.uint8],
    finding: TumourFinding,
    regions: Field,
    head: HeadVolume,
) -> tuple[Row, MarkedLesion | None]:
    """Dice of the core, and of what enhances by the network alone and by the rule T1ce - T1 alone;
    and the lesion, if one was found in which its voxels can be told."""
    working, enhancing = head.working, labels == LesionPart.ENHANCING
    assert finding.mask is not None
    region = working.refine(regions[2]) & finding.mask
    core = core_of(regions, working) & finding.mask
    around = NormalAppearingBrain.around(study.grid, finding.mask, finding.brain)
    ruled = None if around is None else find_enhancement(study, around)
    row = score_parts(region, core, labels) | {
        "region": dice(region, enhancing),
        "rule": 0.0 if ruled is None else dice(ruled.mask, enhancing),
    }
    if around is None:
        return row, None
    return row, marked_lesion(study, around, regions, working, core, labels)


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


def figures_file(recipe: SegmentationRecipe, data: Path, run: Path, report: Report) -> Path:
    """The file with the figures of a run, measured and written now unless it is there."""
    path = run / EVALUATION_FILE
    if not path.exists():
        write_json(path, evaluate(recipe, data, run, report))
    return path


def write_detections(
    recipe: SegmentationRecipe,
    data: Path,
    run: Path,
    out: Path,
    figures: Mapping[str, Any],
    report: Report,
) -> None:
    """Write what is found in each patient by the network that never saw that patient, as
    ``detections.detect_all`` does.

    figures : of ``evaluate``.
    """
    calibration = parse_logistic(figures["confidence"]["trust"], FEATURES)
    folds = (figures["enhancing"] or {}).get("folds", {})
    enhancing = {int(f): parse_logistic(one, ENHANCING_FEATURES) for f, one in folds.items()}
    cases = [
        replace(one, calibration=calibration, enhancing=enhancing.get(one.fold))
        for one in held_out(recipe, data, run)
    ]
    for _ in of_each(partial(_write_detection, out), cases, report, "writing what was found"):
        pass


def _write_detection(out: Path, one: HeldOut) -> None:
    detect(one.case, out, partial(find_tumour, network=one.network()))
