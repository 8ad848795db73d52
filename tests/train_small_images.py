"""Trains tiny networks, in a process of its own: python train_small_images.py FOLDER

TensorFlow may crash in a process that loads OpenGL drivers as well, as the whole suite does. What
came out is printed as one JSON object.
"""

import errno
import importlib.util
import json
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
from labelled_images import write_table

from brainviewer.core.errors import FileError, silent
from brainviewer.training.image_classification.data.labelled_images import find_images
from brainviewer.training.image_classification.data.preparation import prepare
from brainviewer.training.image_classification.data.split import choose, split
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe
from brainviewer.training.image_classification.runs import start_tensorflow, train_images_or_vote

RECIPE = """
kind = "image-classes"
about = "A small one"
reported = "much"
seed = 1
[classes]
tumour = ["glioma", "meningioma", "pituitary"]
none = ["none"]
[input]
size = 16
colour = "grey"
crop = "largest-contour"
[augmentation]
fresh = true
flip_left_right = true
rotation = 10
[network]
layers = [
    { layer = "conv", filters = 4, kernel = 3 },
    { layer = "max-pool" },
    { layer = "flatten" },
    { layer = "dropout", rate = 0.2 },
]
[training]
epochs = 3
batch = 8
learning_rate = 0.01
balanced = true
schedule = "cosine"
warm_up = 0.2
[triage]
positive = "tumour"
sensitivity = 0.98
"""
BASED = """
kind = "image-classes"
about = "A small base"
seed = 1
[input]
size = 32
colour = "rgb"
[network]
base = "MobileNetV2"
weights = "none"
layers = [{ layer = "global-average" }]
[training]
epochs = 2
batch = 16
[fine_tuning]
epochs = 1
batch = 16
layers = 12
"""


def main(folder: Path) -> None:
    """Train, stop and go on, run out of disk, and (with onnx) go the whole way."""
    data = write_table(folder / "data", 16)
    plain, based = folder / "plain.toml", folder / "based.toml"
    plain.write_text(RECIPE, encoding="utf-8")
    based.write_text(BASED, encoding="utf-8")
    start_tensorflow(1)
    said = {"stopped": stopped(plain, data, folder), "full": full(plain, data, folder)}
    said["mixed"] = mixed(data, folder)
    if importlib.util.find_spec("onnx"):
        said["whole"] = whole(plain, data, folder)
        said["refused"] = [
            refused(
                RECIPE.replace('{ layer = "max-pool" }', '{ layer = "max-pool", size = 32 }'),
                data,
                folder / "small",
            ),
            refused(
                BASED.replace("MobileNetV2", "VGG16").replace("none", str(other(folder))),
                data,
                folder / "misfit",
            ),
        ]
        # A network of 150 layers takes too long to be built every time.
        if "BRAINVIEWER_TEST_TRAINING" in os.environ:
            based.write_text(BASED.replace("epochs = 2", "epochs = 1"), encoding="utf-8")
            few = Options(limit=2)
            said["new"] = run(based, data, folder / "new", few)
            start = str(folder / "new" / "model.weights.h5")
            said["based"] = run(based, data, folder / "based", replace(few, weights=start))
    print(json.dumps(said))


def _fit(recipe_file: Path, data: Path, out: Path, report=silent):
    from brainviewer.training.image_classification.fitting.keras_fit import fit
    from brainviewer.training.image_classification.fitting.phase import Samples

    recipe = read_image_recipe(recipe_file)[0]
    chosen = choose(recipe, find_images(data))
    part = split(recipe, chosen)[0]
    images, *_ = prepare(data, chosen.images, recipe.preparation)
    train, validation = (
        Samples(images[m], chosen.labels[m]) for m in (part.train, part.validation)
    )
    return fit(recipe, len(chosen.classes), train, validation, out, report=report)


