"""The same recipe trained with several seeds, and how far their figures lie apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.errors import FileError, Report, within
from brainviewer.files.structured import read_toml
from brainviewer.files.writing import check_new_folder, write_whole
from brainviewer.training.image_classification.evaluation.page import PAGE_FILE
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.json_files import write_json
from brainviewer.training.provenance import made_with
from brainviewer.training.run_folder import RUN_FILE
from brainviewer.training.runs.recipe_changes import with_settings
from brainviewer.training.templates import render_page
from brainviewer.training.training_runs import Tell, train

SEEDS = "seeds"
_FOLDER = "seed-"


def parse_seeds(text: str) -> tuple[int, ...]:
    """Seeds with commas between them; raises FileError unless they are two or more, all unlike."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts) or len(set(map(int, parts))) < len(parts):
        raise FileError(f"'{text}' is no list of seeds.", "Write unlike whole numbers: 1,2,3.")
    if len(parts) < 2:
        raise FileError("One seed tells no spread.", f"Write --seed {text}, or two seeds or more.")
    return tuple(map(int, parts))


def train_seeds(
    seeds: Sequence[int],
    recipe: Path,
    data: Path,
    out: Path,
    report: Report,
    options: Options,
    tell: Tell,
    found: Path | None = None,
) -> str:
    """Train once for each seed, in ``out/seed-N``, or not at all; returns what to tell in the end.

    A recipe that names the seeds of its cross-validation itself is trained once, with these.
    The rest as in ``training_runs.train``. Raises FileError as that does.
    """
    if "seeds" in read_toml(recipe).get("evaluation", {}):
        own = f"evaluation.seeds={list(seeds)}"
        with with_settings(recipe, [*options.settings, own]) as changed:
            return train(changed, data, out, report, options, tell, found)
    check_new_folder(out)
    if (out / RUN_FILE).exists():
        raise FileError(
            f"The folder {out.name} holds a training run of one seed.", "Choose an empty folder."
        )
    for number, seed in enumerate(seeds):
        start, share = number / len(seeds), 1 / len(seeds)
        of_all = within(report, start, share, f"seed {seed}, {{}}")
        name = f"{_FOLDER}{seed}"
        settings = (*options.settings, f"seed={seed}")
        logs = options.logs and options.logs / name
        with with_settings(recipe, settings) as changed:
            own_options = replace(options, settings=settings, logs=logs)
            train(changed, data, out / name, of_all, own_options, tell, found)
    return f"Trained {len(seeds)} times. 'brainviewer evaluate {out}' measures how far they vary.\n"


def runs_by_seed(out: Path) -> dict[int, Path]:
    """The runs that ``train_seeds`` left in a folder, by seed; empty if it left none."""
    if (out / RUN_FILE).exists():
        return {}
    found = {
        run.parent.name.removeprefix(_FOLDER): run.parent
        for run in out.glob(f"{_FOLDER}*/{RUN_FILE}")
    }
    return {int(seed): found[seed] for seed in sorted(found, key=int) if seed.isdecimal()}


def measure_seeds(
    out: Path, file: Path, measure: Callable[[Path], Mapping[str, Any]]
) -> dict[str, Any]:
    """Measure each run, and write mean and spread of every figure as JSON and as a page beside it.

    measure : the figures of one run.
    """
    runs = runs_by_seed(out)
    known = {seed: figures_of(measure(run)) for seed, run in runs.items()}
    first = next(iter(known.values()))
    record = {
        "kind": SEEDS,
        "seeds": list(known),
        "runs": {str(seed): run.name for seed, run in runs.items()},
        "results": {
            name: spread([figures[name] for figures in known.values()])
            for name in first
            if all(name in figures for figures in known.values())
        },
        "measured_with": made_with(),
    }
    write_json(file, record)
    write_whole(file.with_name(PAGE_FILE), render_page(SEEDS, out.resolve().name, record=record))
    return record


def figures_of(measured: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The figures in what was measured of a run of any kind, by network, answer or method."""
    if "results" in measured:
        return {one["network"]: one["figures"] for one in measured["results"]}
    if "collections" in measured:
        return {
            f"{name}, {method}": [
                {"name": key, **ends}
                for key, value in metrics.items()
                if (ends := _ends(value))["value"] is not None
            ]
            for name, collection in measured["collections"].items()
            for method, metrics in collection["methods"].items()
        }
    figures = measured["figures"]
    if isinstance(figures, list):
        return {"network": figures}
    return {name: entry["figures"] for name, entry in figures.items()}


def _ends(value: Any) -> dict[str, Any]:
    """A figure, with its interval where it comes as a list with both ends."""
    known = value if isinstance(value, list) else [value]
    return dict(zip(("value", "low", "high"), known, strict=False))


def spread(runs: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Mean, standard deviation (n - 1) and range of each figure over the seeds.

    runs : the figures of each seed.

    ``low`` and ``high`` are the ends of the intervals over patients, averaged over the seeds; None
    where a figure has none. Figures that a seed lacks are left out.
    """
    tables = [{one["name"]: one for one in figures} for figures in runs]
    found = []
    for name in tables[0]:
        if not all(name in table for table in tables):
            continue
        values = [float(table[name]["value"]) for table in tables]
        entry = {"name": name, **deviation(values)}
        for end in ("low", "high"):
            ends = np.array([table[name].get(end) for table in tables], float)
            entry[end] = round(float(ends.mean()), 4) if np.isfinite(ends).all() else None
        found.append(entry)
    return found


def with_spread(measured: dict[str, Any]) -> dict[str, Any]:
    """The same, with the spread of what was measured for each of several seeds in one run."""
    for entry in measured["figures"].values():
        seeds = list(entry.get("per_seed", {}).values())
        if len(seeds) > 1:
            entry["spread"] = [
                {"name": name, **deviation([one[name] for one in seeds])}
                for name in seeds[0]
                if np.isfinite([one[name] for one in seeds]).all()
            ]
    return measured


def deviation(values: Sequence[float]) -> dict[str, Any]:
    """Mean, standard deviation (n - 1) and range of a figure over two seeds or more."""
    return {
        "mean": round(float(np.mean(values)), 4),
        "sd": round(float(np.std(values, ddof=1)), 4),
        "least": round(min(values), 4),
        "most": round(max(values), 4),
        "values": [round(value, 4) for value in values],
    }
