"""Train by a recipe of any kind, in a folder that belongs to the run.

The folder keeps the recipe and which cases it was run on, so that a run that was broken off goes
on with the same ones.
"""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

from brainviewer.assets import resources
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.training.image_classification.recipes.options import Options, no_meaning
from brainviewer.training.image_classification.recipes.recipe import IMAGE_CLASSES, IMAGE_VOTE
from brainviewer.training.image_classification.recipes.recipe_file import recipe_content
from brainviewer.training.labelled_data.collection import Case, Collection
from brainviewer.training.labelled_data.detections import DETECTIONS_FOLDER, STRIPPED
from brainviewer.training.run_folder import begin_run, check_run, describe_run

GLIOMA_TYPE, LESION_SEGMENTATION = "glioma-type", "lesion-outline"
TUMOUR_IMAGES = "tumour-pictures"
_PACKAGES = {"torch": "PyTorch", "monai": "MONAI"}
KINDS = (GLIOMA_TYPE, LESION_SEGMENTATION, TUMOUR_IMAGES, IMAGE_CLASSES, IMAGE_VOTE)
Tell = Callable[[str], None]
DETECTOR_HAS_SEEN = (
    "The detector that ships learned from the lgg collection. If these are its patients, the "
    "figures "
    "will be too good: train with --found, the segmentations of detectors that never saw them."
)


def shipped_recipes() -> dict[str, Path]:
    """The recipes that come with the application, by name."""
    return {file.stem: file for file in sorted((resources() / "recipes").rglob("*.toml"))}


def find_recipe(name: str) -> Path:
    """The file of a recipe: one that ships, by its name, or any TOML file.

    Raises FileError that lists the names if there is none.
    """
    shipped = shipped_recipes()
    file = shipped.get(name, Path(name))
    if file.is_file():
        return file
    guess = get_close_matches(name, shipped, n=1)
    if file.suffix == ".toml":
        said = f"There is no recipe '{name}'."
    else:
        said = f"There is no recipe called '{name}'"
        said += f"; did you mean {guess[0]}?" if guess else "."
    raise FileError(
        said, f"Give the path of a TOML file, or one of these names: {', '.join(shipped)}."
    )


def recipe_kind(recipe: Path) -> str:
    """What a recipe makes, one of ``KINDS``; raises FileError."""
    kind = recipe_content(recipe).get("kind", GLIOMA_TYPE)
    if kind not in KINDS:
        raise FileError(
            f"The recipe {recipe.name} is of the kind '{kind}', which is not known.",
            f"Its kind must be one of {', '.join(KINDS)}.",
        )
    return str(kind)


def train(
    recipe: Path,
    data: Path,
    out: Path,
    report: Report,
    options: Options | None = None,
    tell: Tell = lambda sentence: None,
    found: Path | None = None,
) -> str:
    """Do what a recipe says with labelled cases; go on where an earlier run was broken off.

    options : of the command line; those that the recipe has no use for are refused.
    tell : told what the user must know about the data.
    found : folder with what a detector that never saw the case found in each (see
        ``segmentation.evaluate.write_detections``); without it the shipped detector looks.

    Returns what to tell in the end. Raises BrainViewerError, before anything is written, if a
    package is missing, if recipe, options or data cannot be used, or if ``out`` holds the run of
    another recipe or of other cases.
    """
    options, kind = options or Options(), recipe_kind(recipe)
    if found is not None and kind != GLIOMA_TYPE:
        raise no_meaning("--found", recipe)
    if kind in (IMAGE_CLASSES, IMAGE_VOTE):
        from brainviewer.training.image_classification.runs import train_images_or_vote

        return train_images_or_vote(recipe, data, out, report, tell, options)
    options.check(recipe, ("--weights",) if kind != LESION_SEGMENTATION else ())
    require_torch("monai" if kind == LESION_SEGMENTATION else "torch")
    import cv2
    import torch

    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    if kind == TUMOUR_IMAGES:
        from brainviewer.training.image_classification.tumour_command import train_tumour_network

        train_tumour_network(recipe, data, out, options.weights, report)
    elif kind == LESION_SEGMENTATION:
        _train_segmentation(recipe, data, out, report, tell)
    else:
        _train_subtype(recipe, data, out, report, options.weights, tell, found)
    return f"Trained. 'brainviewer evaluate {out}' measures it.\n"


