"""Evaluate a finished run, whatever kind of network it made, or read its stored evaluation."""

from pathlib import Path
from typing import Any

from brainviewer.core.errors import SENSELESS, FileError, Report, silent
from brainviewer.files.sources import refuse_source
from brainviewer.files.structured import read_json
from brainviewer.files.writing import make_folder
from brainviewer.models.card import Task
from brainviewer.models.installation.source import RUN_GRAPH
from brainviewer.models.registry import installed_models
from brainviewer.training.image_classification.evaluation.result_files import (
    ANSWERS_FILE,
    read_results,
    write_answers,
)
from brainviewer.training.image_classification.evaluation.results import RESULT_FILE, Predictions
from brainviewer.training.image_classification.recipes.recipe import IMAGE_CLASSES, IMAGE_VOTE
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.detections import DETECTIONS_FOLDER
from brainviewer.training.metrics.plots import answers_of, draw_all
from brainviewer.training.model_files import EVALUATION_FILE
from brainviewer.training.provenance import made_with
from brainviewer.training.run_folder import RECIPE_FILE, RUN_FILE, read_run
from brainviewer.training.runs.repeated import measure_seeds, runs_by_seed, with_spread
from brainviewer.training.subtype.evaluate import evaluate_run
from brainviewer.training.subtype.evidence import PREDICTIONS_FILE
from brainviewer.training.subtype.recipe import RECIPE, read_subtype_recipe
from brainviewer.training.training_runs import (
    LESION_SEGMENTATION,
    TUMOUR_IMAGES,
    find_recipe,
    recipe_kind,
    require_torch,
)

_OF_TRAINING = (RUN_FILE, RESULT_FILE, PREDICTIONS_FILE)
"""What is measured, or says how it was made; patterns of names."""
_MEASURED = ("collections", "results", "bars", "classes", "figures")
"""One of these stands in every file of figures."""


def measure(
    run: Path,
    recipe: str | None = None,
    data: Path | None = None,
    out: Path | None = None,
    report: Report = silent,
    ood_images: Path | None = None,
) -> dict[str, Any]:
    """The figures of a run on patients that its networks never saw; written as JSON and plots.

    recipe, data : those of the run, unless others are given.
    out : the JSON file; ``evaluation.json`` in the run by default.
    ood_images : images that are out of scope, in a folder for each kind; for networks that name a
        tumour on one image.

    A folder with a run for each of several seeds gives mean and spread of their figures. A folder
    that only holds an ``evaluation.json``, as those of models do, is not measured again.
    Raises FileError if the run is not finished, or if there is nothing to measure.
    """
    file = out or run / EVALUATION_FILE
    if file.suffix != ".json":
        raise FileError(f"'{file.name}' does not end in .json.", "Choose a name that does.")
    if out is not None:
        refuse_source(out, [found for name in _OF_TRAINING for found in run.rglob(name)])
    if runs_by_seed(run):

        def of_one_seed(one: Path) -> dict[str, Any]:
            return measure(one, recipe, data, None, report, ood_images)

        return measure_seeds(run, file, of_one_seed)
    about = read_run(run)
    if about is None and recipe is None and not (run / PREDICTIONS_FILE).is_file():
        if (run / EVALUATION_FILE).is_file():
            return _read(run / EVALUATION_FILE)
        raise _no_run(run)
    own = run / RECIPE_FILE
    plan_file = find_recipe(recipe) if recipe else own if own.is_file() else RECIPE
    if data is None and about and about.get("data") and Path(about["data"]).is_dir():
        data = Path(about["data"])
    kind = recipe_kind(plan_file)
    measured: dict[str, Any]
    if kind in (IMAGE_CLASSES, IMAGE_VOTE):
        measured = {"results": read_results(run)}
        if out is not None:
            write_json(file, measured)
        return measured
    if kind == LESION_SEGMENTATION:
        measured = _measure_segmentations(plan_file, data, run, report)
    elif kind == TUMOUR_IMAGES:
        require_torch()
        from brainviewer.training.image_classification.tumour_command import evaluate_tumour_network

        measured = evaluate_tumour_network(plan_file, data, run, report, ood_images)
    else:
        plan = read_subtype_recipe(plan_file)
        measured = with_spread(evaluate_run(run, plan, report))
    measured = {**measured, "measured_with": made_with()}
    make_folder(file.parent)
    write_json(file, measured)
    if "winner" in measured:
        draw_all(measured, file.parent)
        truth, probabilities = answers_of(measured)
        # Patients are only numbered.
        names = tuple(str(number) for number in range(1, len(truth) + 1))
        tested = Predictions(names, ("",) * len(names), truth, probabilities)
        write_answers(file.with_name(ANSWERS_FILE), measured["classes"], tested)
    return measured


def is_external(what: str) -> bool:
    """Whether data of one's own is to be asked of it: a model, or one network of single images."""
    return not Path(what).is_dir() or (Path(what) / RUN_GRAPH).is_file()


def measured_before(model_id: str) -> dict[str, Any]:
    """What was measured when an installed model was made; raises FileError if nothing was."""
    cards = {card.id: card for card in installed_models()}
    if model_id not in cards:
        raise FileError(
            f"There is no folder and no installed model called '{model_id}'.",
            f"Give the folder of a run, or a model: {', '.join(cards)}.",
        )
    card = cards[model_id]
    if card.task is Task.BRAIN_EXTRACTION:
        raise FileError(
            f"The networks of {model_id} were made elsewhere: no patients were left out for them.",
            "What was measured stands on its card: 'brainviewer models'.",
        )
    own = card.folder / EVALUATION_FILE
    # A model that uses another one's network was measured together with it.
    return _read(own if own.is_file() or card.network is None else card.network.folder / own.name)


def _measure_segmentations(
    plan_file: Path, data: Path | None, run: Path, report: Report
) -> dict[str, Any]:
    """Figures of a lesion-outline run; leaves there what each fold's network found in the cases
    that it never saw, for those who train on found lesions."""
    from brainviewer.training.segmentation import evaluate as segmentation_evaluate
    from brainviewer.training.segmentation.recipe import read_segmentation_recipe

    plan = read_segmentation_recipe(plan_file)
    if not (run / "final.onnx").exists():
        raise FileError(
            f"The run {run.name} is not finished.", "Run the same 'brainviewer train' again."
        )
    if data is None:
        raise FileError("The cases are needed to measure segmentations.", "Name them with --data.")
    record = _read(segmentation_evaluate.figures_file(plan, data, run, report))
    segmentation_evaluate.write_detections(plan, data, run, run / DETECTIONS_FOLDER, record, report)
    return record


def _read(file: Path) -> dict[str, Any]:
    try:
        record = dict(read_json(file))
    except (*SENSELESS, FileError):
        record = {}
    if record.keys().isdisjoint(_MEASURED):
        raise FileError(
            f"What was measured of {file.parent.name} cannot be read.", f"Check {file.name}."
        )
    return record


def _no_run(run: Path) -> FileError:
    """The error for a folder without a record of a run, or with a damaged one."""
    if (run / RUN_FILE).exists():
        return FileError(f"{RUN_FILE} of {run.name} is damaged.", "Train it again.")
    said = f"The folder {run.name} holds no training run."
    return FileError(said, "Run 'brainviewer train' first.")
