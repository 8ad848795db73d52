"""What the networks of the cross-validation say about images that they never saw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.models.card import ModelInput
from brainviewer.models.feature_ood import embedding, fit_ood
from brainviewer.models.image_classification.eligibility import why_not_image
from brainviewer.models.image_classification.input import head_of, prepare_image
from brainviewer.models.saliency import CropBox
from brainviewer.models.subtype.input import cut_out
from brainviewer.training.image_classification.data.benign_edits import edit
from brainviewer.training.image_classification.data.tumour_folds import CLASSES, FOLDS
from brainviewer.training.image_classification.data.tumour_samples import CHENG, LGG, Sample
from brainviewer.training.image_classification.evaluation.tumour_predictions import (
    EDIT_NAMES,
    TumourPredictions,
)
from brainviewer.training.image_classification.fitting.tumour_fit import network_file
from brainviewer.training.image_classification.networks.backbones import load_network
from brainviewer.training.image_classification.recipes.tumour_recipe import TumourRecipe
from brainviewer.training.precision import mixed_precision
from brainviewer.training.resnet50 import FEATURES, MapNetwork

AXES = 16
_BATCH = 16
_OF_FOLD = 600  # images that tell what a fold's network has seen
_EVERY = 6  # one image in so many is edited
_OF_KIND = 60
_BORDER, _MIDDLE = 0.8, 0.6  # side of the square in the middle that is hidden
_SEED = 2026

Tensors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class OodImage:
    """An image that is out of scope.

    grey : (rows, columns) float32
    gated : the simple checks refuse it before the network runs.
    """

    kind: str
    grey: NDArray[np.float32]
    gated: bool


def read_ood_images(folder: Path) -> list[OodImage]:
    """Images in a folder for each kind, evenly at most ``_OF_KIND`` of each; raises FileError."""
    found = []
    for kind in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(kind.glob("*.png"))
        chosen = np.linspace(0, len(files) - 1, min(_OF_KIND, len(files))).round().astype(int)
        for n in chosen.tolist():
            image = read_image2d(files[n])
            grey = image.grey().astype(np.float32)
            gated = bool(why_not_image(image.rgb()))
            gated = gated or not head_of(grey - grey.min()).any()
            found.append(OodImage(kind.name.replace("-", " ").replace("_", " "), grey, gated))
    return found


def predict_held_out(
    samples: Sequence[Sample],
    ood: Sequence[OodImage],
    run: Path,
    recipe: TumourRecipe,
    report: Report,
    doubtful: frozenset[str] = frozenset(),
) -> TumourPredictions:
    """Let each fold's network answer for the images that it never saw.

    doubtful : names of images that are not learned from.
    ood : what is out of scope.
    """
    model_input, mirrored = recipe.input, recipe.input.mirrored
    names, fold_of = (np.array([getattr(one, key) for one in samples]) for key in ("name", "fold"))
    ours, theirs = (
        np.flatnonzero([one.source == source for one in samples]) for source in (CHENG, LGG)
    )
    left_out = np.array([name in doubtful for name in names.tolist()])
    tensors, boxes = _prepared([one.image for one in samples], model_input)
    gated = np.array([one.gated for one in ood], bool)
    odd, _ = _prepared([one.grey for one in ood if not one.gated], model_input)
    chosen = ours[::_EVERY]
    logits, bordered, masked = np.zeros((3, len(samples), len(CLASSES)), np.float32)
    edited = np.zeros((len(EDIT_NAMES), len(chosen), len(CLASSES)), np.float32)
    distances = np.zeros(len(samples), np.float32)
    looked = np.full((3, len(samples)), np.nan, np.float32)
    ood_distances = np.full((len(FOLDS), len(ood)), np.inf, np.float32)
    codes = np.array([CLASSES.index(sample.label) for sample in samples])
    random = np.random.default_rng(_SEED)
    for place, fold in enumerate(FOLDS):
        network = load_network(network_file(run, fold), recipe.network)
        network = network.to(memory_format=torch.channels_last)
        own = np.flatnonzero(fold_of == fold)
        learned = ours[(fold_of[ours] != fold) & ~left_out[ours]]
        some = random.permutation(learned)[:_OF_FOLD]
        ood_check = fit_ood(_embeddings(look(network, tensors[some], mirrored)[1]), AXES)
        report(place / 4, f"fold {fold}: unseen images")
        logits[own], maps = look(network, tensors[own], mirrored)
        distances[own] = [ood_check.distance(row) for row in _embeddings(maps)]
        dense = network.dense.weight.detach().numpy()
        for n, features in zip(own.tolist(), maps, strict=True):
            lesion = samples[n].lesion
            if lesion is not None:
                shown = cut_out(lesion.astype(np.float32), boxes[n], model_input.size)
                looked[:, n] = _looked(features[0] @ dense[codes[n]], shown)
        bordered[own] = look(network, middle_hidden(tensors[own], _BORDER), False)[0]
        masked[own] = look(network, middle_hidden(tensors[own], _MIDDLE), False)[0]
        report((place + 0.3) / 4, f"fold {fold}: images out of scope")
        _, maps = look(network, odd, mirrored)
        ood_distances[place, ~gated] = [ood_check.distance(row) for row in _embeddings(maps)]
        mine = np.flatnonzero(fold_of[chosen] == fold)
        for row, name in enumerate(EDIT_NAMES):
            report((place + 0.4 + 0.6 * row / len(EDIT_NAMES)) / 4, f"fold {fold}: {name}")
            images = [
                edit(samples[n].image.astype(np.uint8), name, n).astype(np.float32)
                for n in chosen[mine].tolist()
            ]
            prepared, _ = _prepared(images, model_input)
            edited[row, mine] = look(network, prepared, mirrored)[0]
    inside, hit, area = looked[:, ours]
    return TumourPredictions(
        doubtful=left_out[ours],
        groups=np.array([samples[n].group for n in ours.tolist()]),
        files=names[ours],
        folds=fold_of[ours],
        labels=codes[ours],
        logits=logits[ours],
        bordered=bordered[ours],
        masked=masked[ours],
        gated=np.array([bool(why_not_image(samples[n].image)) for n in ours.tolist()]),
        distances=distances[ours],
        inside=inside,
        hit=hit,
        area=area,
        chosen=np.arange(len(ours))[::_EVERY],
        edited=edited,
        lgg_names=names[theirs],
        lgg_labels=codes[theirs],
        lgg_logits=logits[theirs],
        ood_kinds=np.array([one.kind for one in ood]),
        ood_gated=gated,
        ood_distances=ood_distances,
    )


def middle_hidden(tensors: Tensors, fraction: float) -> Tensors:
    """Prepared images (n, size, size, 1) without the square in the middle.

    fraction : side of the square, of the image's.

    What is hidden becomes the median of what is left of the head, and black if nothing is.
    """
    size = tensors.shape[1]
    edge = round(size * (1 - fraction) / 2)
    seen = np.ones((size, size), bool)
    seen[edge : size - edge, edge : size - edge] = False
    shown = tensors.copy()
    for one in shown[..., 0]:
        rest = one[seen]
        head = rest[rest > rest.min()]
        one[~seen] = np.median(head) if head.size else rest.min()
    return shown


def look(network: MapNetwork, tensors: Tensors, mirrored: bool) -> tuple[Tensors, Tensors]:
    """What a network makes of prepared images.

    tensors : (n, size, size, 1); mirrored : whether it looks at their mirror images too.

    Returns logits (n, 4), the mean of both, and last maps (n, 1 or 2, h, w, 2048).
    """
    views = np.stack([tensors, tensors[:, :, ::-1]] if mirrored else [tensors], axis=1)
    logits, maps = [], []
    with torch.no_grad(), mixed_precision():
        for start in range(0, len(tensors), _BATCH):
            some = views[start : start + _BATCH]
            batch = torch.from_numpy(some.reshape(-1, *some.shape[2:])).permute(0, 3, 1, 2)
            features = network.features(batch.contiguous(memory_format=torch.channels_last))
            said = network.logits(features.float()).float().numpy()
            logits.append(said.reshape(*some.shape[:2], -1).mean(axis=1))
            shown = features.float().permute(0, 2, 3, 1).numpy()
            maps.append(shown.reshape(*some.shape[:2], *shown.shape[1:]))
    if not logits:
        return np.zeros((0, len(CLASSES)), np.float32), np.zeros((0, 1, 1, 1, FEATURES), np.float32)
    return np.concatenate(logits), np.concatenate(maps)


def _prepared(
    images: Iterable[NDArray[np.float32]], model_input: ModelInput
) -> tuple[Tensors, list[CropBox]]:
    made = [prepare_image(image, model_input) for image in images]
    size = model_input.size
    tensors = [one.tensor[0] for one in made]
    return np.stack(tensors) if made else np.zeros((0, size, size, 1), np.float32), [
        one.box for one in made
    ]


def _embeddings(maps: Tensors) -> NDArray[np.float32]:
    rows = [embedding(one) for one in maps]
    return np.stack(rows) if rows else np.zeros((0, FEATURES), np.float32)


def _looked(evidence: Tensors, lesion: Tensors) -> tuple[float, float, float]:
    """Fraction of a map on the lesion, whether its top lies there, and the lesion's own fraction.

    evidence : (h, w); lesion : (size, size) in 0..1. A place is lesion where a quarter of it is.
    """
    rows = len(evidence)
    block = len(lesion) // rows
    covered = lesion.reshape(rows, block, rows, block).mean(axis=(1, 3))
    positive = np.maximum(evidence, 0)
    top = np.unravel_index(int(evidence.argmax()), evidence.shape)
    fraction = float((positive * covered).sum() / max(float(positive.sum()), 1e-9))
    return fraction, float(covered[top] > 0.05), float(covered.mean())


def embeddings_of(
    network: MapNetwork, images: Sequence[NDArray[np.float32]], model_input: ModelInput
) -> NDArray[np.float32]:
    """(n, 2048): the features of whole images as ``models.feature_ood.embedding`` gives them."""
    rows = []
    for start in range(0, len(images), 8 * _BATCH):
        some, _ = _prepared(images[start : start + 8 * _BATCH], model_input)
        rows.append(_embeddings(look(network, some, model_input.mirrored)[1]))
    return np.concatenate(rows)
