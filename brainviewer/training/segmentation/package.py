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
from brainviewer.training.readme import put_tables
from brainviewer.training.templates import render_markdown

VERSION = "1.0.1"
"""Of the network that ships; another set of numbers has another one."""


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
    return render_markdown("segmentation_tables", figures=figures)


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
