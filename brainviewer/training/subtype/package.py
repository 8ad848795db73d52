"""Turn a trained run and its evaluation into the files that ship.

    brainviewer evaluate RUN
    python -m brainviewer.training.subtype.package --run RUN --models resources/models

Every folder of ``--models`` with a file ``about.toml`` becomes a model: what people wrote about
it stands in that file and in the README, everything measured comes from ``evaluation.json``.
``--texts-only`` writes cards and tables again and leaves networks and evaluation alone.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from brainviewer.core.errors import FileError
from brainviewer.files.structured import read_toml
from brainviewer.files.writing import write_whole
from brainviewer.models.card import ModelCard
from brainviewer.models.card_file import CARD_FILE, load_card
from brainviewer.models.card_metrics import SITUATIONS
from brainviewer.models.monitoring_reference import ENTRY
from brainviewer.training.command import run_alone
from brainviewer.training.json_files import dump
from brainviewer.training.metrics.plots import draw_all
from brainviewer.training.model_files import (
    ABOUT_FILE,
    EVALUATION_FILE,
    NETWORK_CHECK_FILE,
    NETWORK_FILES,
    OOD_FILE,
    README_FILE,
    About,
    card_of,
    external_of,
    own_network,
    read_about,
    write_network_files,
)
from brainviewer.training.monitoring_reference import subtype_reference
from brainviewer.training.recipes import FINAL_FILE
from brainviewer.training.run_folder import RECIPE_FILE
from brainviewer.training.subtype.descriptor_ood import measured_distribution
from brainviewer.training.subtype.evaluate import SOURCES
from brainviewer.training.subtype.recipe import RECIPE, SubtypeRecipe, read_subtype_recipe
from brainviewer.training.templates import put_tables, render_markdown

OUT_OF_DISTRIBUTION_FILE = "out_of_distribution.json"
Evaluation = dict[str, Any]


def write_networks(recipe: SubtypeRecipe, numbers: Path, out: Path) -> None:
    """Write architecture, weights (float16) and graph of the network in ``numbers``."""
    from brainviewer.training.resnet50 import keras_model
    from brainviewer.training.subtype.predictions import load_network

    network = load_network(recipe, numbers)
    write_network_files(keras_model(network, recipe.input.size, "resnet50v2_glioma"), out)


def card_content(
    about: About, evaluation: Evaluation, seen: Mapping[str, Any], folder: Path
) -> About:
    """What ``card.json`` of the model in ``folder`` holds: texts, evaluation, files.

    seen : ``input`` of the recipe, where the network is its own.
    """
    own = about["network"] == about["id"]
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
        external=external_of(evaluation, about["id"]),
    )
    seen_before = network_check(folder.parent, about)
    content[ENTRY] = subtype_reference(evaluation, situations(about), seen_before)
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


def write_models(models: Path, evaluation: Evaluation, seen: Mapping[str, Any]) -> list[ModelCard]:
    """Write cards and tables of all models; those with a network of their own come first."""
    found = [path.parent for path in sorted(models.glob(f"*/{ABOUT_FILE}"))]
    # Models of single images are packed by themselves.
    abouts = {f: about for f in found if "network" in (about := read_about(f))}
    cards: dict[str, ModelCard] = {}
    for folder in sorted(abouts, key=lambda f: abouts[f]["network"] != abouts[f]["id"]):
        about = abouts[folder]
        content = card_content(about, evaluation, seen, folder)
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


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def write_measured(run: Path, owner: Path) -> None:
    """Write networks and everything measured of a run into the folder of the model that owns them.

    Raises FileError, before anything is written, if the run lacks something.
    """
    for name in (FINAL_FILE, OOD_FILE, NETWORK_CHECK_FILE, RECIPE_FILE, EVALUATION_FILE):
        if not (run / name).is_file():
            said = f"The run {run.name} holds no {name}."
            raise FileError(said, "Train it to the end, and run 'brainviewer evaluate' on it.")
    write_networks(read_subtype_recipe(run / RECIPE_FILE), run / FINAL_FILE, owner)
    for name in (OOD_FILE, NETWORK_CHECK_FILE, EVALUATION_FILE):
        write_whole(owner / name, (run / name).read_bytes())
    evaluation = _read(run / EVALUATION_FILE)
    terms = [one["name"] for one in evaluation["head"]["descriptors"]["terms"]]
    lesions = measured_distribution(evaluation["inputs"]["patients"], terms)
    write_whole(owner / OUT_OF_DISTRIBUTION_FILE, dump(lesions).encode())


def main(
    models: Annotated[Path, typer.Option(help="Folder of the models.")],
    run: Annotated[Path | None, typer.Option(help="Output folder of the training.")] = None,
    network: Annotated[str, typer.Option(help="The model that owns the files.")] = RECIPE.stem,
    texts_only: Annotated[bool, typer.Option(help="Leave networks and evaluation alone.")] = False,
) -> None:
    """Write the files of the models that ship."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    owner = models / network
    if texts_only:
        seen = _read(owner / CARD_FILE)["network"]["input"]
    elif run is None:
        raise typer.BadParameter("--run is needed to write networks.")
    else:
        write_measured(run, owner)
        seen = read_toml(run / RECIPE_FILE)["input"]
    evaluation = _read(owner / EVALUATION_FILE)
    draw_all(evaluation, owner)
    for card in write_models(models, evaluation, seen):
        typer.echo(f"{card.id} {card.version}")


if __name__ == "__main__":
    run_alone(main)
