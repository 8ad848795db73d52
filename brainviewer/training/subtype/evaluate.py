"""Evaluate a subtype model on held-out patients.

Everything that is fitted after the network (descriptors, fusion, calibration, ages) comes from
the other folds, so the figures are those of unseen patients throughout. The networks of a fold
are asked about its own patients only.

Declared before anything was measured: what ships is the combination of sources with the least
log loss, all classes weighing the same, with the age, mean of the seeds (``CRITERION``).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.assets import resources
from brainviewer.core.errors import Report, silent
from brainviewer.models.card import DOUBT
from brainviewer.models.subtype.fusion_head import FusionHead, Source
from brainviewer.models.subtype.fusion_head_content import fusion_head_record
from brainviewer.training.metrics.intervals import against_bar, estimates, value_of
from brainviewer.training.metrics.metrics import (
    confusion,
    doubtful_error,
    measures,
    reliability,
    risk_coverage,
)
from brainviewer.training.recipes import Recipe
from brainviewer.training.subtype.evaluation_inputs import (
    MAIN,
    Evidence,
    Inputs,
    evidence,
    read_predictions,
)
from brainviewer.training.subtype.fusion_heads import LEAST_CONFIDENT, fit_fusion_head
from brainviewer.training.subtype.held_out import (
    Probabilities,
    Row,
    held_out_predictions,
    network_control,
    simpler_predictions,
)

EVALUATION_FILE = "evaluation.json"
RECIPE = resources() / "recipes" / "resnet50-glioma.toml"
CRITERION = "log loss, classes equally frequent"
# What an answer may rest on (see models.card.SITUATIONS), and the sources that this needs.
SOURCES = {
    "image": ("network",),
    "image and age": ("network", "age"),
    "descriptors": ("descriptors",),
    "descriptors and age": ("descriptors", "age"),
    "image and descriptors": ("network", "descriptors"),
    "image, descriptors and age": ("network", "descriptors", "age"),
}
# What the project set out to reach on the lgg collection.
BARS = {
    "accuracy": (0.75, ">="),
    "balanced accuracy": (0.70, ">="),
    "Cohen's kappa": (0.58, ">="),
    "AUROC G against the rest": (0.92, ">="),
    "expected calibration error": (0.08, "<="),
    "error among the most confident half": (0.12, "<="),
}


def evaluate_run(
    run: Path, recipe: Recipe, report: Report = silent, data: Path | None = None
) -> dict[str, Any]:
    """Evaluate what ``fit`` left in the folder ``run``.

    data : the folder of labelled cases that it was trained on; needed the first time, to describe
        the lesions (the table stays in ``run``). Without it only the network is measured.

    Raises FileError if there is nothing to evaluate.
    """
    return evaluate(recipe, read_predictions(run, recipe, data, report), report)


def evaluate(recipe: Recipe, inputs: Inputs, report: Report = silent) -> dict[str, Any]:
    """Everything that the card and the README report, as plain data.

    inputs : what ``read_predictions`` returns; it is part of the result.
    """
    codes = recipe.classes
    truth = np.array([codes.index(p["label"]) for p in inputs["patients"]], np.int64)
    main = [evidence(codes, inputs, run, MAIN) for run in inputs["runs"]]
    folds = [np.array(run["fold"]) for run in inputs["runs"]]
    fusion_heads = []
    for seed, (known, fold) in enumerate(zip(main, folds, strict=True)):
        fusion_heads.append(
            [fit_fusion_head(known.of(fold != f), recipe.seed) for f in range(fold.max() + 1)]
        )
        report(0.5 * (seed + 1) / len(main), "fitting to the other folds")
    predictions: dict[str, Probabilities] = {}
    for key, row in _rows(inputs).items():
        seeds = [evidence(codes, inputs, run, row.segmentation) for run in inputs["runs"]]
        parts = zip(fusion_heads, seeds, folds, strict=True)
        predictions[key] = np.array([held_out_predictions(h, k, f, row) for h, k, f in parts])
    report(0.6, "measuring simpler answers")
    predictions |= simpler_predictions(recipe, main, folds, fusion_heads)
    asked = dict.fromkeys(predictions, truth)
    for one in inputs.get("controls", []):
        key = f"control: image, {one['name']}"
        predictions[key], asked[key] = network_control(recipe, main[0], one)
    figures = {}
    for number, (key, runs) in enumerate(predictions.items()):
        in_full = key.removesuffix("; training prevalence") in SOURCES
        figures[key] = _report(recipe, asked[key], runs, inputs, in_full)
        report(0.7 + 0.3 * (number + 1) / len(predictions), "bootstrapping")
    final = final_fusion_head(main, recipe.seed)
    return {
        "folds": recipe.folds,
        "seeds": [run["seed"] for run in inputs["runs"]],
        "bootstrap_repeats": recipe.bootstrap,
        "classes": list(codes),
        "patients": {code: int(np.sum(truth == i)) for i, code in enumerate(codes)},
        "not_found": sum(not p["found"] for p in inputs["patients"]),
        "default_prevalence": final.default,
        "criterion": CRITERION,
        "winner": winner(figures),
        "bars": bars(figures),
        "head": fusion_head_record(final),
        "figures": figures,
        "inputs": inputs,
    }


def final_fusion_head(main: Sequence[Evidence], seed: int) -> FusionHead:
    """The head that ships: fitted on all patients, the weights averaged over the seeds."""
    fusion_heads = [fit_fusion_head(known, seed) for known in main]
    network, descriptors, age = (
        fusion_heads[0].network,
        fusion_heads[0].descriptors,
        fusion_heads[0].age,
    )
    if network is not None:
        network = _mean_source([one.network for one in fusion_heads if one.network is not None])
    if descriptors is not None:
        weights = [one.descriptors.weight for one in fusion_heads if one.descriptors is not None]
        descriptors = replace(descriptors, weight=_mean_source(weights))
    if age is not None:
        mean = float(np.mean([one.age.weight for one in fusion_heads if one.age is not None]))
        age = replace(age, weight=round(mean, 4))
    return replace(fusion_heads[0], network=network, descriptors=descriptors, age=age)


def _mean_source(sources: Sequence[Source]) -> Source:
    alone, together = np.mean([(one.alone, one.together) for one in sources], axis=0).tolist()
    return Source(round(alone, 4), round(together, 4))


def winner(figures: dict[str, Any]) -> str:
    """The combination of sources that the criterion chooses."""
    losses = {
        key: value_of(figures[key], CRITERION) for key in SOURCES if key in figures and "age" in key
    }
    return min(losses, key=lambda key: losses[key])


def bars(figures: dict[str, Any]) -> dict[str, Any]:
    """What was set out to be reached, and whether it was (``against_bar``), by prevalence."""
    best = winner(figures)
    result = {}
    for key in (best, f"{best}; training prevalence"):
        known = {figure["name"]: figure for figure in figures[key]["figures"]}
        result[key] = {
            name: against_bar(known[name], sign, bar)
            for name, (bar, sign) in BARS.items()
            if name in known
        }
    return result


def _rows(inputs: Inputs) -> dict[str, Row]:
    situations = inputs["runs"][0]["logits"]
    segmentations = {segmentation for p in inputs["patients"] for segmentation in p["descriptors"]}
    rows = {}
    for key, sources in SOURCES.items():
        of_network = sources[0] == "network"
        if "descriptors" in sources and not inputs["descriptor_names"]:
            continue
        rows[key] = Row(sources, "equal")
        rows[f"{key}; training prevalence"] = Row(sources, "training")
        if "expert" in segmentations and (not of_network or "expert" in situations):
            rows[f"{key}; expert segmentation"] = Row(sources, "equal", "expert")
        if "stripped" in segmentations and not of_network:
            rows[f"{key}; skull taken off"] = Row(sources, "equal", "stripped")
        if "single" in situations and of_network and len(sources) < 3:
            rows[f"{key}; one slice"] = Row(sources, "equal", "single")
    rows["age alone"] = Row(("age",), "equal")
    rows["age alone; training prevalence"] = Row(("age",), "training")
    return rows


def _report(
    recipe: Recipe,
    truth: NDArray[np.int64],
    runs: Probabilities,
    inputs: Inputs,
    in_full: bool,
) -> dict[str, Any]:
    """in_full : with everything that the plots show."""
    wanted = measures(recipe.classes)
    if in_full:
        for name, below in ((DOUBT, True), ("error above the threshold", False)):
            wanted[name] = doubtful_error(LEAST_CONFIDENT, below)
    table = estimates(truth, runs, wanted, recipe.bootstrap, recipe.seed)
    figures = [one.entry(name, "patients", len(truth)) for name, one in table.items()]
    entry: dict[str, Any] = {
        "figures": figures,
        "confusion": np.mean([confusion(truth, run)[0] for run in runs], axis=0).round(2).tolist(),
    }
    if not in_full:
        return entry
    entry["per_seed"] = {
        str(run["seed"]): {
            name: round(float(measure(truth, own)[0]), 4)
            for name, measure in measures(recipe.classes).items()
        }
        for run, own in zip(inputs["runs"], runs, strict=True)
    }
    curves = np.array([[risk for _, risk in risk_coverage(truth, own)] for own in runs])
    entry["risk_coverage"] = curves.mean(axis=0).round(4).tolist()
    pooled = np.concatenate(list(runs))
    entry["reliability"] = [
        {key: round(value, 4) for key, value in one.items()}
        for one in reliability(np.tile(truth, len(runs)), pooled)
    ]
    entry["probabilities"] = runs.round(4).tolist()
    return entry