def _train_segmentation(recipe: Path, data: Path, out: Path, report: Report, tell: Tell) -> None:
    from brainviewer.training.segmentation.data import segmentation_cases
    from brainviewer.training.segmentation.fit import train_all
    from brainviewer.training.segmentation.recipe import read_segmentation_recipe

    plan, collection = read_segmentation_recipe(recipe), segmentation_cases(data)
    for notice in collection.notices:
        tell(notice)
    begin(recipe, collection, out)
    train_all(plan, data, out, report)


def _train_subtype(
    recipe: Path,
    data: Path,
    out: Path,
    report: Report,
    weights: str,
    tell: Tell,
    found: Path | None,
) -> None:
    from brainviewer.training.recipes import PRETRAINED_FILE
    from brainviewer.training.segmentation.data import segmentation_cases
    from brainviewer.training.subtype.fit import fit, imagenet_network
    from brainviewer.training.subtype.patients import patients_of
    from brainviewer.training.subtype.recipe import read_subtype_recipe

    plan, collection = read_subtype_recipe(recipe), segmentation_cases(data)
    for notice in collection.notices:
        tell(notice)
    cases = [one.case for one in patients_of(plan, collection.cases)]
    if found is not None:
        check_detections(cases, found)
    if not (out / PRETRAINED_FILE).exists():
        imagenet_network(plan, weights)  # refused before anything is written
    begin(recipe, collection, out)
    if found is not None:
        _take_over(cases, found, out / DETECTIONS_FOLDER)
    elif "lgg" in collection.layout:
        tell(DETECTOR_HAS_SEEN)
    fit(plan, cases, out, weights, report)


def require_torch(package: str = "torch") -> None:
    """Raises BrainViewerError if PyTorch, or MONAI on top of it, is not installed."""
    for name in dict.fromkeys(("torch", package)):
        if importlib.util.find_spec(name) is None:
            raise BrainViewerError(
                f"Training needs {_PACKAGES[name]}: pip install 'brainviewer[train]'."
            )


def check_detections(cases: Sequence[Case], found: Path) -> None:
    """Raises FileError if a folder does not say what was found in every case."""
    for case in cases:
        if not (found / f"{case.case_id}.npz").is_file():
            raise FileError(
                f"The folder {found.name} does not say what was found in {case.case_id}.",
                "Measure the run of a lesion-outline recipe on the same cases first.",
            )


def _take_over(cases: Sequence[Case], found: Path, into: Path) -> None:
    make_folder(into / STRIPPED)
    # In this order: the file of the whole head says that the case is done.
    for name in (f"{part}{case.case_id}.npz" for case in cases for part in (f"{STRIPPED}/", "")):
        if (found / name).is_file() and not (into / name).exists():
            write_whole(into / name, (found / name).read_bytes())


def begin(recipe: Path, collection: Collection, out: Path) -> None:
    """Make a folder that of this recipe and these cases, or make sure that it is.

    Raises FileError if the folder holds another run, or cannot be written.
    """
    cases = [(case.case_id, case.label, case.patient, case.fold) for case in collection.cases]
    about = describe_run(
        recipe,
        collection.folder,
        layout=collection.layout,
        cases=len(cases),
        cases_sha256=hashlib.sha256(json.dumps(cases).encode()).hexdigest(),
    )
    if not check_run(about, out, {"cases_sha256": "other cases"}):
        begin_run(about, recipe, out)
