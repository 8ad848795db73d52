"""Turn the trained outlining network into the files that ship.

    python -m brainviewer.training.segmentation.package --run RUN \
        --out resources/models/lesion-outline

Writes the Keras architecture and weights, the ONNX graph, ``outline.json`` and the tables of the
README. ``--texts-only`` writes the tables again from ``outline.json``.
"""

import hashlib
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

ARCHITECTURE_FILE = "architecture.json"
WEIGHTS_FILE = "model.weights.h5"
README_FILE = "README.md"
VERSION = "1.0.1"
"""Of the network that ships; another set of numbers has another one."""
START = "<!-- figures: written by brainviewer.training.segmentation.package -->"
END = "<!-- end of figures -->"
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
    write_whole(out / ARCHITECTURE_FILE, f"{architecture}\n".encode())
    model.save_weights(out / WEIGHTS_FILE)
    write_graph(network, CHANNELS, out / GRAPH_FILE)


def settings(figures: dict[str, Any], out: Path) -> dict[str, Any]:
    """Content of ``outline.json``: version, the graph's checksum, the confidence, all figures."""
    return {
        "version": VERSION,
        "sha256": hashlib.sha256((out / GRAPH_FILE).read_bytes()).hexdigest(),
        "trust": figures["confidence"]["trust"],
        "figures": {name: value for name, value in figures.items() if name != "rows"},
    }


def tables(figures: dict[str, Any]) -> str:
    """The figures as Markdown tables."""
    names = list(_COLUMNS.values())
    lines = [
        f"{figures['patients']} patients, {figures['folds']}-fold cross-validation by patient, "
        f"seed {figures['seed']}. Share: area of the chosen slice of the largest outlined area; "
        "distance: slices to that slice, median.",
        "",
        f"| method | {' | '.join(names)} |",
        "|---" * (len(names) + 1) + "|",
    ]
    for name, figure in figures["methods"].items():
        cells = [f"{figure[key]:.3f}" for key in list(_COLUMNS)[:4]]
        cells += [f"{figure[key]:g}" for key in list(_COLUMNS)[4:]]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    healthy, sure = figures["healthy"], figures["confidence"]
    lines += [
        "",
        f"Healthy heads, made by mirroring the half without tumour: {healthy['called_sick']} of "
        f"{healthy['heads']} are called sick.",
        "",
        "Confidence is fitted to a share of at least 0.9; each patient here was left out of the "
        f"fit: area under the curve {sure['auroc']:.2f}, Brier score {sure['brier']:.3f} (always "
        f"the mean: {sure['brier_of_the_base_rate']:.3f}).",
        "",
        "| confidence | patients | mean confidence | share ≥ 0.9 |",
        "|---|---|---|---|",
    ]
    for part in sure["curve"]:
        lines.append(
            f"| {part['from']:g}–{part['to']:g} | {part['patients']} "
            f"| {part['mean_confidence']:.2f} | {part['right']:.2f} |"
        )
    return "\n".join(lines)


def write_tables(figures: dict[str, Any], readme: Path) -> None:
    """Put the tables between the two marks of the README."""
    text = readme.read_text(encoding="utf-8")
    if START not in text or END not in text:
        raise FileError(f"{readme.name} has no place for the figures.", f"Add a line {START}.")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    made = f"{before}{START}\n\n{tables(figures)}\n\n{END}{after}"
    write_whole(readme, made.encode())


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
        content = json.dumps(settings(figures, out), indent=1, ensure_ascii=False)
        write_whole(path, f"{content}\n".encode())
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    write_tables(figures, out / README_FILE)


if __name__ == "__main__":
    run_alone(main)
