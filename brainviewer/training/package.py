"""Turn a trained network into the files that ship.

    python -m brainviewer.training.package --run DIR --out resources/models/resnet50-glioma

Writes the Keras architecture and weights, the ONNX graph, the evaluation, the card, and the tables
of the README. ``--texts-only`` writes the card and the tables again from ``evaluation.json``.
"""

import hashlib
import json
import os
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated, Any

import h5py
import numpy as np
import typer

from brainviewer.core.errors import FileError
from brainviewer.inference.card_file import CARD_FILE, parse_card
from brainviewer.training.evaluate import MAIN, RECIPE, dump, evaluate, read_predictions
from brainviewer.training.recipes import Recipe, read_recipe

ROLES = {
    "architecture": "architecture.json",
    "weights": "model.weights.h5",
    "graph": "graph.onnx",
}
EVALUATION_FILE = "evaluation.json"
README_FILE = "README.md"
_START = "<!-- figures: written by brainviewer.training.package -->"
_END = "<!-- end of figures -->"


def write_networks(recipe: Recipe, numbers: Path, out: Path) -> None:
    """Write architecture, weights (float16) and graph of the network in ``numbers``."""
    from brainviewer.training.graph import write_graph
    from brainviewer.training.network import ResNet50, copy_into_keras, keras_model, load_numbers

    classes, depth = len(recipe.classes), recipe.input.depth
    network = ResNet50(classes, depth)
    load_numbers(network, numbers)
    model = keras_model(recipe.input.size, classes, depth)
    copy_into_keras(network, model)
    architecture = json.loads(model.to_json())
    (out / ROLES["architecture"]).write_text(dump(architecture), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.weights.h5"
        model.save_weights(whole)
        halve(whole, out / ROLES["weights"])
    write_graph(out / ROLES["weights"], recipe.input.size, classes, out / ROLES["graph"], depth)


def halve(source: Path, target: Path) -> None:
    """Copy a Keras weights file with every number as float16: half the size, same layout."""
    with h5py.File(source, "r") as old, h5py.File(target, "w") as new:

        def copy(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                made = new.create_dataset(name, data=item[()].astype(np.float16))
            else:
                made = new.require_group(name)
            for key, value in item.attrs.items():
                made.attrs[key] = value

        for key, value in old.attrs.items():
            new.attrs[key] = value
        old.visititems(copy)


def write_card(texts: dict[str, Any], evaluation: dict[str, Any], out: Path) -> None:
    """Write ``card.json`` from the recipe, the evaluation and the files in ``out``."""
    from brainviewer.training.graph import dense_data_set

    calibration, codes = evaluation["calibration"], evaluation["classes"]
    about = texts["card"]
    total = sum(evaluation["patients"].values())
    content = {
        "id": about["id"],
        "version": about["version"],
        "name": about["name"],
        "classes": [
            {
                "code": code,
                "name": about["class_names"][code],
                "prevalence": round(evaluation["patients"][code] / total, 6),
                "prior": prior,
            }
            for code, prior in zip(codes, calibration["priors"], strict=True)
        ],
        "input": texts["input"],
        "temperature": calibration["temperature"],
        "age": {
            code: {"mean_years": mean, "sd_years": deviation}
            for code, (mean, deviation) in zip(codes, calibration["ages"], strict=True)
        },
        "figures": card_figures(evaluation),
        "training_data": about["training_data"],
        "intended_use": about["intended_use"],
        "limits": about["limits"],
        "dense_layer": dense_data_set(out / ROLES["weights"]),
        "roles": ROLES,
        "files": {name: _sha256(out / name) for name in ROLES.values()},
    }
    parse_card(content, out)
    (out / CARD_FILE).write_text(dump(content), encoding="utf-8")


def card_figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    """The figures of the card, as they stand in the evaluation."""
    return {
        "image": evaluation["figures"][f"{MAIN}, image"]["figures"],
        "image_and_age": evaluation["figures"][f"{MAIN}, image and age"]["figures"],
    }


def tables(evaluation: dict[str, Any]) -> str:
    """The evaluation as Markdown tables."""
    patients = sum(evaluation["patients"].values())
    kinds = ", ".join(f"{count} {code}" for code, count in evaluation["patients"].items())
    lines = [
        f"{patients} patients ({kinds}), {evaluation['folds']}-fold cross-validation by patient, "
        f"one seed; in brackets the 95 % interval of {evaluation['bootstrap_repeats']} bootstrap "
        "draws of patients.",
        "",
    ]
    names = [figure["name"] for figure in card_figures(evaluation)["image"]]
    lines += ["| figure | image | image and age |", "|---|---|---|"]
    for index, name in enumerate(names):
        cells = [_cell(column[index]) for column in card_figures(evaluation).values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "Other situations, and what simpler answers reach:", ""]
    shown = names[:4]
    lines += [f"| situation | {' | '.join(shown)} |", "|---" * (len(shown) + 1) + "|"]
    for key, entry in evaluation["figures"].items():
        cells = [_cell(figure) for figure in entry["figures"][:4]]
        lines.append(f"| {key} | {' | '.join(cells)} |")
    codes = evaluation["classes"]
    for key in (f"{MAIN}, image", f"{MAIN}, image and age"):
        lines += ["", f"Confusion matrix ({key}; rows are the truth):", ""]
        lines += [f"| | {' | '.join(codes)} |", "|---" * (len(codes) + 1) + "|"]
        for code, row in zip(codes, evaluation["figures"][key]["confusion"], strict=True):
            lines.append(f"| {code} | {' | '.join(str(count) for count in row)} |")
    return "\n".join(lines)


def write_tables(evaluation: dict[str, Any], readme: Path) -> None:
    """Put the tables between the two marks of the README."""
    text = readme.read_text(encoding="utf-8")
    if _START not in text or _END not in text:
        raise FileError(f"{readme.name} has no place for the figures.", f"Add a line {_START}.")
    before, rest = text.split(_START)
    after = rest.split(_END)[1]
    middle = f"{_START}\n\n{tables(evaluation)}\n\n{_END}"
    readme.write_text(before + middle + after, encoding="utf-8")


def _cell(figure: dict[str, Any]) -> str:
    return f"{figure['value']:.2f} ({figure['low']:.2f}–{figure['high']:.2f})"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    run: Annotated[Path | None, typer.Option(help="Output folder of the training.")] = None,
    recipe: Annotated[Path, typer.Option(help="How it was trained.")] = RECIPE,
    texts_only: Annotated[bool, typer.Option(help="Leave networks and evaluation alone.")] = False,
) -> None:
    """Write the files of a model that ship."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    plan = read_recipe(recipe)
    out.mkdir(parents=True, exist_ok=True)
    if not texts_only:
        if run is None:
            raise typer.BadParameter("--run is needed to write networks.")
        write_networks(plan, run / "final.npz", out)
        result = evaluate(plan, read_predictions(run))
        (out / EVALUATION_FILE).write_text(dump(result), encoding="utf-8")
    evaluation = json.loads((out / EVALUATION_FILE).read_text(encoding="utf-8"))
    texts = tomllib.loads(recipe.read_text(encoding="utf-8"))
    write_card(texts, evaluation, out)
    write_tables(evaluation, out / README_FILE)


if __name__ == "__main__":
    typer.run(main)
