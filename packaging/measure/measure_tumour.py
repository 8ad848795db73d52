"""How well the tumour slice and mask are found, beside expert segmentations.

    python packaging/measure/measure_tumour.py DATA [--lgg] [--method METHOD] [--only SEQUENCE]
        [--without SEQUENCE] [--brats18] [--json FILE]

DATA is the data folder, with ``studies`` (a folder of NIfTI files per study) and ``lgg``.
Prints one line per study and the means; ``--lgg`` adds the patients with skull, on whom the
network was trained and all constants were chosen, so those figures are not a test: see
``brainviewer.training.segmentation.evaluate``. ``--only FLAIR`` leaves the other sequences out,
``--without FLAIR`` that one; ``--brats18`` adds the stripped patients of that collection.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.opening.same_head import over_each_other
from brainviewer.app.opening.study import open_study
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.slice_area import areas, axial_axis
from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.registry import segmentation_model
from brainviewer.models.segmentation.detection import METHODS, find_tumour
from brainviewer.models.segmentation.network import SegmentationNetwork, segmentation_network
from brainviewer.training.labelled_data.brats18 import brats18_cases
from brainviewer.training.labelled_data.cases import read_cases

Truth = NDArray[np.bool_] | None


def studies(folder: Path) -> Iterator[tuple[Study, Truth]]:
    """Every study with its whole-tumour mask, or None where there is none."""
    for path in sorted(p for p in folder.iterdir() if p.is_dir()):
        study = over_each_other(open_study([path]))
        yield study, None if study.segmentation is None else study.segmentation.data > 0


def patients(folder: Path) -> Iterator[tuple[Study, Truth]]:
    """Every patient of the image collection as a study of up to three sequences."""
    for case in read_cases(folder):
        labelled = case.load()
        yield labelled.study, labelled.lesion


def measure(study: Study, truth: Truth, method: str) -> dict[str, Any]:
    """Figures of one study; without truth, only what was found."""
    finding = find_tumour(study, method, network=network())
    row: dict[str, Any] = {
        "study": study.name,
        "slice": finding.index,
        "confidence": round(finding.confidence, 2),
        "volume_ml": round(float(finding.area_mm2.sum()) * slice_mm(study) / 1000, 1),
        "seconds": round(finding.seconds, 2),
    }
    if truth is not None and finding.mask is not None:
        area = areas(study.grid, truth, axial_axis(study.grid))
        both = float((truth & finding.mask).sum())
        row["true_ml"] = round(float(truth.sum()) * study.grid.voxel_volume / 1000, 1)
        row["true_slice"] = int(area.argmax())
        row["share"] = round(float(area[finding.index] / area.max()), 3) if finding.found else 0.0
        row["dice"] = round(2 * both / float(truth.sum() + finding.mask.sum()), 3)
    return row


@cache
def network() -> SegmentationNetwork | None:
    """The network that ships, in this process."""
    card = segmentation_model()
    return None if card is None else segmentation_network(InlineEngine(card.network))


def only(study: Study, modality: Modality) -> Study:
    """The study with one of its sequences."""
    return replace(study, volumes={modality: study.volumes[modality]})


def slice_mm(study: Study) -> float:
    """Distance of the axial slices."""
    return study.grid.spacing[axial_axis(study.grid)]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over the studies that have a segmentation, and how they go with the confidence."""
    known = [row for row in rows if "share" in row]
    fraction = np.array([row["share"] for row in known])
    sure = np.array([row["confidence"] for row in known])
    far = [abs(r["slice"] - r["true_slice"]) for r in known if r["slice"] is not None]
    curve = {}
    for low, high in ((0, 0.3), (0.3, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.01)):
        within = (sure >= low) & (sure < high)
        if within.any():
            right = float((fraction[within] >= 0.9).mean())
            curve[f"{low}-{min(high, 1)}"] = f"{right:.2f} of {within.sum()}"
    return {
        "studies": len(known),
        "mean_share": round(float(fraction.mean()), 3),
        "share_at_least_0.9": round(float((fraction >= 0.9).mean()), 3),
        "mean_dice": round(float(np.mean([row["dice"] for row in known])), 3),
        "median_distance_slices": float(np.median(far)),
        "slowest_seconds": max(row["seconds"] for row in rows),
        "share_at_least_0.9_by_confidence": curve,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--lgg", action="store_true", help="the patients with skull as well")
    parser.add_argument("--method", choices=METHODS, default="lesion")
    parser.add_argument("--only", type=Modality, help="leave all other sequences out")
    parser.add_argument("--without", type=Modality, help="leave this sequence out")
    parser.add_argument("--brats18", action="store_true", help="the stripped patients as well")
    parser.add_argument("--json", type=Path, help="write the figures here")
    chosen = parser.parse_args()
    report = {}
    sources = {"studies": studies(chosen.data / "studies")}
    if chosen.lgg:
        sources["lgg"] = patients(chosen.data / "lgg")
    if chosen.brats18:
        cases = brats18_cases(chosen.data / "brats18")
        sources["brats18"] = ((c.study, c.lesion) for c in (case.load() for case in cases))
    for name, source in sources.items():
        rows = []
        for whole, truth in source:
            study = whole if chosen.only is None else only(whole, chosen.only)
            study = study if chosen.without is None else study.without([chosen.without])
            rows.append(measure(study, truth, chosen.method))
            print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
        report[name] = {"summary": summary(rows), "rows": rows}
        print(name, json.dumps(report[name]["summary"], indent=2))
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
