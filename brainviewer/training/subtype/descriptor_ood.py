"""Fit the out-of-distribution score of lesion descriptors, and count flagged held-out patients.

    python -m brainviewer.training.subtype.descriptor_ood --data DIR --found RUN/found
    python -m brainviewer.training.subtype.package --models resources/models --texts-only

Describes every labelled patient by the segmentations in ``--found`` (made there by the detector
that is installed, where the folder does not hold them), with and without the skull, and fits the
score of ``models.subtype.out_of_distribution`` to the descriptors that the answer rests on. The
limit is a quantile of the scores of patients that were left out of the fit (cross-validation by
patient).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole
from brainviewer.models.subtype.out_of_distribution import LesionDistribution, parse_distribution
from brainviewer.training.command import print_progress, run_alone
from brainviewer.training.json_files import dump
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import patient_folds
from brainviewer.training.labelled_data.detections import detect_all
from brainviewer.training.subtype.descriptor_table import (
    TABLE_FILE,
    Described,
    describe_all,
    read_table,
)
from brainviewer.training.subtype.evaluate import EVALUATION_FILE, RECIPE
from brainviewer.training.subtype.package import OUT_OF_DISTRIBUTION_FILE

# As the OOD check of the network has it: 95 % of what is like the training passes.
QUANTILE = 0.95
FOLDS = 5
SEED = 2026
# How a lesion is described in use: in the head as it was scanned, and with the skull taken off.
SEGMENTATIONS = ("found", "stripped")
_DIGITS = 4


def fit_distribution(
    patients: Sequence[Described], names: Sequence[str], limit: float = np.inf
) -> LesionDistribution:
    """The distribution of the lesions of some patients, every description of each.

    names : of the descriptors; those that are missing count as usual in the correlation, which is
        shrunk as Ledoit & Wolf (2004) do.
    """
    from sklearn.covariance import ledoit_wolf

    raw = np.array(
        [
            [row.values[o][n] for n in names]
            for row in patients
            for o in SEGMENTATIONS
            if o in row.values
        ]
    )
    means, scales = np.nanmean(raw, axis=0), np.nanstd(raw, axis=0)
    scales = np.where(scales > 1e-9, scales, 1.0)
    standard = np.nan_to_num((raw - means) / scales)
    correlation = ledoit_wolf(standard, assume_centered=True)[0]
    ages = [row.age_years for row in patients if row.age_years is not None]
    means, scales, correlation = (a.round(_DIGITS) for a in (means, scales, correlation))
    span = (min(ages), max(ages))
    return LesionDistribution(tuple(names), means, scales, correlation, limit, span)


def measured_distribution(patients: Sequence[Described], names: Sequence[str]) -> dict[str, Any]:
    """The entry ``out_of_distribution`` of a card, with how many unseen patients it flags.

    Raises FileError if there are fewer patients than folds.
    """
    if len(patients) < FOLDS:
        raise FileError(f"There are {len(patients)} patients, fewer than the {FOLDS} folds.")
    fold = patient_folds([row.label for row in patients], FOLDS, SEED)
    scores: dict[str, list[float]] = {segmentation: [] for segmentation in SEGMENTATIONS}
    for index in range(FOLDS):
        rest = [row for row, part in zip(patients, fold, strict=True) if part != index]
        known = fit_distribution(rest, names)
        for row, part in zip(patients, fold, strict=True):
            for segmentation in SEGMENTATIONS if part == index else ():
                if (score := known.score(row.values.get(segmentation, {}))) is not None:
                    scores[segmentation].append(score)
    every = [score for some in scores.values() for score in some]
    limit = round(float(np.quantile(every, QUANTILE)), _DIGITS)
    fitted = fit_distribution(patients, names, limit)
    described = zip(names, fitted.means.tolist(), fitted.scales.tolist(), strict=True)
    keys = ("name", "mean", "scale")
    content = {
        "descriptors": [dict(zip(keys, one, strict=True)) for one in described],
        "correlation": fitted.correlation.tolist(),
        "limit": limit,
        "ages": list(fitted.ages),
        "measured": {
            "folds": FOLDS,
            "quantile": QUANTILE,
            "unseen patients": len(patients),
            "flagged": {
                segmentation: sum(score > limit for score in some)
                for segmentation, some in scores.items()
            },
        },
    }
    parse_distribution(content)
    return content


def main(
    data: Annotated[Path, typer.Option(help="Folder of labelled cases it was trained on.")],
    found: Annotated[Path, typer.Option(help="What the detector said about them.")],
    models: Annotated[Path, typer.Option(help="Folder of the models.")] = Path("resources/models"),
    network: Annotated[str, typer.Option(help="The model that owns the files.")] = RECIPE.stem,
) -> None:
    """Fit the lesions of a collection and write them beside the network that was trained on it."""
    report, owner = print_progress(), models / network
    cases = [case for case in read_cases(data) if case.label]
    table = found / TABLE_FILE
    if not table.exists():
        detect_all(cases, found, report)
        describe_all(cases, found, table, report)
    known = {case.case_id for case in cases}
    patients = [row for row in read_table(table) if row.case_id in known]
    evaluation = json.loads((owner / EVALUATION_FILE).read_text(encoding="utf-8"))
    names = [term["name"] for term in evaluation["head"]["descriptors"]["terms"]]
    content = measured_distribution(patients, names)
    write_whole(owner / OUT_OF_DISTRIBUTION_FILE, dump(content).encode())
    for segmentation, count in content["measured"]["flagged"].items():
        typer.echo(f"{count} of {len(patients)} unseen patients flagged ({segmentation})")


if __name__ == "__main__":
    run_alone(main)
