"""Turn a trained run and its evaluation into the files that ship.

    brainviewer evaluate DIR
    python -m brainviewer.training.subtype.network_ood --run DIR --data DATA
    python -m brainviewer.training.subtype.package --run DIR --models resources/models

Every folder of ``--models`` with a file ``about.toml`` becomes a model: what people wrote about
it stands in that file and in the README, everything measured comes from ``evaluation.json``.
``--texts-only`` writes cards and tables again and leaves networks and evaluation alone.
"""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole
from brainviewer.models.card import SITUATIONS, ModelCard
from brainviewer.models.card_file import CARD_FILE, load_card
from brainviewer.training.command import run_alone
from brainviewer.training.json_files import dump
from brainviewer.training.metrics.plots import draw_all
from brainviewer.training.model_files import (
    ABOUT_FILE,
    NETWORK_FILES,
    README_FILE,
    About,
    card_of,
    own_network,
    read_about,
    write_network_files,
)
from brainviewer.training.recipes import FINAL_FILE, Recipe, read_recipe
from brainviewer.training.subtype.evaluate import EVALUATION_FILE, RECIPE, SOURCES
from brainviewer.training.templates import put_tables, render_markdown

OOD_FILE = "scope.npz"
OOD_CHECK_FILE = "scope.json"
NETWORK_CHECK_FILE = "network.json"
OUT_OF_DISTRIBUTION_FILE = "out_of_distribution.json"
ACTIVATIONS = "activation-seed*.json"
Evaluation = dict[str, Any]


def write_networks(recipe: Recipe, numbers: Path, out: Path) -> None:
    """Write architecture, weights (float16) and graph of the network in ``numbers``."""
    from brainviewer.training.resnet50 import ResNet50, keras_model
    from brainviewer.training.weights import load_weights

    network = ResNet50(len(recipe.classes), recipe.input.depth)
    load_weights(network, numbers)
    write_network_files(keras_model(network, recipe.input.size, "resnet50_glioma"), out)


def card_content(about: About, evaluation: Evaluation, recipe_text: str, folder: Path) -> About:
    """What ``card.json`` of the model in ``folder`` holds: texts, evaluation, files."""
    own, seen = about["network"] == about["id"], tomllib.loads(recipe_text)["input"]
    roles = dict(NETWORK_FILES) if own else {}
    if own and (folder / OOD_FILE).exists():
        roles["scope"] = OOD_FILE
    content = card_of(
        about,
        evaluation["classes"],
        roles,
        folder,
        fusion_head=head_of(about, evaluation),
        network=own_network(seen, folder) if own else about["network"] or None,
        figures={name: evaluation["figures"][name]["figures"] for name in situations(about)},
    )
    lesions = folder / OUT_OF_DISTRIBUTION_FILE
    if own and lesions.exists():
        content["out_of_distribution"] = _read(lesions)
    return content


def head_of(about: About, evaluation: Evaluation) -> About:
    """The evaluation's head, without the sources that the model does not use."""
    fusion_head = dict(evaluation["head"])
    for source in ("network", "descriptors"):
        if source not in about["sources"]:
            fusion_head[source] = None
    return fusion_head


def situations(about: About) -> tuple[str, ...]:
    """What the model's answers may rest on: its first source always, the others where known."""
    own, least = {*about["sources"], "age"}, set(about["sources"][:1])
    return tuple(name for name in SITUATIONS if own >= set(SOURCES[name]) >= least)


def write_models(models: Path, evaluation: Evaluation, recipe_text: str) -> list[ModelCard]:
    """Write cards and tables of all models; those with a network of their own come first."""
    found = [path.parent for path in sorted(models.glob(f"*/{ABOUT_FILE}"))]
    # Models of single images are packed by themselves.
    abouts = {f: about for f in found if "network" in (about := read_about(f))}
    cards: dict[str, ModelCard] = {}
    for folder in sorted(abouts, key=lambda f: abouts[f]["network"] != abouts[f]["id"]):
        about = abouts[folder]
        content = card_content(about, evaluation, recipe_text, folder)
        write_whole(folder / CARD_FILE, dump(content).encode())
        cards[about["id"]] = load_card(folder, cards)
        made = tables(evaluation, situations(about), network_check(models, about))
        put_tables(folder / README_FILE, made)
    return list(cards.values())


def tables(
    evaluation: Evaluation, shown: Sequence[str], network: Mapping[str, Any] | None = None
) -> str:
    """Everything that was measured, as Markdown.

    shown : situations in full, what the model's own answers rest on; all else is shown in short.
    network : what the network refuses and where it looks; None leaves that out.
    """
    values = {"evaluation": evaluation, "situations": list(shown), "network": network}
    return render_markdown("subtype_tables", **values)


def network_check(models: Path, about: About) -> Mapping[str, Any] | None:
    """What the network of a model refuses, and where it looks; None if that was not measured."""
    path = models / about["network"] / NETWORK_CHECK_FILE
    return _read(path) if about["network"] and path.exists() else None


def measured_of_network(run: Path) -> dict[str, Any]:
    """What the OOD check of a run refuses, and where its networks looked, mean of the seeds."""
    seeds = [_read(path) for path in sorted(run.glob(ACTIVATIONS))]

    def mean(name: str, key: str) -> float:
        return round(float(np.mean([seed[name][key] for seed in seeds])), 4)

    looks = {
        name: {key: mean(name, key) for key in ("energy", "area", "hit")}
        | {"patients": first["patients"]}
        for name, first in seeds[0].items()
    }
    return {"scope": _read(run / OOD_CHECK_FILE), "looks": looks}


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def check_measured(run: Path) -> None:
    """Raises FileError, before anything is written, if a run lacks what ships."""
    steps = {
        FINAL_FILE: "brainviewer train",
        EVALUATION_FILE: "brainviewer evaluate",
        OOD_FILE: "python -m brainviewer.training.subtype.network_ood",
        OOD_CHECK_FILE: "python -m brainviewer.training.subtype.network_ood",
    }
    for name, step in steps.items():
        if not (run / name).is_file():
            raise FileError(f"The run {run.name} holds no {name}.", f"Run '{step}' on it first.")


def main(
    models: Annotated[Path, typer.Option(help="Folder of the models.")],
    run: Annotated[Path | None, typer.Option(help="Output folder of the training.")] = None,
    recipe: Annotated[Path, typer.Option(help="How it was trained.")] = RECIPE,
    network: Annotated[str, typer.Option(help="The model that owns the files.")] = RECIPE.stem,
    texts_only: Annotated[bool, typer.Option(help="Leave networks and evaluation alone.")] = False,
) -> None:
    """Write the files of the models that ship."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    plan, owner = read_recipe(recipe), models / network
    if not texts_only:
        if run is None:
            raise typer.BadParameter("--run is needed to write networks.")
        check_measured(run)
        write_networks(plan, run / FINAL_FILE, owner)
        write_whole(owner / OOD_FILE, (run / OOD_FILE).read_bytes())
        write_whole(owner / NETWORK_CHECK_FILE, dump(measured_of_network(run)).encode())
        write_whole(owner / EVALUATION_FILE, (run / EVALUATION_FILE).read_bytes())
    evaluation = _read(owner / EVALUATION_FILE)
    draw_all(evaluation, owner)
    for card in write_models(models, evaluation, recipe.read_text(encoding="utf-8")):
        typer.echo(f"{card.id} {card.version}")


if __name__ == "__main__":
    run_alone(main)
