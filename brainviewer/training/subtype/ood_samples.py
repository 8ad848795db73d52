"""Out-of-distribution samples for a glioma model: other tumours, healthy tissue, noise."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.slices import Plane, SliceView
from brainviewer.models.card import ModelInput
from brainviewer.models.subtype.lesion_slices import LesionSlices, lesion_slices
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.labelled_data.detections import load_detection
from brainviewer.training.labelled_data.pretraining_images import (
    LabelledPicture,
    ellipse,
    read_cheng,
)

Tensor = NDArray[np.float32]
Random = np.random.Generator

_PICTURE_KINDS = {"meningioma": "meningioma", "pituitary": "pituitary tumour", "glioma": "glioma"}
_HEAD = (240, 240)


def ood_sets(
    cases: Sequence[Case],
    found: Path,
    pictures: Path,
    model_input: ModelInput,
    count: int,
    seed: int,
) -> dict[str, list[Tensor]]:
    """Prepared images by what they show, at most ``count`` of each.

    found : folder of what the finder said about the cases.
    pictures : a ``cheng`` folder; left out if it is not there.
    """
    random = np.random.default_rng(seed)
    sets: dict[str, list[Tensor]] = {}
    if pictures.is_dir():
        everything = read_cheng(pictures)
        for label, name in _PICTURE_KINDS.items():
            kind = [p for p in everything if p.label == label and p.mask is not None]
            chosen = random.permutation(len(kind))[:count]
            sets[f"one T1ce picture of a {name} in place of FLAIR and T1ce"] = [
                _picture(kind[int(n)], model_input) for n in chosen
            ]
    healthy = _healthy(cases, found, model_input, random)
    sets["healthy tissue of the same patients, outlined at random"] = list(islice(healthy, count))
    sets["noise in the shape of a head"] = [_noise(model_input, 0, random) for _ in range(count)]
    sets["blotches in the shape of a head"] = [_noise(model_input, 3, random) for _ in range(count)]
    return sets


def _picture(picture: LabelledPicture, model_input: ModelInput) -> Tensor:
    assert picture.mask is not None
    channels = {name: picture.picture[None] for name in model_input.channels if name != "T1"}
    return LesionSlices((0,), 0, channels, picture.mask[None], None).prepare(model_input).tensor


def _healthy(
    cases: Sequence[Case], found: Path, model_input: ModelInput, random: Random
) -> Iterator[Tensor]:
    """A ball in the brain of a patient, on slices that show no lesion."""
    for number in random.permutation(len(cases)):
        case = cases[int(number)]
        said = load_detection(found, case.case_id)
        if said is None or said.brain is None:
            continue
        labelled = case.load()
        lesion = said.lesion if labelled.lesion is None else said.lesion | labelled.lesion
        view = SliceView.of(labelled.study.grid, Plane.AXIAL)
        others = tuple(axis for axis in range(3) if axis != view.axis)
        ill, brain = lesion.sum(axis=others), said.brain.sum(axis=others)
        free = [
            k for k in range(view.count)
            if not ill[max(0, k - 1) : k + 2].any() and brain[k] > 0.6 * brain.max()
        ]  # fmt: skip
        if free:
            index = int(random.choice(free))
            ball = _ball(said.brain, view.axis, index, random)
            slices = lesion_slices(labelled.study, ball, said.brain, index, model_input)
            yield slices.prepare(model_input).tensor


def _ball(brain: NDArray[np.bool_], axis: int, index: int, random: Random) -> NDArray[np.bool_]:
    """Three slices of a disk in the brain."""
    within = np.moveaxis(brain, axis, 0)
    places = np.argwhere(within[index])
    middle = places[random.integers(len(places))]
    near = np.hypot(*(np.indices(within.shape[1:]) - middle[:, None, None]))
    ball = np.zeros_like(within)
    several = slice(max(0, index - 1), index + 2)
    ball[several] = within[several] & (near < random.uniform(10, 25))
    return np.moveaxis(ball, 0, axis)


def _noise(model_input: ModelInput, smooth: float, random: Random) -> Tensor:
    head = ellipse(_HEAD, (120, 120), (70, 90))
    channels = {}
    for name in model_input.channels:
        image = random.normal(0, 1, _HEAD).astype(np.float32)
        if smooth:
            image = cv2.GaussianBlur(image, (0, 0), smooth)
        image = (image - image.mean()) / image.std() * 120 + 500
        channels[name] = (np.clip(image, 0, None) * head)[None]
    x, y = (120 + int(n) for n in random.integers(-30, 31, 2))
    lesion = ellipse(_HEAD, (x, y), (25, 20))
    slices = LesionSlices((0,), 0, channels, lesion[None], head[None])
    return slices.prepare(model_input).tensor
