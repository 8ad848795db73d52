"""What can be told without looking at the tumour, in the same four folds as the network.

    python -m brainviewer.training.image_classification.evaluation.controls \
        --data DIR --out FILE.json

Simple classifiers learn from a part of what is known about an image: its size before somebody
resized it, the outermost tenth, the contour of the head, everything but the tumour. Where they do
well, a network can do well for the same bad reason. ``border_only`` and ``centre_masked`` show a
trained network no more than that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from numpy.typing import NDArray

from brainviewer.assets import resources
from brainviewer.core.errors import Report
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.files.writing import check_new_file, write_whole
from brainviewer.models.card import ModelInput
from brainviewer.models.card_file import parse_input
from brainviewer.models.image_classification.input import head_of, prepare_image
from brainviewer.models.subtype.input import cut_out
from brainviewer.training.command import print_progress, run_alone
from brainviewer.training.image_classification.data.tumour_folds import (
    CLASSES,
    FOLDS,
    LabelledFile,
    read_labelled,
)
from brainviewer.training.image_classification.evaluation.results import figures, measures
from brainviewer.training.image_classification.recipes.recipe_file import recipe_content
from brainviewer.training.json_files import dump
from brainviewer.training.metrics.metrics import area_under_curve

RECIPE = resources() / "recipes" / "xception-tumour.toml"

Tensor = NDArray[np.float32]
Features = NDArray[np.float64]
Boxes = NDArray[np.float64]

_BORDER, _MIDDLE = 0.8, 0.6  # side of the square in the middle that is hidden
_RIM = 0.1  # hidden around a tumour's box, of its width and height
_SIDE = 24  # images are shrunk to this for the classifiers
_RINGS = 24  # of spatial frequency
_GREYS = 32
_BESIDE = 9  # pixels from the head that still do not count as beside it, at 224
_PARTS = 40  # principal components
_SEED = 2026


@dataclass(frozen=True, eq=False)
class Prepared:
    """All images, in the order of ``files``.

    tensor : (n, size, size, 1) as the network sees them
    heads : (n, size, size) float32, 1 in the head
    boxes : (n, 4) left, top, right, bottom of what is hidden of the tumour, in pixels of the tensor
    beside : (n, greys) how often each grey value occurs beside the head
    """

    files: tuple[LabelledFile, ...]
    tensor: Tensor
    heads: Tensor
    boxes: Boxes
    beside: Features


def border_only(tensor: Tensor) -> Tensor:
    """Prepared images of which the middle, 80 % of each side, is hidden.

    tensor : (n, size, size, 1)

    What is hidden becomes the median of what is left of the head, and black if nothing is.
    """
    return _middle_hidden(tensor, _BORDER)


def centre_masked(tensor: Tensor) -> Tensor:
    """Prepared images of which the middle, 60 % of each side, is hidden in the same way."""
    return _middle_hidden(tensor, _MIDDLE)


def _middle_hidden(tensor: Tensor, fraction: float) -> Tensor:
    size = tensor.shape[1]
    edge = round(size * (1 - fraction) / 2)
    return lesion_masked(tensor, np.tile([edge, edge, size - edge, size - edge], (len(tensor), 1)))


def lesion_masked(tensor: Tensor, boxes: Boxes) -> Tensor:
    """Prepared images of which the tumour is hidden; ``boxes`` as in ``Prepared``."""
    edges = np.clip(np.rint(boxes), 0, tensor.shape[1]).astype(int)
    shown = tensor.copy()
    for one, (left, top, right, bottom) in zip(shown[..., 0], edges.tolist(), strict=True):
        seen = np.ones(one.shape, bool)
        seen[top:bottom, left:right] = False
        rest = one[seen]
        head = rest[rest > rest.min()]
        one[~seen] = np.median(head) if head.size else rest.min()
    return shown


def read_prepared(cheng: Path, model_input: ModelInput, report: Report) -> Prepared:
    """Read and prepare all images of a ``cheng`` folder.

    An image without a tumour has one hidden all the same, where another's lies: the square itself
    must not tell.

    Raises FileError if the table or an image cannot be read.
    """
    files = read_labelled(cheng)
    tensors, heads, beside = [], [], []
    boxes = np.full((len(files), 4), np.nan)
    size = model_input.size
    for number, file in enumerate(files):
        if number % 100 == 0:
            report(number / len(files), "preparing images")
        image = read_image2d(cheng / file.file).grey()
        values = image.astype(np.float32)
        made = prepare_image(values, model_input)
        head = head_of(values - values.min())
        tensors.append(made.tensor[0])
        heads.append(cut_out(head.astype(np.float32), made.box, size))
        beside.append(_beside(image, head))
        if file.box is not None:
            centre, half = np.array(file.box[:2]), np.array(file.box[2:]) * (0.5 + _RIM)
            corners = np.concatenate([centre - half, centre + half])
            pixels = corners * np.tile(image.shape[::-1], 2)
            boxes[number] = (pixels - [made.box.left, made.box.top] * 2) * (size / made.box.side)
    known = ~np.isnan(boxes[:, 0])
    random = np.random.default_rng(_SEED)
    boxes[~known] = boxes[known][random.integers(int(known.sum()), size=int((~known).sum()))]
    return Prepared(tuple(files), np.stack(tensors), np.stack(heads), boxes, np.stack(beside))


def features(prepared: Prepared) -> dict[str, Features]:
    """(n, numbers) of everything that is tried, by what it is."""
    tensor = prepared.tensor
    sizes = np.array([file.source_size for file in prepared.files], np.float64)
    return {
        "size before resizing": np.column_stack([sizes, sizes[:, 0] / sizes[:, 1]]),
        "grey values beside the head": prepared.beside,
        "sharpness of the prepared image": spectrum(tensor),
        "contour of the head": _shrunk(prepared.heads[..., None]),
        "border only": _shrunk(border_only(tensor)),
        "centre masked": _shrunk(centre_masked(tensor)),
        "tumour masked": _shrunk(lesion_masked(tensor, prepared.boxes)),
        "place and size of the tumour's box": prepared.boxes,
        "whole prepared image": _shrunk(tensor),
    }


def spectrum(tensor: Tensor) -> Features:
    """(n, rings) logarithm of the mean power in rings of spatial frequency, up to the limit.

    tensor : (n, size, size, 1)
    """
    size = tensor.shape[1]
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    ring = np.minimum((frequency * 2 * _RINGS).astype(int), _RINGS - 1).ravel()
    count = np.bincount(ring, minlength=_RINGS)
    rows = []
    for one in tensor[..., 0]:
        power = np.abs(np.fft.rfft2(one - one.mean())).ravel() ** 2
        rows.append(np.log(np.bincount(ring, power, minlength=_RINGS) / count + 1e-9))
    return np.array(rows)


def measure(prepared: Prepared, report: Report) -> dict[str, Any]:
    """What each part tells, as plain data: figures of the better classifier of two.

    Intervals are over images, near-copies together, as for the network.
    """
    files = prepared.files
    truth = np.array([CLASSES.index(file.label) for file in files], np.int64)
    fold_of = np.array([file.fold for file in files], np.int64)
    groups = np.array([file.group for file in files])
    parts = features(prepared)
    controls = {}
    for number, (name, values) in enumerate(parts.items()):
        report(number / len(parts), name)
        predictions = held_out(values, truth, fold_of)
        right = {key: float(np.mean(p.argmax(axis=1) == truth)) for key, p in predictions.items()}
        best = max(right, key=right.__getitem__)
        controls[name] = {
            "classifier": best,
            "accuracy_of_each": {key: round(value, 4) for key, value in right.items()},
            "figures": figures(truth, predictions[best], measures(CLASSES), _SEED, groups),
        }
    counts = np.bincount(truth, minlength=len(CLASSES))
    return {
        "classes": list(CLASSES),
        "images": dict(zip(CLASSES, counts.tolist(), strict=True)),
        "folds": len(FOLDS),
        "largest_class": round(float(counts.max() / len(truth)), 4),
        "controls": controls,
        "source_size_from_prepared": _size_told(files, fold_of, parts),
    }


def held_out(
    values: Features, truth: NDArray[np.int64], fold_of: NDArray[np.int64]
) -> dict[str, Features]:
    """(n, classes) probabilities by classifier, each from the folds that an image is not in."""
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    numbers, folds = values.shape[1], PredefinedSplit(fold_of)
    logistic = make_pipeline(
        StandardScaler(),
        PCA(min(_PARTS, numbers), random_state=0),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=1000),
    )
    boosting = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.1, max_leaf_nodes=8, l2_regularization=5.0, random_state=0
    )
    # Trees ask one number at a time: few numbers are better left as they are.
    reduced = PCA(_PARTS, random_state=0) if numbers > _PARTS else "passthrough"
    models = {
        "logistic regression": logistic,
        "gradient boosting": make_pipeline(reduced, boosting),
    }
    return {
        name: cross_val_predict(model, values, truth, cv=folds, method="predict_proba")
        for name, model in models.items()
    }


def _size_told(
    files: Sequence[LabelledFile], fold_of: NDArray[np.int64], parts: Mapping[str, Features]
) -> dict[str, float]:
    """AUROC with which prepared images without a tumour tell that they were large before.

    Only these came in many sizes.
    """
    chosen = np.array([file.label == "none" for file in files])
    longer = np.array([max(file.source_size) for file in files])[chosen]
    large = (longer > np.median(longer)).astype(np.int64)
    found = {}
    for name in ("sharpness of the prepared image", "whole prepared image"):
        predictions = held_out(parts[name][chosen], large, fold_of[chosen])
        areas = [area_under_curve(large > 0, fractions[:, 1]) for fractions in predictions.values()]
        found[name] = round(max(areas), 4)
    return found


def _shrunk(tensor: Tensor) -> Features:
    small = [
        cv2.resize(one, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for one in tensor[..., 0]
    ]
    return np.array(small, np.float64).reshape(len(tensor), -1)


def _beside(image: NDArray[np.uint8], head: NDArray[np.bool_]) -> Features:
    """(greys,) fraction of each range of grey values away from the head; zeros where all is
    head."""
    wide = 2 * round(_BESIDE * max(image.shape) / 224) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    away = cv2.dilate(head.astype(np.uint8), disc) == 0
    counts = np.bincount(image[away] // (256 // _GREYS), minlength=_GREYS)
    return np.asarray(counts / max(1, int(counts.sum())), np.float64)


def main(
    data: Annotated[Path, typer.Option(help="Folder of the labelled images.")],
    out: Annotated[Path, typer.Option(help="JSON file for the figures.")],
    recipe: Annotated[Path, typer.Option(help="Says how images are prepared.")] = RECIPE,
) -> None:
    """Measure what trivial information alone tells."""
    check_new_file(out)
    model_input = parse_input(recipe_content(recipe)["input"])
    report = print_progress()
    write_whole(out, dump(measure(read_prepared(data, model_input, report), report)).encode())


if __name__ == "__main__":
    run_alone(main)
