"""What the networks of a run say of patients that they never saw, where they look, and the limit
beyond which features are out of distribution."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.files.writing import write_whole
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.feature_ood import FeatureOOD, embedding, fit_ood, save_ood
from brainviewer.models.saliency import CropBox, class_activation, map_on_slice
from brainviewer.training.frozen_features import as_maps
from brainviewer.training.image_classification.networks.resnet50v2 import ResNet50V2
from brainviewer.training.json_files import dump, write_json
from brainviewer.training.model_files import NETWORK_CHECK_FILE, OOD_FILE
from brainviewer.training.packing.weights import load_weights
from brainviewer.training.recipes import FINAL_FILE
from brainviewer.training.resnet50 import MapNetwork
from brainviewer.training.subtype.evidence import PREDICTIONS_FILE
from brainviewer.training.subtype.features import CaseFeatures, Maps
from brainviewer.training.subtype.patients import SEGMENTATIONS, Patient, fold_numbers
from brainviewer.training.subtype.recipe import SubtypeRecipe

AXES = 16
QUANTILE = 0.95
"""The usual working point: 95 % of what is in scope passes."""

Arrays = NDArray[np.float32]
Features = Sequence[CaseFeatures]


def write_predictions(
    recipe: SubtypeRecipe,
    patients: Sequence[Patient],
    features: Features,
    out: Path,
    report: Report,
) -> None:
    """Let each fold's network answer for the patients that it never saw.

    Writes ``predictions.json`` (everything that an evaluation needs, without names), ``scope.npz``
    (what the features of the final network look like) and ``network.json`` (how many that refuses,
    and where networks look).
    """
    members = [n for n, seen in enumerate(features) if seen.asked]
    names = sorted({patients[n].name for n in members})
    looked = []
    runs = []
    for seed in recipe.seeds:
        fold_of = fold_numbers(recipe, patients, seed)[members]
        logits: dict[str, list[list[float] | None]] = {
            name: [None] * len(members) for name in SEGMENTATIONS
        }
        for fold in np.unique(fold_of).tolist():
            network = load_network(recipe, fold_file(out, seed, fold))
            for place in np.flatnonzero(fold_of == fold).tolist():
                seen = features[members[place]]
                for hand, (name, maps) in enumerate(seen.asked.items()):
                    row, last = ask(network, maps, recipe.training.frozen)
                    logits[name][place] = [round(float(value), 5) for value in row]
                    if not hand:
                        looked.append(overlap(network, row, last, seen.lesion))
            report((fold + 1) / (fold_of.max() + 1), f"seed {seed}: unseen patients")
        runs.append({"seed": seed, "fold": fold_of.tolist(), "logits": logits})
    known = [
        {
            "number": place,
            "patient": names.index(patients[n].name),
            "collection": patients[n].case.collection,
            "label": recipe.classes[patients[n].label],
            "certain": patients[n].certain,
            "age_years": patients[n].case.age_years,
            "descriptors": {
                name: [_plain(value) for value in values]
                for name, values in features[n].described.items()
            },
        }
        for place, n in enumerate(members)
    ]
    inputs = {"descriptor_names": list(NAMES), "patients": known, "runs": runs}
    write_whole(out / PREDICTIONS_FILE, dump(inputs).encode())
    check, refused = network_ood(recipe, patients, features, out)
    save_ood(check, out / OOD_FILE)
    unseen = {"images": len(members), "refused": refused}
    sets = {"patients that the networks never saw": unseen}
    scope = {"axes": AXES, "quantile": QUANTILE, "limit": round(check.limit, 4), "sets": sets}
    means = dict(zip(("energy", "area", "hit"), np.mean(looked, axis=0).round(4), strict=True))
    looks = {"trained": {"patients": len(looked) // len(runs), **means}}
    write_json(out / NETWORK_CHECK_FILE, {"scope": scope, "looks": looks})


def _plain(value: float) -> float | None:
    return round(float(value), 5) if np.isfinite(value) else None


def load_network(recipe: SubtypeRecipe, path: Path) -> ResNet50V2:
    """A network of this recipe, ready to answer; raises FileError."""
    network = ResNet50V2(len(recipe.classes), len(recipe.input.channels))
    load_weights(network, path)
    network.eval()
    return network


def fold_file(out: Path, seed: int, fold: int) -> Path:
    """Where the network of a fold lies."""
    return out / f"seed{seed}-fold{fold}.npz"


def ask(network: MapNetwork, seen: Maps, after: int) -> tuple[Arrays, Arrays]:
    """Mean logits (classes,) of some images, and their last maps (n, h, w, 2048).

    seen : what the first ``after`` parts of the network made of the images.
    """
    with torch.no_grad():
        maps = as_maps(seen).float().contiguous(memory_format=torch.channels_last)
        last = network.maps(maps, after)[1]
        logits = network.logits(last).mean(dim=0)
    return logits.numpy(), last.permute(0, 2, 3, 1).numpy()


def overlap(
    network: MapNetwork, logits: Arrays, features: Arrays, lesion: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """The class-activation map of the answer, against the lesion on the tumour slice.

    Returns the fraction of the map inside the lesion, the fraction of the crop that is lesion, and
    1 if the map's peak lies inside the lesion (pointing game, Zhang et al. 2018), else 0.
    """
    dense = network.dense.weight.detach().numpy().T
    activation = class_activation(features[:1], dense, int(np.argmax(logits)))
    heat = map_on_slice(activation, CropBox(0, 0, lesion.shape[0]), (lesion.shape[0],) * 2)
    total = float(heat.sum())
    energy = float(heat[lesion].sum()) / total if total > 0 else 0.0
    hit = total > 0 and lesion[np.unravel_index(int(heat.argmax()), heat.shape)]
    return energy, float(lesion.mean()), float(hit)


def network_ood(
    recipe: SubtypeRecipe, patients: Sequence[Patient], features: Features, out: Path
) -> tuple[FeatureOOD, float]:
    """What the features of the final network look like, and the fraction of unseen patients that
    this refuses.

    The limit is a quantile of how far the features of unseen patients lie from those that their
    fold's network learned from.
    """
    members = [n for n, seen in enumerate(features) if seen.asked]
    asked = [next(iter(features[number].asked.values())) for number in members]
    fold_of = fold_numbers(recipe, patients, recipe.seeds[0])[members]

    def embeddings(path: Path) -> Arrays:
        network, frozen = load_network(recipe, path), recipe.training.frozen
        return np.stack([embedding(ask(network, maps, frozen)[1]) for maps in asked])

    unseen: list[float] = []
    for fold in range(int(fold_of.max()) + 1):
        own, rows = fold_of == fold, embeddings(fold_file(out, recipe.seeds[0], fold))
        learned = fit_ood(rows[~own], AXES)
        unseen += [learned.distance(row) for row in rows[own]]
    limit = float(np.quantile(unseen, QUANTILE))
    refused = round(float(np.mean(np.array(unseen) > limit)), 4)
    return fit_ood(embeddings(out / FINAL_FILE), AXES, limit), refused
