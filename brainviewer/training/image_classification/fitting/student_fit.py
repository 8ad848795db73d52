"""Train a network that has no pretraining by what another one sees; see ``teaching``.

First it learns the maps of the other's ImageNet numbers on images without a class, of patients
who are not measured with. Then, for each fold, it learns classes, maps and answers from the
teacher's network of the same fold, so that neither of the two ever saw the fold's patients.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import FileError, Report
from brainviewer.models.card import ModelInput
from brainviewer.training.image_classification.data.augmentation_cache import (
    decode_images,
    make_cache,
)
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.data.tumour_samples import read_samples
from brainviewer.training.image_classification.data.unlabelled_samples import unlabelled_samples
from brainviewer.training.image_classification.fitting.distillation import Teacher
from brainviewer.training.image_classification.fitting.tumour_fit import (
    CACHE_FOLDER,
    batches,
    fold_file,
    learn_parts,
    shown,
)
from brainviewer.training.image_classification.networks.backbones import BACKBONES, load_network
from brainviewer.training.image_classification.recipes.tumour_recipe import (
    TumourRecipe,
    read_tumour_recipe,
)
from brainviewer.training.learning import learn
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE
from brainviewer.training.resnet50 import MapNetwork
from brainviewer.training.run_folder import RECIPE_FILE
from brainviewer.training.weights import save_weights

_UNLABELLED_FOLDER, _UNLABELLED_DRAWS = "unlabelled", 2


def fit_student(
    recipe: TumourRecipe, cheng: Path, lgg: Path, run: Path, out: Path, report: Report
) -> None:
    """Make everything that a recipe with a teacher describes, in the folder ``out``.

    run : folder of the teacher's finished run (see ``check_teacher``).

    Leaves there what ``fit`` leaves; the variants are those of the teacher.
    """
    taught = read_tumour_recipe(run / RECIPE_FILE)
    general = load_network(run / PRETRAINED_FILE, taught.network)
    frozen = taught.training.frozen
    pictured = _pictured(taught.input, recipe.input)
    start = out / PRETRAINED_FILE
    if not start.exists() and recipe.pretraining is not None:
        report(0.0, "reading slices")
        samples = unlabelled_samples(lgg)
        folder = out / _UNLABELLED_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        bank = make_cache(
            samples, _UNLABELLED_DRAWS, general, frozen, taught.input, folder, recipe.seed, report
        )
        torch.manual_seed(recipe.seed)
        network = BACKBONES[recipe.network].build(len(CLASSES))
        make = batches(samples, bank, np.full(len(samples), 1 / len(samples)), pictured)
        teacher = Teacher(general, frozen, network)
        seed = recipe.seed
        network = learn(network, make, recipe.pretraining, seed, "seeing", report, teacher)
        save_weights(network, start)
    report(0.0, "reading the images")
    samples = read_samples(cheng, lgg if recipe.lgg else None)
    variants = run / CACHE_FOLDER
    bank = make_cache(
        samples, taught.draws, general, frozen, taught.input, variants, taught.seed, report
    )

    def learn_part(fold: int, weight: NDArray[np.float64], text: str) -> MapNetwork:
        often = torch.tensor(shown(samples, weight))
        network = load_network(start, recipe.network)
        nn.init.normal_(network.dense.weight, std=0.01)
        with torch.no_grad():
            network.dense.bias.copy_(torch.log(often))
        numbers = fold_file(run, fold) if fold else run / FINAL_FILE
        teacher = Teacher(load_network(numbers, taught.network), frozen, network, often)
        make = batches(samples, bank, weight, pictured)
        return learn(network, make, recipe.training, recipe.seed + fold, text, report, teacher)

    learn_parts(recipe, samples, out, learn_part)
    report(1.0, "done")


def check_teacher(recipe: TumourRecipe, run: Path) -> None:
    """Raises FileError if ``run`` is no finished run of the recipe's teacher."""
    files = [RECIPE_FILE, PRETRAINED_FILE, FINAL_FILE, *(fold_file(run, f).name for f in FOLDS)]
    if not all((run / name).is_file() for name in files):
        raise FileError(
            f"This recipe learns from a finished run of {recipe.teacher}.",
            f"Run 'brainviewer train {recipe.teacher}' first, and name its folder with --weights.",
        )


def _pictured(theirs: ModelInput, ours: ModelInput) -> Callable[[NDArray[np.uint8]], Tensor]:
    """Turns the codes of the teacher's images into images of the student's size."""

    def pictured(codes: NDArray[np.uint8]) -> Tensor:
        pictures = torch.from_numpy(decode_images(codes, theirs))
        size = (ours.size, ours.size)
        return nn.functional.interpolate(pictures, size, mode="bilinear", antialias=True)

    return pictured
