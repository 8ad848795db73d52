"""``train`` and ``evaluate`` for the network of single images."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.errors import FileError, Report
from brainviewer.files.native_output import without_stderr
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.models.feature_ood import fit_ood, save_ood
from brainviewer.training.image_classification.data.labelled_images import find_images
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.data.tumour_samples import (
    LGG,
    cheng_samples,
    read_samples,
    with_copies,
)
from brainviewer.training.image_classification.evaluation.held_out_predictions import (
    AXES,
    embeddings_of,
    predict_held_out,
    read_ood_images,
)
from brainviewer.training.image_classification.evaluation.page import write_curves
from brainviewer.training.image_classification.evaluation.result_files import (
    PREDICTIONS_FILE,
    write_predictions,
)
from brainviewer.training.image_classification.evaluation.results import (
    RESULT_FILE,
    SHIPPED,
    Predictions,
    data_record,
    protocol_record,
    result_record,
)
from brainviewer.training.image_classification.evaluation.tumour_evaluation import (
    evaluate,
    held_out_predictions,
)
from brainviewer.training.image_classification.evaluation.tumour_predictions import (
    HELD_OUT_FILE,
    TumourPredictions,
    load_predictions,
    save_predictions,
)
from brainviewer.training.image_classification.fitting.tumour_fit import fit
from brainviewer.training.image_classification.networks.backbones import (
    BACKBONES,
    load_network,
    pretrained_network,
)
from brainviewer.training.image_classification.networks.pretrained_weights import IMAGENET
from brainviewer.training.image_classification.recipes.recipe_file import recipe_content
from brainviewer.training.image_classification.recipes.tumour_recipe import (
    FurtherImages,
    TumourRecipe,
    read_tumour_recipe,
)
from brainviewer.training.json_files import dump
from brainviewer.training.model_files import OOD_FILE
from brainviewer.training.packing.weights import save_weights
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE
from brainviewer.training.run_folder import begin_run, check_run, describe_run, read_run


def train_tumour_network(recipe: Path, data: Path, out: Path, weights: str, report: Report) -> None:
    """Train in the folder ``out``; go on where an earlier run was broken off.

    data : the folder ``cheng``, or one that holds it; other collections are taken from beside it.
    weights : what to start from instead of what the recipe says.

    Raises FileError if the data, the recipe or the folder cannot be used.
    """
    plan = read_tumour_recipe(recipe)
    cheng = tumour_images(data)
    about = describe_run(recipe, cheng, weights=weights or plan.weights)
    if not check_run(about, out, {"weights": "other weights"}):
        # Before the run is begun: with weights that do not fit it would refuse the right ones.
        # TensorFlow's own code says on stderr which GPUs it misses.
        with without_stderr():
            start = pretrained_network(plan, about["weights"])
        make_folder(out)
        save_weights(start, out / PRETRAINED_FILE)
        begin_run(about, recipe, out)
    fit(plan, cheng, out, report)


def tumour_images(data: Path) -> Path:
    """Where ``cheng`` lies; raises FileError."""
    for folder in (data, data / "cheng", data.parent / "cheng"):
        if (folder / "labels.csv").is_file():
            return folder
    raise FileError(
        f"There are no images with a labels.csv in {data.name}.",
        "Give the folder 'cheng', or the one that holds it.",
    )


def evaluate_tumour_network(
    recipe: Path, data: Path | None, run: Path, report: Report, ood: Path | None = None
) -> dict[str, Any]:
    """Measure a finished run; leaves the OOD check of its final network there.

    ood : folder of images that are out of scope, in a folder for each kind; None leaves
        them out.

    Raises FileError if the run is not finished or its data is not there.
    """
    if not (run / FINAL_FILE).is_file():
        raise FileError(
            f"The run {run.name} is not finished.", "Run the same 'brainviewer train' again."
        )
    if data is None:
        raise FileError("The images are needed to measure.", "Name their folder with --data.")
    plan = read_tumour_recipe(recipe)
    cheng = tumour_images(data)
    if not (run / HELD_OUT_FILE).is_file():
        beside = {LGG: FurtherImages(0)} if (cheng.parent / LGG).is_dir() else {}
        samples = read_samples(cheng, beside)
        odd = [] if ood is None else read_ood_images(ood)
        doubtful = with_copies(samples, plan.left_out)
        said = predict_held_out(samples, odd, run, plan, report, doubtful)
        save_predictions(said, run / HELD_OUT_FILE)
    said = load_predictions(run / HELD_OUT_FILE)
    record = evaluate(said, plan.quantile) | {"input": recipe_content(recipe)["input"]}
    name = str((read_run(run) or {}).get("recipe", recipe.stem))
    tested = held_out_predictions(said)
    write_whole(run / RESULT_FILE, dump(_result(name, plan, said, tested, cheng)).encode())
    write_predictions(run / PREDICTIONS_FILE, tested)
    write_curves(CLASSES, tested, run)
    if not (run / OOD_FILE).is_file():
        report(0.9, "features of the final network")
        network = load_network(run / FINAL_FILE, plan.network)
        left_out = set(said.files[said.doubtful].tolist())
        images = [one.image for one in cheng_samples(cheng) if one.name not in left_out]
        features = embeddings_of(network, images, plan.input)
        save_ood(fit_ood(features, AXES, record["scope"]["limit"]), run / OOD_FILE)
    return record


def _result(
    name: str, plan: TumourRecipe, said: TumourPredictions, tested: Predictions, cheng: Path
) -> dict[str, Any]:
    """The run as a row of the leaderboard; what it costs is known when it is packed."""
    title, source = BACKBONES[plan.network].application, find_images(cheng)
    return result_record(
        SHIPPED,
        CLASSES,
        tested,
        plan.seed,
        recipe=name,
        network=name,
        about=f"{title} on the head alone, and where the tumour lies as a second task",
        data=data_record(source, CLASSES, tested.truth, tested),
        protocol=protocol_record(
            source,
            tested,
            train=int(np.sum((said.folds != FOLDS[0]) & ~said.doubtful)),
            validation=0,
            limit=None,
        ),
        settings={
            "input_size": plan.input.size,
            "colour": "grey",
            "crop": "head",
            "base": title,
            "weights": IMAGENET,
            "pretrained": True,
            "training": asdict(plan.training),
            "seed": plan.seed,
        },
        notices=[
            *source.notices,
            f"Images of {' and '.join(plan.further)} were learned from as well. Images with a "
            "wrong label were not learned from, but count: "
            f"{int(said.doubtful.sum())}.",
        ],
    )
