"""Turn the trained outlining network into the files that ship.

    python -m brainviewer.training.segmentation.package --run RUN \
        --out resources/models/lesion-outline

Writes the Keras architecture and weights, the ONNX graph, ``outline.json`` and the tables of the
README. ``--texts-only`` writes the tables again from ``outline.json``.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole
from brainviewer.models.segmentation.input import CHANNELS
from brainviewer.models.segmentation.installed import GRAPH_FILE, SETTINGS_FILE
from brainviewer.training.command import run_alone
from brainviewer.training.json_files import write_json
from brainviewer.training.model_files import NETWORK_FILES, README_FILE, sha256
from brainviewer.training.readme import put_tables, table

VERSION = "1.0.1"
"""Of the network that ships; another set of numbers has another one."""
_COLUMNS = {
    "mean_share": "mean share",
    "share_at_least_0.9": "share ≥ 0.9",
    "mean_dice": "mean Dice",
    "median_dice": "median Dice",
    "median_distance_slices": "distance",
    "not_found": "not found",
}


def write_networks(numbers: Path, out: Path) -> None:
    """Write architecture, weights and graph of the network in ``numbers``."""
    from brainviewer.training.segmentation.evaluate import KERAS_SIZE
    from brainviewer.training.segmentation.fit import load_network
    from brainviewer.training.segmentation.unet import copy_into_keras, keras_model, write_graph

    network = load_network(numbers)
    model = keras_model(CHANNELS, KERAS_SIZE)
    copy_into_keras(network, model)
    architecture = json.dumps(json.loads(model.to_json()), indent=1)
    write_whole(out / NETWORK_FILES["architecture"], f"{architecture}\n".encode())
    model.save_weights(out / NETWORK_FILES["weights"])
    write_graph(network, CHANNELS, out / GRAPH_FILE)


def settings(figures: dict[str, Any], out: Path) -> dict[str, Any]:
    """Content of ``outline.json``: version, the graph's checksum, the confidence, all figures."""
    return {
        "version": VERSION,
        "sha256": sha256(out / GRAPH_FILE),
        "trust": figures["confidence"]["trust"],
        "figures": {name: value for name, value in figures.items() if name != "rows"},
    }


def tables(figures: dict[str, Any]) -> str:
    """The figures as Markdown tables."""
    decimals = [".3f"] * 4 + ["g"] * 2
    methods = [
        [name, *(f"{figure[key]:{form}}" for key, form in zip(_COLUMNS, decimals, strict=True))]
        for name, figure in figures["methods"].items()
    ]
    healthy, sure = figures["healthy"], figures["confidence"]
    curve = [
        [
            f"{part['from']:g}–{part['to']:g}",
            str(part["patients"]),
            f"{part['mean_confidence']:.2f}",
            f"{part['right']:.2f}",
        ]
        for part in sure["curve"]
    ]
    parts = [
        f"{figures['patients']} patients, {figures['folds']}-fold cross-validation by patient, "
        f"seed {figures['seed']}. Share: area of the chosen slice of the largest outlined area; "
        "distance: slices to that slice, median.",
        table(["method", *_COLUMNS.values()], methods),
        f"Healthy heads, made by mirroring the half without tumour: {healthy['called_sick']} of "
        f"{healthy['heads']} are called sick.",
        "Confidence is fitted to a share of at least 0.9; each patient here was left out of the "
        f"fit: area under the curve {sure['auroc']:.2f}, Brier score {sure['brier']:.3f} (always "
        f"the mean: {sure['brier_of_the_base_rate']:.3f}).",
        table(["confidence", "patients", "mean confidence", "share ≥ 0.9"], curve),
    ]
    return "\n\n".join(parts)


def main(
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    run: Annotated[Path | None, typer.Option(help="Folder of the trained networks.")] = None,
    texts_only: Annotated[bool, typer.Option(help="Leave the networks alone.")] = False,
) -> None:
    """Write the files of the outlining network that ship."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    path = out / SETTINGS_FILE
    if not texts_only:
        if run is None:
            raise typer.BadParameter("--run is needed to write networks.")
        if not (run / "figures.json").is_file():
            raise FileError(
                f"The run {run.name} was not measured.", "Run 'brainviewer evaluate' on it first."
            )
        figures = json.loads((run / "figures.json").read_text(encoding="utf-8"))
        write_networks(run / "final.npz", out)
        write_json(path, settings(figures, out))
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    put_tables(out / README_FILE, tables(figures))


if __name__ == "__main__":
    run_alone(main)