def stopped(recipe: Path, data: Path, folder: Path) -> dict[str, object]:
    """Stop in the middle of the second epoch, go on, and compare with a run that never stopped."""

    def interrupt(fraction: float, text: str) -> None:
        if "epoch 2" in text and fraction > 0.5:
            raise KeyboardInterrupt

    once = _fit(recipe, data, folder / "once")
    try:
        _fit(recipe, data, folder / "twice", interrupt)
    except KeyboardInterrupt:
        left = sorted(file.name for file in (folder / "twice").iterdir())
    twice = _fit(recipe, data, folder / "twice")
    pairs = zip(once.model.get_weights(), twice.model.get_weights(), strict=True)
    return {
        "left": left,
        "difference": max(float(np.abs(a - b).max()) for a, b in pairs),
        "losses": [[e["loss"], e["val_loss"]] for e in once.history],
        "losses_again": [[e["loss"], e["val_loss"]] for e in twice.history],
    }


def full(recipe: Path, data: Path, folder: Path) -> dict[str, object]:
    """The disk is full at the second checkpoint."""
    real, newest = os.fsync, folder / "full" / "training.last.npz"

    def fsync(number: int) -> None:
        # The best and the newest numbers of the first epoch are there.
        if newest.exists() and stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(number)

    os.fsync = fsync
    try:
        _fit(recipe, data, folder / "full")
        said = "nothing"
    except FileError as error:
        said = str(error)
    finally:
        os.fsync = real
    files = sorted(file.name for file in (folder / "full").iterdir())
    after = _fit(recipe, data, folder / "full")
    return {"said": said, "files": files, "epochs": len(after.history)}


def mixed(data: Path, folder: Path) -> dict[str, object]:
    """With half the bits, as if there were a GPU; what comes out has all of them."""
    import keras

    from brainviewer.training.image_classification.fitting import keras_precision

    policies = set()

    def report(fraction: float, text: str) -> None:
        policies.add(keras.config.dtype_policy().name)

    file = folder / "mixed.toml"
    file.write_text("mixed_precision = true\n" + RECIPE, encoding="utf-8")
    found, keras_precision.gpus = keras_precision.gpus, lambda: 1
    try:
        words = keras_precision.device_words(read_image_recipe(file)[0])
        fitted = _fit(file, data, folder / "mixed", report)
    finally:
        keras_precision.gpus = found
    kinds = {str(layer.compute_dtype) for layer in fitted.model.layers}
    losses = [entry["loss"] for entry in fitted.history]
    return {"policies": sorted(policies), "kinds": sorted(kinds), "losses": losses, "said": words}


def whole(recipe: Path, data: Path, folder: Path) -> dict[str, object]:
    """A recipe as the command runs it, again when it is finished, and in every fold."""
    short = folder / "short.toml"
    short.write_text(RECIPE.replace("epochs = 3", "epochs = 1"), encoding="utf-8")
    said = [
        run(recipe, data, folder / "first", Options(), folder / "logs"),
        run(recipe, data, folder / "first", Options()),
        run(short, data, folder / "folds", Options(fold="all", limit=2)),
    ]
    logs = sorted(p.relative_to(folder).as_posix() for p in folder.glob("logs/**/events*"))
    return {"said": said, "logs": logs}


def other(folder: Path) -> Path:
    """A weights file of another network."""
    with h5py.File(folder / "other.h5", "w") as file:
        file.create_dataset("layers/dense/vars/0", data=np.zeros((2, 2), np.float32))
    return folder / "other.h5"


def refused(recipe: str, data: Path, out: Path) -> list[object]:
    """What is said to a network that cannot be made, and whether anything was written."""
    file = out.with_suffix(".toml")
    file.write_text(recipe, encoding="utf-8")
    try:
        return [run(file, data, out, Options()), out.exists()]
    except FileError as error:
        return [str(error), out.exists()]


def run(recipe: Path, data: Path, out: Path, options: Options, logs: Path | None = None) -> str:
    """What the command says in the end."""
    options = replace(options, logs=logs)
    return train_images_or_vote(recipe, data, out, silent, lambda sentence: None, options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
