"""Evaluate a subtype model on held-out patients.

Everything that is fitted after the network (descriptors, fusion, calibration, ages) comes from the
other folds, so the figures are those of unseen patients throughout. The networks of a fold are
asked about its own patients only. Figures are those of the largest collection, each patient once;
the other collections, other hands' segmentations and heads without skull stand beside them.

What answers was decided before anything was measured (``DEFAULT``): all parts take part.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.models.card_metrics import DOUBT, SITUATIONS
from brainviewer.models.subtype.fusion_head_content import fusion_head_record
from brainviewer.training.labelled_data.detections import STRIPPED
from brainviewer.training.metrics.intervals import against_bar, estimates
from brainviewer.training.metrics.metrics import (
    confusion,
    doubtful_error,
    measures,
    reliability,
)
from brainviewer.training.metrics.paired import differences
from brainviewer.training.subtype.evidence import (
    Evidence,
    Inputs,
    evidence,
    pooled,
    read_inputs,
)
from brainviewer.training.subtype.fusion import (
    LEAST_CONFIDENT,
    fit_fusion_head,
    probabilities,
)
from brainviewer.training.subtype.patients import EXPERT, FOUND
from brainviewer.training.subtype.recipe import SubtypeRecipe

DEFAULT = "image, descriptors and age"
CRITERION = "what was decided beforehand, every part that can be had"
# What an answer may rest on, and the parts that this needs.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "image": ("network",),
    "image and age": ("network", "age"),
    "descriptors": ("descriptors",),
    "descriptors and age": ("descriptors", "age"),
    "image and descriptors": ("network", "descriptors"),
    DEFAULT: ("network", "descriptors", "age"),
    "age alone": ("age",),
}
WITHOUT = {
    "the image": "descriptors and age",
    "the descriptors": "image and age",
    "the age": "image and descriptors",
}
"""What remains of the default if a part is left out."""
# What the project set out to reach.
BARS = {
    DEFAULT: {
        "accuracy": (0.75, ">="),
        "balanced accuracy": (0.72, ">="),
        "Cohen's kappa": (0.58, ">="),
        "AUROC G against the rest": (0.94, ">="),
        "expected calibration error": (0.08, "<="),
    },
    "image": {"accuracy": (0.70, ">="), "balanced accuracy": (0.65, ">=")},
}
_HANDS = {EXPERT: "expert segmentation", STRIPPED: "skull taken off"}
Runs = NDArray[np.float64]
"""(seeds, lesions, classes) probabilities."""


def evaluate_run(run: Path, recipe: SubtypeRecipe, report: Report = silent) -> dict[str, Any]:
    """Evaluate what ``fit`` left in the folder ``run``; raises FileError if that is nothing."""
    return evaluate(recipe, read_inputs(run), report)


def evaluate(recipe: SubtypeRecipe, inputs: Inputs, report: Report = silent) -> dict[str, Any]:
    """Everything that the card and the README report, as plain data.

    inputs : what ``read_inputs`` returns; it is part of the result.
    """
    codes, patients = recipe.classes, inputs["patients"]
    seeds = [evidence(codes, recipe.weak, inputs, run) for run in inputs["runs"]]
    folds = [
        np.array(run["fold"])[known.case] for known, run in zip(seeds, inputs["runs"], strict=True)
    ]
    heads = []
    for number, (known, fold) in enumerate(zip(seeds, folds, strict=True)):
        heads.append({f: fit_fusion_head(known.of(fold != f), recipe.seed) for f in set(fold)})
        report(0.5 * (number + 1) / len(seeds), "fitting to the other folds")

    def held_out(key: str, prevalence: str) -> Runs:
        """Each lesion answered by the head of the fold that its patient was left out of."""
        result = np.zeros((len(seeds), len(seeds[0].truth), len(codes)))
        for said_, known, fold, own in zip(result, seeds, folds, heads, strict=True):
            for number, head in own.items():
                some = known.of(fold == number)
                said_[fold == number] = probabilities(head, some, SOURCES[key], prevalence)
        return result

    groups, known = _groups(inputs, seeds[0]), seeds[0]
    main = groups.pop("")
    said = {key: held_out(key, "equal") for key in SOURCES}
    figures: dict[str, Any] = {}

    def add(key: str, runs: Runs, members: NDArray[np.bool_], in_full: bool) -> None:
        figures[key] = _report(recipe, inputs, known.truth[members], runs[:, members], in_full)

    for number, (key, runs) in enumerate(said.items()):
        add(key, runs, main, key in SITUATIONS)
        other = f"{key}; training prevalence"
        add(other, held_out(key, "training"), main, key == DEFAULT)
        report(0.5 + 0.3 * (number + 1) / len(said), "bootstrapping")
    for (name, members), (key, runs) in product(groups.items(), said.items()):
        add(f"{key}; {name}", runs, members, False)
    report(0.9, "bootstrapping")
    final = fit_fusion_head(pooled(seeds), recipe.seed)
    collection = patients[int(known.case[np.flatnonzero(main)[0]])]["collection"]
    return {
        "folds": recipe.folds,
        "seeds": [run["seed"] for run in inputs["runs"]],
        "bootstrap_repeats": recipe.bootstrap,
        "classes": list(codes),
        "collection": collection,
        "labels": [codes[n] for n in known.truth[main]],
        "patients": {code: int(np.sum(known.truth[main] == i)) for i, code in enumerate(codes)},
        "not_found": int(np.sum(~known.seen[main])),
        "default_prevalence": final.default,
        "criterion": CRITERION,
        "winner": DEFAULT,
        "bars": {
            key: {
                name: against_bar(figure, sign, bar)
                for figure in figures[key]["figures"]
                for name, (bar, sign) in bars.items()
                if figure["name"] == name
            }
            for key, bars in BARS.items()
        },
        "ablation": _ablation(recipe, known.truth[main], {k: v[:, main] for k, v in said.items()}),
        "weak": _weak(recipe, inputs, known, said),
        "head": fusion_head_record(final),
        "figures": figures,
        "inputs": inputs,
    }


def _groups(inputs: Inputs, known: Evidence) -> dict[str, NDArray[np.bool_]]:
    """Lesions of certain class by what they stand for: "" for those that the figures are of."""
    patients = [inputs["patients"][number] for number in known.case]
    certain = np.array([one["certain"] for one in patients])
    source = np.array([one["collection"] for one in patients])
    as_asked = certain & (known.segmentation == FOUND)
    (largest, _), *others = Counter(source[as_asked].tolist()).most_common()
    made = {"": as_asked & (source == largest)}
    for hand, name in _HANDS.items():
        members = certain & (known.segmentation == hand) & (source == largest)
        made |= {name: members} if members.any() else {}
    return made | {f"{name} alone": as_asked & (source == name) for name, _ in others}


def _ablation(
    recipe: SubtypeRecipe, truth: NDArray[np.int64], said: Mapping[str, Runs]
) -> dict[str, Any]:
    """What leaving out each part changes, with paired intervals over the patients."""
    result = {}
    for part, rest in WITHOUT.items():
        both, wanted = (said[DEFAULT], said[rest]), measures(recipe.classes)
        found = differences(truth, *both, wanted, recipe.bootstrap, recipe.seed)
        result[part] = {
            name: {
                end: None if (value := getattr(one, end)) is None else round(value, 4)
                for end in ("value", "low", "high")
            }
            for name, one in found.items()
        }
    return result


def _weak(
    recipe: SubtypeRecipe, inputs: Inputs, known: Evidence, said: Mapping[str, Runs]
) -> dict[str, Any]:
    """How often a class is named where it is likely only, which measures nothing."""
    likely = np.array([not inputs["patients"][number]["certain"] for number in known.case])
    likely &= known.segmentation == FOUND
    if not likely.any():
        return {}
    label = int(known.truth[likely][0])
    named = {
        key: float(np.mean(runs[:, likely].argmax(axis=2) == label)) for key, runs in said.items()
    }
    return {
        "likely": recipe.classes[label],
        "patients": int(likely.sum()),
        "named": {key: round(fraction, 4) for key, fraction in named.items()},
    }


def _report(
    recipe: SubtypeRecipe, inputs: Inputs, truth: NDArray[np.int64], runs: Runs, in_full: bool
) -> dict[str, Any]:
    """in_full : with everything that the plots show."""
    wanted = measures(recipe.classes)
    if in_full:
        for name, below in ((DOUBT, True), ("error above the threshold", False)):
            wanted[name] = doubtful_error(LEAST_CONFIDENT, below)
    table = estimates(truth, runs, wanted, recipe.bootstrap, recipe.seed)
    entry: dict[str, Any] = {
        "figures": [one.entry(name, "patients", len(truth)) for name, one in table.items()],
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
    entry["reliability"] = [
        {key: round(value, 4) for key, value in one.items()}
        for one in reliability(np.tile(truth, len(runs)), np.concatenate(list(runs)))
    ]
    entry["probabilities"] = runs.round(4).tolist()
    return entry
