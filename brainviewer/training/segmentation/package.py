"""Turn the trained segmentation network into the files that ship.

    python -m brainviewer.training.segmentation.package --run RUN \
        --out resources/models/lesion-outline

Writes the Keras architecture and weights, the ONNX graph, ``evaluation.json``, ``card.json`` and
the tables of the README. ``--texts-only`` writes card and tables again from ``evaluation.json`` and
``about.toml``.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from brainviewer.core.errors import FileError
from brainviewer.files.writing import write_whole
from brainviewer.models.card import Task
from brainviewer.models.card_file import CARD_FILE, FORMAT
from brainviewer.models.segmentation.input import CHANNELS
from brainviewer.training.command import run_alone
from brainviewer.training.json_files import dump, write_json
from brainviewer.training.metrics.fractions import wilson
from brainviewer.training.model_files import NETWORK_FILES, README_FILE, About, read_about, sha256
from brainviewer.training.templates import put_tables, render_markdown

EVALUATION_FILE = "evaluation.json"
SHIPPED = "network (what ships)"


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
    write_graph(network, CHANNELS, out / NETWORK_FILES["graph"])


def card_content(about: About, metrics: dict[str, Any], folder: Path) -> About:
    """What ``card.json`` of the model in ``folder`` holds: texts, calibration, figures, files."""
    copied = ("id", "version", "name", "sequences", "needed")
    return {
        "format": FORMAT,
        "task": str(Task.SEGMENTATION),
        **{key: about[key] for key in copied},
        "network": {},
        "calibration": metrics["confidence"]["trust"],
        "figures": {"image": _card_metrics(metrics)},
        **{key: about[key] for key in ("training_data", "intended_use", "limits")},
        "roles": {"graph": NETWORK_FILES["graph"]},
        "files": {name: sha256(folder / name) for name in NETWORK_FILES.values()},
    }


def _card_metrics(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of the card; means have no interval: those of each patient are not kept."""
    shipped, healthy = metrics["methods"][SHIPPED], metrics["healthy"]
    patients, heads = metrics["patients"], healthy["heads"]
    sick = round(healthy["called_sick"] / heads, 4)
    # Name, value, of how many, and whether it is a fraction of them.
    rows = (
        ("mean Dice", shipped["mean_dice"], patients, False),
        ("median Dice", shipped["median_dice"], patients, False),
        ("area of the chosen slice beside the largest", shipped["mean_share"], patients, False),
        ("slice with 0.9 of the largest area", shipped["share_at_least_0.9"], patients, True),
        ("healthy heads called sick", sick, heads, True),
        ("AUROC of the confidence", metrics["confidence"]["auroc"], patients, False),
    )
    made = []
    for name, value, count, is_fraction in rows:
        ends = [round(end, 4) for end in wilson(value, count)] if is_fraction else [None, None]
        low, high = ends
        made.append({"name": name, "value": value, "low": low, "high": high, "patients": count})
    return made


def main(
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    run: Annotated[Path | None, typer.Option(help="Folder of the trained networks.")] = None,
    texts_only: Annotated[bool, typer.Option(help="Leave the networks alone.")] = False,
) -> None:
    """Write the files of the segmenting network that ship."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    path = out / EVALUATION_FILE
    if not texts_only:
        if run is None:
            raise typer.BadParameter("--run is needed to write networks.")
        if not (run / "figures.json").is_file():
            raise FileError(
                f"The run {run.name} was not measured.", "Run 'brainviewer evaluate' on it first."
            )
        metrics = json.loads((run / "figures.json").read_text(encoding="utf-8"))
        write_networks(run / "final.npz", out)
        kept = {name: value for name, value in metrics.items() if name != "rows"}
        write_json(path, kept)
    metrics = json.loads(path.read_text(encoding="utf-8"))
    card = card_content(read_about(out), metrics, out)
    write_whole(out / CARD_FILE, dump(card).encode())
    put_tables(out / README_FILE, render_markdown("segmentation_tables", figures=metrics))


if __name__ == "__main__":
    run_alone(main)
