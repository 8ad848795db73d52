"""Turn the trained segmentation network into the files that ship.

    python -m brainviewer.training.segmentation.package --run RUN \
        --out resources/models/lesion-outline

Writes the ONNX graph, ``evaluation.json`` with the out-of-fold figures of every patient,
``card.json`` and the tables of the README. ``--texts-only`` writes card and tables again from
``evaluation.json`` and ``about.toml``.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from brainviewer.core.errors import FileError
from brainviewer.core.wilson import wilson
from brainviewer.files.writing import write_whole
from brainviewer.models.card import Task
from brainviewer.models.card_file import CARD_FILE, FORMAT
from brainviewer.models.monitoring_reference import ENTRY
from brainviewer.training.command import run_alone
from brainviewer.training.json_files import write_json
from brainviewer.training.model_files import (
    EVALUATION_FILE,
    NETWORK_FILES,
    README_FILE,
    About,
    read_about,
    sha256,
)
from brainviewer.training.monitoring_reference import mask_reference
from brainviewer.training.segmentation.averaged import MEAN
from brainviewer.training.templates import put_tables, render_markdown

GRAPH = NETWORK_FILES["graph"]
SHIPPED = "network (what ships)"
_NAMES = {
    "mean_dice": "mean Dice",
    "mean_share": "area of the chosen slice beside the largest",
    "share_at_least_0.9": "slice with 0.9 of the largest area",
    "mean_enhancing": "mean Dice of what enhances",
    "mean_core": "mean Dice of the core",
}


def card_content(about: About, metrics: dict[str, Any], folder: Path) -> About:
    """What ``card.json`` of the model in ``folder`` holds: texts, calibration, figures, files."""
    fitted = metrics.get("enhancing")
    copied = ("id", "version", "name", "sequences", "needed")
    return {
        "format": FORMAT,
        "task": str(Task.SEGMENTATION),
        **{key: about[key] for key in copied},
        "network": {},
        "input": metrics["input"],
        "calibration": metrics["confidence"]["trust"],
        **({"enhancing": fitted["trust"]} if fitted else {}),
        "figures": {"image": _card_metrics(metrics)},
        ENTRY: mask_reference(metrics),
        **{key: about[key] for key in ("training_data", "intended_use", "limits")},
        "roles": {"graph": GRAPH},
        "files": {GRAPH: sha256(folder / GRAPH)},
    }


def _card_metrics(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of the card: of each collection, of healthy heads, and of the confidence."""
    made = []

    def add(name: str, values: Sequence[float | None], patients: int) -> None:
        value, low, high = values
        made.append({"name": name, "value": value, "low": low, "high": high, "patients": patients})

    for collection, own in metrics["collections"].items():
        shipped = own["methods"][SHIPPED]
        for key, name in _NAMES.items():
            if key in shipped:
                add(f"{name} ({collection})", shipped[key], own["patients"])
    healthy, confidence = metrics["healthy"], metrics["confidence"]
    sick = round(healthy["called_sick"] / healthy["heads"], 4)
    ends = [round(end, 4) for end in wilson(sick, healthy["heads"])]
    add("healthy heads called sick", (sick, *ends), healthy["heads"])
    patients = sum(own["patients"] for own in metrics["collections"].values())
    add("AUROC of the confidence", (confidence["auroc"], None, None), patients)
    return made


def main(
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    run: Annotated[Path | None, typer.Option(help="Folder of the trained networks.")] = None,
    texts_only: Annotated[bool, typer.Option(help="Leave the networks alone.")] = False,
) -> None:
    """Write the files of the segmenting network that ship."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not texts_only:
        if run is None:
            raise typer.BadParameter("--run is needed to write networks.")
        if not (run / EVALUATION_FILE).is_file():
            raise FileError(
                f"The run {run.name} was not measured.", "Run 'brainviewer evaluate' on it first."
            )
        mean = run / f"final{MEAN}"
        graph = mean if mean.exists() else run / "final.onnx"
        write_whole(out / GRAPH, graph.read_bytes())
        write_whole(out / EVALUATION_FILE, (run / EVALUATION_FILE).read_bytes())
    metrics = json.loads((out / EVALUATION_FILE).read_text(encoding="utf-8"))
    write_json(out / CARD_FILE, card_content(read_about(out), metrics, out))
    put_tables(out / README_FILE, render_markdown("segmentation_tables", figures=metrics))


if __name__ == "__main__":
    run_alone(main)
