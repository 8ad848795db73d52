"""Turn a measured run into the files of the model that ships.

    python -m brainviewer.training.image_classification.tumour_package \
        --run DIR --model resources/models/ID

What people wrote about the model stands in ``about.toml`` and ``README.md`` of its folder;
everything measured comes from ``evaluation.json``. ``--texts-only`` leaves the network alone.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.files.writing import write_whole
from brainviewer.models.card_file import CARD_FILE, load_card
from brainviewer.models.engine.onnx_runtime import OnnxRuntime, read_weights
from brainviewer.models.monitoring_reference import ENTRY
from brainviewer.training.command import run_alone
from brainviewer.training.image_classification.evaluation.results import RESULT_FILE
from brainviewer.training.image_classification.evaluation.tumour_evaluation import tables
from brainviewer.training.image_classification.networks.timing import median_milliseconds
from brainviewer.training.json_files import dump
from brainviewer.training.model_files import (
    EVALUATION_FILE,
    NETWORK_FILES,
    OOD_FILE,
    README_FILE,
    card_of,
    external_of,
    own_network,
    read_about,
)
from brainviewer.training.monitoring_reference import image_reference
from brainviewer.training.recipes import FINAL_FILE
from brainviewer.training.templates import put_tables

About = dict[str, Any]


def card_content(about: About, evaluation: About, folder: Path) -> About:
    """What ``card.json`` of the model in ``folder`` holds: texts, evaluation, files."""
    kept = ("name", "value", "low", "high", "images")
    figures = [{key: one[key] for key in kept} for one in evaluation["figures"]]
    content = card_of(
        {**about, "sequences": [IMAGE], "needed": [IMAGE]},
        evaluation["classes"],
        {**NETWORK_FILES, "scope": OOD_FILE},
        folder,
        fusion_head=evaluation["head"],
        network=own_network(evaluation["input"], folder),
        figures={"image": figures},
        external=external_of(evaluation, about["id"]),
    )
    return {**content, ENTRY: image_reference(evaluation)}


def write_model(folder: Path) -> None:
    """Write card and tables of the model in ``folder`` from its texts and evaluation."""
    about = read_about(folder)
    evaluation = json.loads((folder / EVALUATION_FILE).read_text(encoding="utf-8"))
    content = card_content(about, evaluation, folder)
    write_whole(folder / CARD_FILE, dump(content).encode())
    load_card(folder)
    put_tables(folder / README_FILE, tables(evaluation))


def board_row(folder: Path, run: Path) -> bytes:
    """The model's row of the leaderboard, with what its network costs on this machine."""
    card = load_card(folder)
    assert card.network is not None
    runtime = OnnxRuntime(2)
    runtime.load(card.network)
    side = card.input.size
    blank = np.zeros((1, side, side, card.input.depth), np.float32)
    weights = card.network.path("weights")
    row = json.loads((run / RESULT_FILE).read_text(encoding="utf-8"))
    row["parameters"] = sum(value.size for value in read_weights(weights).values())
    row["size_bytes"] = weights.stat().st_size
    row["ms_per_image"] = median_milliseconds(lambda: runtime.predict(blank))
    return dump(row).encode()


def main(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    run: Annotated[Path | None, typer.Option(help="Folder of the measured run.")] = None,
    recipe: Annotated[
        Path | None, typer.Option(help="How it was trained; by default named as the model.")
    ] = None,
    board: Annotated[
        Path | None, typer.Option(help="File for the model's row of the leaderboard.")
    ] = None,
    texts_only: Annotated[bool, typer.Option(help="Leave the network alone.")] = False,
) -> None:
    """Write the files of the model that ships."""
    if not texts_only:
        from brainviewer.training.image_classification.networks.backbones import write_networks
        from brainviewer.training.image_classification.recipes.tumour_recipe import (
            read_tumour_recipe,
        )

        if run is None:
            raise typer.BadParameter("--run is needed to write the network.")
        plan_file = recipe or resources() / "recipes" / f"{model.name}.toml"
        for name in (FINAL_FILE, EVALUATION_FILE, OOD_FILE):
            if not (run / name).is_file():
                raise FileError(
                    f"The run {run.name} holds no {name}.",
                    "Run 'brainviewer train' and 'brainviewer evaluate' on it first.",
                )
        write_networks(run / FINAL_FILE, read_tumour_recipe(plan_file), model)
        for name in (EVALUATION_FILE, OOD_FILE):
            write_whole(model / name, (run / name).read_bytes())
    write_model(model)
    if board is not None and run is not None:
        write_whole(board, board_row(model, run))
    typer.echo(f"{model.name} is written.")


if __name__ == "__main__":
    run_alone(main)
