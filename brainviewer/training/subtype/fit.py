"""Train the subtype's network: cross-validation with several seeds, then on all patients.

The stem and the first stages stay as they were on ImageNet; the last stage and the dense layer are
trained on the maps of ``features``. Each finished part is a file in the run's folder, and a network
that was broken off goes on from its checkpoint. The schedule is fixed beforehand: no fold's test
patients decide when its training stops.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import Report
from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.subtype.fusion_head import FARTHEST
from brainviewer.training.augment import levels
from brainviewer.training.frozen_features import as_maps
from brainviewer.training.image_classification.networks.resnet50v2 import (
    ResNet50V2,
    from_gluon_arrays,
)
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.labelled_data.detections import DETECTIONS_FOLDER, detect_all
from brainviewer.training.learning import Checkpoint, descend
from brainviewer.training.packing.weights import save_weights
from brainviewer.training.precision import device, images_on_device, mixed_precision
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE
from brainviewer.training.resnet50 import Coverage, guidance_loss
from brainviewer.training.subtype.evidence import PREDICTIONS_FILE
from brainviewer.training.subtype.features import CaseFeatures, case_features
from brainviewer.training.subtype.patients import Patient, fold_numbers, patients_of, shares
from brainviewer.training.subtype.predictions import fold_file, load_network, write_predictions
from brainviewer.training.subtype.recipe import SubtypeRecipe

FEATURES_FOLDER = "features"
_COLOURS = {
    "FLAIR": (1.0, 0.0, 0.0), "T1ce": (0.0, 1.0, 0.0), "T1": (0.0, 0.0, 1.0), "T2": (0.5, 0.0, 0.5)
}  # fmt: skip
"""Sequences as colours, so that stages that were trained on photographs tell them apart."""


def fit(
    recipe: SubtypeRecipe, cases: Sequence[Case], out: Path, weights: str, report: Report
) -> None:
    """Make everything that the recipe describes, in the folder ``out``.

    weights : folder with the ImageNet numbers of a ResNet50 v2.

    Leaves there what was found in each case, the features of each, ``seedS-foldN.npz``,
    ``final.npz`` (of all patients), and what ``write_predictions`` says.
    """
    start = out / PRETRAINED_FILE
    if not start.exists():
        save_weights(imagenet_network(recipe, weights), start)
    patients = patients_of(recipe, cases)
    own = [one.case for one in patients]
    found = out / DETECTIONS_FOLDER
    detect_all(own, found, report)
    network = load_network(recipe, start)
    features = case_features(own, recipe, network, found, out / FEATURES_FOLDER, report)
    members = [n for n, one in enumerate(features) if one.asked]
    for number in sorted({*range(len(own))} - {*members}):
        report((number + 1) / len(own), f"left out {own[number].case_id}, which shows no lesion")

    def train_into(path: Path, learned: Sequence[int], seed: Sequence[int], text: str) -> None:
        if path.exists():
            return
        number = int(np.random.SeedSequence(seed).generate_state(1)[0])
        torch.manual_seed(number)
        samples = Samples(recipe, patients, features, learned, number)
        checkpoint = Checkpoint(path.with_suffix(".part.npz"))
        begun = load_network(recipe, start)
        save_weights(learn(begun, samples, recipe, text, report, checkpoint), path)
        checkpoint.remove()

    for seed in recipe.seeds:
        fold_of = fold_numbers(recipe, patients, seed)
        for fold in range(int(fold_of.max()) + 1):
            learned = [n for n in members if fold_of[n] != fold]
            path, text = fold_file(out, seed, fold), f"seed {seed}, fold {fold + 1}"
            train_into(path, learned, [seed, fold], text)
    train_into(out / FINAL_FILE, members, [recipe.seed], "all patients")
    if not (out / PREDICTIONS_FILE).exists():
        write_predictions(recipe, patients, features, out, report)
    report(1.0, "done")


def imagenet_network(recipe: SubtypeRecipe, weights: str) -> ResNet50V2:
    """The network as it was on ImageNet, as far as its numbers are known.

    weights : folder with them.

    Raises FileError if they are not there.
    """
    colours = [_COLOURS[name] for name in recipe.input.channels]
    torch.manual_seed(recipe.seed)
    return from_gluon_arrays(weights, len(recipe.classes), levels(recipe.input), colours)


class Samples:
    """The batches of one training, each drawn from its own seed.

    Every class is drawn as often as the others and, within a class, every patient; one whose class
    is not certain less often, as the recipe says.

    learned : the cases that may be learned from.
    """

    def __init__(
        self,
        recipe: SubtypeRecipe,
        patients: Sequence[Patient],
        features: Sequence[CaseFeatures],
        learned: Sequence[int],
        seed: int,
    ) -> None:
        self._features, self._seed, self._size = features, seed, recipe.training.batch
        self._labels = np.array([one.label for one in patients])
        allowed = np.isin(np.arange(len(patients)), learned)
        chances = shares(recipe, patients) * allowed
        sums = np.bincount(self._labels, chances, len(recipe.classes))
        chances = chances / sums[self._labels]
        self.chances: NDArray[np.float64] = chances / chances.sum()
        self._described = standardised(features, np.flatnonzero(self.chances).tolist())

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Maps (n, c, h, w), labels (n,) int64, coverage (n, 1, h, w) in 0..1 and descriptors
        (n, len(NAMES))."""
        random = np.random.default_rng([self._seed, step])
        chosen = random.choice(len(self.chances), self._size, p=self.chances)
        maps, covered = [], []
        for number in chosen:
            seen = self._features[number]
            place = tuple(random.integers(seen.drawn.shape[:2]))
            maps.append(seen.drawn[place])
            covered.append(seen.covered[place][None])
        cover = torch.from_numpy(np.stack(covered).astype(np.float32) / np.float32(255))
        labels, described = (torch.from_numpy(a[chosen]) for a in (self._labels, self._described))
        return as_maps(np.stack(maps)), labels, cover, described


