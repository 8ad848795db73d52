"""Train, evaluate and compare models from Python: what the command line does, as functions.

``import brainviewer.training`` brings them along. Each raises BrainViewerError, whose text is one
sentence and an advice, where its input cannot be used; nothing is half written then.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brainviewer.core.errors import Report, silent

if TYPE_CHECKING:
    from brainviewer.training.image_classification.recipes.options import Options

Settings = Mapping[str, Any]
"""Other values for a recipe's keys; ``table.key`` in a table: ``{"training.batch": 8}``."""


def shipped_recipes() -> dict[str, Path]:
    """The recipes that come with BrainViewer: their files by name."""
    from brainviewer.training.training_runs import shipped_recipes as shipped

    return shipped()


def read_recipe(recipe: str | Path, settings: Settings | None = None) -> dict[str, Any]:
    """What a recipe says, as plain data.

    recipe : the name of one that ships, or the path of a TOML file.
    settings : other values for some of its keys.

    Raises FileError if there is no such recipe, or if it cannot have such a key or value.
    """
    from brainviewer.files.structured import read_toml
    from brainviewer.training.runs.recipe_changes import setting, with_settings
    from brainviewer.training.training_runs import find_recipe

    given = [setting(key, value) for key, value in (settings or {}).items()]
    with with_settings(find_recipe(str(recipe)), given) as file:
        return read_toml(file)


def train(
    recipe: str | Path,
    data: str | Path,
    out: str | Path,
    *,
    settings: Settings | None = None,
    seeds: Sequence[int] = (),
    options: "Options | None" = None,
    found: Path | None = None,
    report: Report = silent,
    tell: Callable[[str], None] = lambda sentence: None,
) -> str:
    """Train by a recipe; the same call goes on where an earlier one was stopped.

    recipe, settings : see ``read_recipe``.
    data : folder of labelled cases or images (``docs/user-guide.md``); out : folder for the run.
    seeds : train once with each, in ``out/seed-N``.
    options : further ones of the command line, such as ``Options(fold="all", threads=2)``.
    found : for a subtype, what a detector that never saw the cases found in them.
    report : told the fraction that is done, 0 to 1, and a text; raise in it to stop.
    tell : told what must be known about the data, in sentences.

    Returns what was made, in words; the run lies in ``out``. Raises BrainViewerError if a package,
    the recipe or the data cannot be used, or if ``out`` holds another run.
    """
    from dataclasses import replace

    from brainviewer.training.image_classification.recipes.options import Options
    from brainviewer.training.runs.recipe_changes import setting, with_settings
    from brainviewer.training.runs.repeated import train_seeds
    from brainviewer.training.training_runs import find_recipe
    from brainviewer.training.training_runs import train as train_once

    file, options = find_recipe(str(recipe)), options or Options()
    given = (setting(key, value) for key, value in (settings or {}).items())
    options = replace(options, settings=(*options.settings, *given))
    data, out = Path(data), Path(out)
    if seeds:
        return train_seeds(seeds, file, data, out, report, options, tell, found)
    with with_settings(file, options.settings) as changed:
        return train_once(changed, data, out, report, options, tell, found)


def evaluate(
    what: str | Path,
    data: str | Path | None = None,
    out: str | Path | None = None,
    *,
    recipe: str | None = None,
    ood_images: Path | None = None,
    group_by: str = "",
    report: Report = silent,
) -> dict[str, Any]:
    """Measure a run on cases that its networks never saw, or any model on cases of one's own.

    what : folder of a run, or of the runs of several seeds; or the id of an installed model.
    data : labelled cases, to test a model on. Of a run: where its cases are, if they were moved.
    out : JSON file for the record, with plots beside it; by default in the run.
    recipe : instead of that of the run.
    ood_images : images that are out of scope, in a folder for each kind.
    group_by : regular expression that finds the patient in the path of an image.

    Returns the record of ``evaluation.json``: figures are ``{"name", "value", "low", "high"}``
    with the ends of the 95 % interval over patients. Without ``data`` a model gives what was
    measured when it was made. Raises FileError if there is nothing to measure.
    """
    from brainviewer.training.evaluation_runs import is_external, measure, measured_before

    data, out = (None if one is None else Path(one) for one in (data, out))
    if data is not None and is_external(str(what)):
        from brainviewer.training.external.external_test import external_test, model_named

        with model_named(str(what)) as card:
            return external_test(card, data, out, report, group_by)
    if Path(what).is_dir():
        return measure(Path(what), recipe, data, out, report, ood_images)
    return measured_before(str(what))


def heatmaps(run: str | Path, count: int, file: str | Path, *, report: Report = silent) -> str:
    """Draw where the network of a measured run looked in ``count`` images that it never saw.

    file : PNG to write. Returns what to tell. Raises FileError if the run has no such network.
    """
    from brainviewer.training.runs.heatmaps import write_heatmaps

    return write_heatmaps(Path(run), count, Path(file), report)


def compare(
    first: str | Path,
    second: str | Path,
    data: str | Path,
    *,
    group_by: str = "",
    report: Report = silent,
) -> dict[str, Any]:
    """Compare two models, or runs for single images, on the same labelled cases.

    Returns the record of ``compare-models --json``: differences with intervals of a paired
    bootstrap over patients, DeLong's and McNemar's tests. Raises FileError or ModelError if the
    models do not go together.
    """
    from brainviewer.training.external import comparison

    return comparison.compare(str(first), str(second), Path(data), report, group_by)[0]
