"""What is computed once of every case, for all folds and seeds: maps of the frozen parts of the
network, and descriptors of the lesion.

Parts that stay as they were pretrained never saw a patient, and give every fold and every seed the
same maps. Of each case there are augmented samples to learn from, and the images that inference
would show the network to answer from; everything lies in one file of the case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import SENSELESS, FileError, Report
from brainviewer.imaging.measure.descriptors import describe
from brainviewer.models.subtype.input import cut_out
from brainviewer.models.subtype.lesion_slices import lesion_slices
from brainviewer.training.augment import Images, Mask, Random, draw, marked_slices
from brainviewer.training.frozen_features import frozen_features
from brainviewer.training.json_files import read_arrays, write_arrays
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.resnet50 import MapNetwork
from brainviewer.training.subtype.patients import SEGMENTATIONS, segmented
from brainviewer.training.subtype.recipe import SubtypeRecipe

Maps = NDArray[np.int16]
"""Bits of bfloat16."""
_COARSE = 16
_DESCRIBED = "described "


@dataclass(frozen=True, eq=False)
class CaseFeatures:
    """drawn : (draws, slices, h, w, c), of samples; covered : (draws, slices, size / 16, size / 16)
    uint8, how much of each place is lesion, in 1/255.
    asked : (images, h, w, c) by segmentation, of what inference shows, the tumour slice first.
    lesion : (size, size) bool, the lesion on that slice as the first of the segmentations has it.
    described : (len(NAMES),) descriptors by segmentation.

    All are empty for a case in which nobody sees a lesion.
    """

    drawn: Maps
    covered: NDArray[np.uint8]
    asked: Mapping[str, Maps]
    lesion: Mask
    described: Mapping[str, NDArray[np.float64]]


def case_features(
    cases: Sequence[Case],
    recipe: SubtypeRecipe,
    network: MapNetwork,
    found: Path,
    folder: Path,
    report: Report,
) -> list[CaseFeatures]:
    """The features of all cases, read from ``folder`` or computed and written there.

    found : folder with what a detector that never saw a case says of it.
    """
    made = []
    for number, case in enumerate(cases):
        path = folder / f"{case.case_id}.npz"
        if not path.exists():
            report(number / len(cases), "looking at the cases")
            random = np.random.default_rng([recipe.seed, number])
            write_arrays(path, compress=False, **_computed(case, recipe, network, found, random))
        made.append(_read(path))
    return made


def _read(path: Path) -> CaseFeatures:
    try:
        held = read_arrays(path) or {}
        there = [name for name in SEGMENTATIONS if name in held]
        return CaseFeatures(
            held.get("drawn", np.zeros(0, np.int16)),
            held.get("covered", np.zeros(0, np.uint8)),
            {name: held[name] for name in there},
            held.get("lesion", np.zeros(0, bool)),
            {name: held[_DESCRIBED + name] for name in there},
        )
    except SENSELESS:
        raise FileError(
            f"The file {path.name} of the run cannot be read.", "Delete it, and train again."
        ) from None


def _computed(
    case: Case, recipe: SubtypeRecipe, network: MapNetwork, found: Path, random: Random
) -> dict[str, NDArray[Any]]:
    """The arrays of ``CaseFeatures`` by name; none without a lesion."""
    study, views = segmented(case, found)
    made: dict[str, NDArray[Any]] = {}
    if not views:
        return made
    model_input = recipe.input

    def maps(images: Images) -> Maps:
        return frozen_features(network, recipe.training.frozen, images)

    for name, (seen, finding) in views.items():
        assert finding.mask is not None and finding.index is not None
        slices = lesion_slices(seen, finding.mask, finding.brain, finding.index, model_input)
        prepared = slices.prepare(model_input)
        made[name] = maps(prepared.tensor.transpose(0, 3, 1, 2))
        made[_DESCRIBED + name] = np.array(list(describe(seen, finding).values()))
        if "lesion" not in made:
            shown = slices.lesion[slices.main].astype(np.float32)
            made["lesion"] = cut_out(shown, prepared.box, model_input.size) > 0.5
    marked = marked_slices(study, [one for _, one in views.values()], model_input.channels)
    samples = [draw(marked, model_input, random) for _ in range(recipe.draws)]
    made["drawn"] = np.stack([maps(images) for images, _ in samples])
    side = (model_input.size // _COARSE,) * 2
    coarse = [
        [cv2.resize(one, side, interpolation=cv2.INTER_AREA) for one in c] for _, c in samples
    ]
    made["covered"] = np.rint(255 * np.array(coarse)).astype(np.uint8)
    return made
