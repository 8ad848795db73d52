"""Predictions of trained networks for held-out patients, and overlap of their activation maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane, SliceView
from brainviewer.models.card import ModelInput
from brainviewer.models.saliency import class_activation, map_on_slice
from brainviewer.models.subtype.input import Prepared, cut_out
from brainviewer.models.subtype.lesion_slices import LesionSlices, cut_slices, lesion_slices
from brainviewer.training.labelled_data.collection import Case, LabelledStudy
from brainviewer.training.labelled_data.detections import Detection
from brainviewer.training.resnet50 import ResNet50
from brainviewer.training.subtype.evaluation_inputs import MAIN

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Inputs:
    """A case as the network gets it, in each situation.

    found : lesion and brain as the detector segmented them. expert : lesion segmented by an expert.
    single : like ``found``, but only the tumour slice.
    lesion : (rows, columns) bool, the best segmentation there is, on the tumour slice of ``found``.
    was_found : False if the detector saw nothing; ``found`` then stands for the middle of the
        brain.
    """

    prepared: dict[str, Prepared]
    lesion: Mask
    was_found: bool


def inputs_of(case: Case, found: Detection | None, model_input: ModelInput) -> Inputs:
    """Prepare a case in every situation; without an expert's segmentation ``expert`` is left
    out."""
    labelled = case.load()
    study = labelled.study
    view = SliceView.of(study.grid, Plane.AXIAL)
    brain = None if found is None else found.brain
    was_found = found is not None and found.index is not None
    if found is not None and found.index is not None:
        lesion, index = found.lesion, found.index
    else:
        lesion, index = _middle(study.grid.shape), view.count // 2
    situations: dict[str, LesionSlices] = {
        MAIN: lesion_slices(study, lesion, brain, index, model_input),
        "single": lesion_slices(study, lesion, brain, index, model_input, alone=True),
    }
    true = lesion
    if labelled.lesion is not None and labelled.lesion.any():
        true = labelled.lesion
        situations["expert"] = expert_slices(labelled, brain, model_input)
    prepared = {name: slices.prepare(model_input) for name, slices in situations.items()}
    return Inputs(prepared, cut_slices(true, view, (index,))[0], was_found)


def expert_slices(
    labelled: LabelledStudy, brain: Mask | None, model_input: ModelInput
) -> LesionSlices:
    """The slices around the one in which the expert's segmentation is largest; raises FileError if
    there is no segmentation."""
    study, lesion = labelled.study, labelled.lesion
    if lesion is None or not lesion.any():
        raise FileError(f"The case {study.name} has no segmentation by an expert.", "Leave it out.")
    axis = SliceView.of(study.grid, Plane.AXIAL).axis
    areas = lesion.sum(axis=tuple(n for n in range(3) if n != axis))
    return lesion_slices(study, lesion, brain, int(np.argmax(areas)), model_input)


@dataclass(frozen=True, eq=False)
class CasePrediction:
    """logits by situation, (classes,); embedding : (2048,), of the main situation
    looked : where the network looked in the main situation (see ``activation_overlap``).
    """

    logits: dict[str, NDArray[np.float32]]
    embedding: NDArray[np.float32]
    looked: dict[str, float | bool]


def predict(network: ResNet50, inputs: Inputs) -> CasePrediction:
    """Run a network on a case."""
    logits = {}
    for name, prepared in inputs.prepared.items():
        features, predictions = run(network, prepared.tensor)
        logits[name] = predictions.mean(axis=0)
        if name == MAIN:
            embedding = features.mean(axis=(0, 1, 2))
            looked = activation_overlap(network, features, logits[name], prepared, inputs.lesion)
    return CasePrediction(logits, embedding, looked)


def run(
    network: ResNet50, tensor: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, size, size, depth) -> features (n, h, w, 2048) and logits (n, classes)"""
    images = (
        torch.from_numpy(tensor).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    )
    with torch.no_grad():
        features = network.features(images)
        predictions = network.logits(features)
    return features.permute(0, 2, 3, 1).numpy(), predictions.numpy()


def activation_overlap(
    network: ResNet50,
    features: NDArray[np.float32],
    logits: NDArray[np.float32],
    prepared: Prepared,
    lesion: Mask,
) -> dict[str, float | bool]:
    """The class-activation map of the answer, against the lesion's segmentation on the tumour
    slice.

    energy : fraction of the map inside the lesion; area : fraction of the crop that is lesion;
    hit : the map's peak lies inside the lesion (Zhang et al. 2018, pointing game).
    """
    dense = network.dense.weight.detach().numpy().T
    activation = class_activation(features[:1], dense, int(np.argmax(logits)))
    shown = map_on_slice(activation, prepared.box, prepared.shape)
    size = 128
    heat = cut_out(shown, prepared.box, size)
    inside = cut_out(lesion.astype(np.float32), prepared.box, size) > 0.5
    total = float(heat.sum())
    return {
        "energy": float(heat[inside].sum()) / total if total > 0 else 0.0,
        "area": float(inside.mean()),
        "hit": bool(total > 0 and inside[np.unravel_index(int(heat.argmax()), heat.shape)]),
    }


def with_shuffled_weights(network: ResNet50, seed: int) -> ResNet50:
    """The same network with the numbers of every layer shuffled (Adebayo et al. 2018)."""
    made = ResNet50(network.dense.out_features, network.conv1_conv.in_channels)
    made.eval()
    made.load_state_dict(network.state_dict())
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for number in made.parameters():
            if number.ndim > 1:
                order = torch.randperm(number.numel(), generator=chance)
                number.copy_(number.flatten()[order].reshape(number.shape))
    return made


def entry(
    case: Case, fold: int, seed: int, logits: Mapping[str, NDArray[Any]], **more: Any
) -> dict[str, Any]:
    """A prediction as it is written to JSON; logits : by situation, (classes,)."""
    return {
        "case_id": case.case_id,
        "fold": fold,
        "seed": seed,
        "label": case.label,
        "age_years": case.age_years,
        **more,
        "logits": {name: [round(float(value), 5) for value in row] for name, row in logits.items()},
    }


def summary(looked: Sequence[dict[str, float | bool]]) -> dict[str, float]:
    """Means over patients of ``activation_overlap``."""
    means = {
        key: round(float(np.mean([one[key] for one in looked])), 4)
        for key in (looked[0] if looked else ())
    }
    return {"patients": len(looked), **means}


def _middle(shape: tuple[int, ...]) -> Mask:
    """A box in the middle of the grid, half as long as it: what is typed if nothing was found."""
    mask = np.zeros(shape, bool)
    mask[tuple(slice(n // 4, max(n // 4 + 1, n - n // 4)) for n in shape)] = True
    return mask
