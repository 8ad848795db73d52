"""Measure a trained model on the patients that its folds never saw.

    python -m brainviewer.training.evaluate --run DIR --out evaluation.json

Everything that is fitted after training (temperature, age statistics, class frequencies) comes
from the other folds, so the figures are those of unseen patients throughout.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.inference.answers import combine
from brainviewer.training.figures import bootstrap, confusion, log_loss, measures
from brainviewer.training.recipes import Recipe, read_recipe

PREDICTIONS_FILE = "predictions.json"
# The situation that inference is in; the others are reported beside it.
MAIN = "largest"
RECIPE = resources() / "recipes" / "resnet50-glioma.toml"

Prediction = dict[str, Any]


def evaluate(recipe: Recipe, predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Everything that the card and the README report, as plain data.

    predictions : what ``fit`` wrote: number, fold, label, age_years and logits per situation.
    """
    codes = recipe.classes
    truth = _truth(predictions, codes)
    answers: dict[str, Any] = {}
    for situation in predictions[0]["logits"]:
        for with_age in (False, True):
            key = f"{situation}, {'image and age' if with_age else 'image'}"
            probabilities = unseen_probabilities(recipe, predictions, situation, with_age)
            answers[key] = _report(recipe, truth, probabilities)
            if situation == MAIN:
                answers[key]["probabilities"] = np.round(probabilities, 4).tolist()
    equal = np.ones(len(codes))
    simpler = {
        "equal priors, image": unseen_probabilities(recipe, predictions, MAIN, False, equal),
        "equal priors, image and age": unseen_probabilities(recipe, predictions, MAIN, True, equal),
        "age alone": unseen_probabilities(recipe, predictions, MAIN, True, image=False),
    }
    for name, probabilities in simpler.items():
        answers[name] = _report(recipe, truth, probabilities)
    everyone = fit_calibration(recipe, predictions, MAIN)
    return {
        "seed": recipe.seed,
        "folds": recipe.folds,
        "bootstrap_repeats": recipe.bootstrap,
        "classes": list(codes),
        "patients": {code: int(np.sum(truth == i)) for i, code in enumerate(codes)},
        "calibration": {
            "temperature": everyone.temperature,
            "priors": everyone.priors.round(6).tolist(),
            "ages": everyone.ages.round(4).tolist(),
        },
        "figures": answers,
        "predictions": list(predictions),
    }


class Calibration:
    """What is fitted on predictions: temperature, class frequencies, age per class."""

    def __init__(self, temperature: float, priors: NDArray[Any], ages: NDArray[Any]) -> None:
        self.temperature = temperature
        self.priors = priors
        self.ages = ages


def fit_calibration(
    recipe: Recipe, predictions: Sequence[Prediction], situation: str
) -> Calibration:
    """Fit the temperature (least log loss), the class frequencies and the ages."""
    truth = _truth(predictions, recipe.classes)
    logits = np.array([p["logits"][situation] for p in predictions])
    priors = np.bincount(truth, minlength=len(recipe.classes)) / len(truth)
    ages = np.array([_age(p) for p in predictions])
    statistics = [
        [float(np.nanmean(ages[truth == i])), float(np.nanstd(ages[truth == i], ddof=1))]
        for i in range(len(recipe.classes))
    ]
    empty = np.zeros((0, 2))

    def loss(temperature: float) -> float:
        answers = [combine(row, temperature, priors, empty, None) for row in logits]
        return log_loss(truth, np.array(answers))

    temperatures = np.geomspace(0.2, 10, 118)
    best = float(temperatures[np.argmin([loss(float(t)) for t in temperatures])])
    return Calibration(round(best, 3), priors, np.array(statistics))


def unseen_probabilities(
    recipe: Recipe,
    predictions: Sequence[Prediction],
    situation: str,
    with_age: bool,
    priors: NDArray[Any] | None = None,
    image: bool = True,
) -> NDArray[np.float64]:
    """(n, classes): probabilities of every patient, calibrated on the other folds."""
    rows = np.zeros((len(predictions), len(recipe.classes)))
    for fold in range(recipe.folds):
        others = [p for p in predictions if p["fold"] != fold]
        fitted = fit_calibration(recipe, others, MAIN)
        for index, prediction in enumerate(predictions):
            if prediction["fold"] == fold:
                logits = np.array(prediction["logits"][situation]) * float(image)
                age = _age(prediction)
                rows[index] = combine(
                    logits,
                    fitted.temperature,
                    fitted.priors if priors is None else priors / priors.sum(),
                    fitted.ages,
                    age if with_age and not np.isnan(age) else None,
                )
    return rows


def _report(
    recipe: Recipe, truth: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> dict[str, Any]:
    table = bootstrap(truth, probabilities, measures(recipe.classes), recipe.bootstrap, recipe.seed)
    return {
        "figures": [
            {
                "name": name,
                "value": round(value, 4),
                "low": round(low, 4),
                "high": round(high, 4),
                "patients": len(truth),
            }
            for name, (value, low, high) in table.items()
        ],
        "confusion": confusion(truth, probabilities).tolist(),
    }


def _truth(predictions: Sequence[Prediction], codes: tuple[str, ...]) -> NDArray[np.int64]:
    return np.array([codes.index(p["label"]) for p in predictions], np.int64)


def _age(prediction: Prediction) -> float:
    age = prediction["age_years"]
    return float("nan") if age is None else float(age)


def read_predictions(run: Path) -> list[Prediction]:
    """What ``fit`` wrote into its output folder."""
    try:
        content = json.loads((run / PREDICTIONS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise FileError(
            f"The folder {run.name} holds no finished cross-validation.",
            "Run python -m brainviewer.training.fit first.",
        ) from None
    return list(content)


def main(
    run: Annotated[Path, typer.Option(help="Output folder of the training.")],
    out: Annotated[Path, typer.Option(help="JSON file for the figures.")],
    recipe: Annotated[Path, typer.Option(help="How it was trained.")] = RECIPE,
) -> None:
    """Measure a trained model by cross-validation."""
    result = evaluate(read_recipe(recipe), read_predictions(run))
    out.write_text(dump(result), encoding="utf-8")
    for key, entry in result["figures"].items():
        first = ", ".join(
            f"{f['name']} {f['value']:.3f} ({f['low']:.3f} to {f['high']:.3f})"
            for f in entry["figures"][:4]
        )
        typer.echo(f"{key}: {first}")


def dump(content: Any) -> str:
    """JSON with one prediction or figure per line: readable, and small in a diff."""
    return _dump(content, 0) + "\n"


def _dump(value: Any, depth: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(flat) <= 96 - depth or depth >= 4:
        return flat
    pad = " " * (depth + 1)
    if isinstance(value, dict):
        inner = [f"{pad}{json.dumps(k)}: {_dump(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(inner) + "\n" + " " * depth + "}"
    return "[\n" + ",\n".join(pad + _dump(v, depth + 1) for v in value) + "\n" + " " * depth + "]"


if __name__ == "__main__":
    typer.run(main)