def standardised(features: Sequence[CaseFeatures], learned: Sequence[int]) -> NDArray[np.float32]:
    """(cases, len(NAMES)): the descriptors of each case's lesion as the first hand marks it, in
    standard deviations of the cases that are learned from; NaN where they are not known."""
    nothing = np.full(len(NAMES), np.nan)
    rows = np.array([next(iter(one.described.values()), nothing) for one in features])
    known = np.ma.masked_invalid(rows[learned])
    mean, spread = (one.filled(np.nan) for one in (known.mean(axis=0), known.std(axis=0)))
    within = (rows - mean) / np.where(spread > 1e-6, spread, np.nan)
    return np.asarray(np.clip(within, -FARTHEST, FARTHEST), np.float32)


def description_loss(said: Tensor, described: Tensor) -> Tensor:
    """Mean Huber loss of the descriptors that are known (not NaN); both (n, len(NAMES))."""
    known = torch.isfinite(described)
    wanted = torch.where(known, described, 0.0)
    each = nn.functional.smooth_l1_loss(said, wanted, reduction="none")
    return torch.as_tensor((each * known).sum() / known.sum().clamp(min=1))


def learn(
    network: ResNet50V2,
    samples: Samples,
    recipe: SubtypeRecipe,
    text: str,
    report: Report,
    checkpoint: Checkpoint | None = None,
) -> ResNet50V2:
    """Fit what is not frozen; returns the running mean of the weights.

    With ``coverage`` it also learns to say where the lesion lies, and with ``described`` what its
    descriptors are; both are only trained for. So many targets keep it from learning the few
    patients by heart (multi-task learning; Caruana 1997). With ``guidance`` it learns to find the
    evidence on the lesion, so that the heatmap means something.
    """
    schedule = recipe.training
    network.freeze(schedule.frozen)
    coverage = Coverage(1, *network.channels)
    descriptors = nn.Linear(network.channels[1], len(NAMES))

    def losses(first: int) -> Iterator[tuple[Tensor, Tensor]]:
        for step in range(first, schedule.steps):
            inputs, *told = samples.batch(step)
            labels, covered, described = (one.to(device()) for one in told)
            with mixed_precision(device()):
                images = images_on_device(inputs.float())
                maps = network.maps(images, after=schedule.frozen)
                logits = network.logits(maps[1]).float()
                beside = coverage.loss(maps, covered)
                said = descriptors(maps[1].mean(dim=(2, 3))).float()
            loss = nn.functional.cross_entropy(
                logits, labels, label_smoothing=schedule.label_smoothing
            )
            guidance = guidance_loss(network, maps[1], covered)
            own = loss + schedule.coverage * beside + schedule.guidance * guidance
            yield own + recipe.described * description_loss(said, described), loss

    # All in one, so that a checkpoint holds all.
    tasks = {"network": network, "coverage": coverage, "descriptors": descriptors}
    together = nn.ModuleDict(tasks)
    fitted = descend(together, losses, schedule, text, report, [together], checkpoint=checkpoint)
    return cast(ResNet50V2, fitted["network"])
