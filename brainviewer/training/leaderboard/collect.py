"""Results of runs as the small files that a leaderboard is made from.

    python -m brainviewer.training.leaderboard.collect RUNS OUT

``RUNS`` holds runs of ``brainviewer train`` at any depth; ``OUT`` gets a file for each network,
at the place where its result was. All networks are timed again, one after the other, so that
their times can be compared. Results under a tutorial split learn how right their network is on
test images that are copies of training images, where the data is still there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.training.command import run_alone
from brainviewer.training.image_classification.data.labelled_images import TRAIN_TEST, find_images
from brainviewer.training.image_classification.evaluation.result_files import (
    PREDICTIONS_FILE,
    read_predictions,
    read_result,
)
from brainviewer.training.image_classification.evaluation.results import RESULT_FILE
from brainviewer.training.image_classification.networks.timing import milliseconds
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE
from brainviewer.training.json_files import dump
from brainviewer.training.leaderboard.duplicate_leak import accuracy_by_copies, images_with_copies
from brainviewer.training.run_folder import read_run

_GRAPH_FILE = "model.onnx"
_MOST_EPOCHS = 24  # kept of each fold and phase
_CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


def collect(runs: Path, out: Path) -> list[Path]:
    """Write the small results of all runs below a folder; returns their files.

    Raises FileError if there are none, or if one cannot be written.
    """
    found = {file: read_result(file) for file in sorted(runs.rglob(RESULT_FILE))}
    results = {file: result for file, result in found.items() if result is not None}
    if not results:
        raise FileError(
            f"There are no results in {runs.name}.", "Name the folder that the runs are in."
        )
    _tell_copies(results)
    for file, result in results.items():
        graph, how = file.parent / _GRAPH_FILE, result["settings"]
        if graph.is_file():
            channels = 1 if how["colour"] == "grey" else 3
            result["ms_per_image"] = milliseconds(graph, how["input_size"], channels)
    times = {(one["recipe"], one["network"]): one["ms_per_image"] for one in results.values()}
    written = []
    for file, result in results.items():
        if result["kind"] == IMAGE_VOTE:
            members = [times.get((one["recipe"], one["network"])) for one in result["members"]]
            if None not in members:
                result["ms_per_image"] = round(sum(filter(None, members)), 3)
        place = out / file.parent.relative_to(runs).parent / f"{file.parent.name}.json"
        make_folder(place.parent)
        data = _data(file.parent)
        result["data"].setdefault("folder", None if data is None else data.name)
        write_whole(place, dump(thinned(result)).encode())
        written.append(place)
    return written


def _tell_copies(results: Mapping[Path, dict[str, Any]]) -> None:
    """Add how right each network is on test images that are copies, where their data is here."""
    known: dict[Path, frozenset[str]] = {}
    for file, result in results.items():
        classified = read_predictions(file.parent / PREDICTIONS_FILE)
        data = _data(file.parent)
        if result["data"]["layout"] != TRAIN_TEST or classified is None or data is None:
            continue
        if data.is_dir():
            if data not in known:
                known[data] = images_with_copies(find_images(data))
            result["leak"] = accuracy_by_copies(classified.test, known[data])


def thinned(result: Mapping[str, Any]) -> dict[str, Any]:
    """The same with what the curves show of the history, and at most so many epochs."""
    parts: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for entry in result["history"]:
        parts.setdefault((entry["fold"], entry["phase"]), []).append(entry)
    history = [
        {key: entry[key] for key in ("fold", "phase", "epoch")}
        | {key: round(entry[key], 3) for key in _CURVES}
        for entries in parts.values()
        for entry in (*entries[: -1 : -(-len(entries) // _MOST_EPOCHS)], entries[-1])
    ]
    return {**result, "history": history}


def _data(run: Path) -> Path | None:
    """The folder of a run's data; a network of a grid lies in a folder of its own in the run."""
    said = ((read_run(folder) or {}).get("data") for folder in (run, run.parent))
    return next((Path(data) for data in said if isinstance(data, str)), None)


def main(runs: Path, out: Path) -> None:
    """Write the small results of all runs below RUNS into OUT."""
    typer.echo(f"{counted(len(collect(runs, out)), 'result')} written", err=True)


if __name__ == "__main__":
    run_alone(main)
