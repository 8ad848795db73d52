"""Augmentation cache: augmented samples of every case, drawn once for all folds and seeds.

How a sample is varied does not depend on who learns from it, and varying takes longer than
learning. So every case is drawn a number of times ahead of the training; what is cheap (mirror
images, gain, noise, missing sequences) is varied again each time a sample is used.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.worker_pool import worker_pool
from brainviewer.models.card import ModelInput
from brainviewer.models.saliency import CropBox
from brainviewer.models.subtype.input import cut_out, head_mask, slices_to_see, standardise
from brainviewer.models.subtype.lesion_slices import cut_slices
from brainviewer.training.augment import Random, grown, rough_outline, turn, vary_intensity
from brainviewer.training.json_files import write_json
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.labelled_data.detections import Detection, load_detection
from brainviewer.training.recipes import Recipe

Mask = NDArray[np.bool_]
Samples = NDArray[np.uint8]

_SAMPLES_FILE = "bank.npy"
_ABOUT_FILE = "bank.json"
# A segmentation of something else teaches the wrong thing: least Dice with the expert's.
_LEAST_AGREEMENT = 0.3


@dataclass(frozen=True, eq=False)
class CaseSlices:
    """All axial slices of a case from bottom to top: (slices, rows, columns) each.

    masks : the lesion as it was drawn by the expert, by the detector, or both.
    true_lesion : the best of them.
    """

    channels: Mapping[str, NDArray[Any]]
    masks: tuple[Mask, ...]
    true_lesion: Mask
    brain: Mask


@dataclass(frozen=True, eq=False)
class AugmentationCache:
    """samples : (cases, draws, slices, size, size, channels + 1) uint8; the last one is the
    coverage by the lesion in 1/255. ``levels`` turns the others back into numbers.

    channels : which sequences a case has, (cases, channels) bool
    """

    samples: Samples
    has: NDArray[np.bool_]
    case_ids: tuple[str, ...]
    low: float
    high: float


def slices_of(case: Case, found: Detection | None, channels: Sequence[str]) -> CaseSlices:
    """Read a case for the cache; raises FileError if it shows no lesion."""
    labelled = case.load()
    study = labelled.study
    view = SliceView.of(study.grid, Plane.AXIAL)
    order = range(view.count) if view.ascending else range(view.count - 1, -1, -1)

    def cut(data: NDArray[Any]) -> NDArray[Any]:
        return cut_slices(data, view, order)

    images = {
        str(m): cut(v.data)
        for m, v in study.volumes.items()
        if str(m) in channels and not v.constant
    }
    drawn = None if labelled.lesion is None else cut(labelled.lesion)
    seen = cut(found.lesion) if found is not None and found.lesion.any() else None
    if drawn is not None and seen is not None and _dice(drawn, seen) < _LEAST_AGREEMENT:
        seen = None
    masks = tuple(mask for mask in (drawn, seen) if mask is not None and mask.any())
    if not masks or not images:
        raise FileError(
            f"The case {case.case_id} shows no lesion.", "Leave it out, or segment the lesion."
        )
    if found is not None and found.brain is not None:
        brain = cut(found.brain)
    else:
        brain = np.stack(
            [head_mask([i[n].astype(np.float32) for i in images.values()]) for n in order]
        )
    return CaseSlices(images, masks, masks[0], brain)


def draw(case: CaseSlices, model_input: ModelInput, random: Random) -> Samples:
    """A random relative of a case: (slices, size, size, channels + 1) uint8."""
    mask = case.masks[random.integers(len(case.masks))]
    chosen = _choose(mask, model_input, random)
    lesion, brain = mask[chosen], case.brain[chosen] | mask[chosen]
    seed = int(random.integers(2**32))
    lesion = np.stack(
        [rough_outline(m, np.random.default_rng(seed)) if m.any() else m for m in lesion]
    )
    edge = random.normal(0, 0.012) * float(np.sqrt(np.count_nonzero(brain.any(axis=0))))
    inside = np.stack([grown(one, edge) if one.any() else one for one in brain]) | lesion
    images = {}
    for name, planes in case.channels.items():
        seed = int(random.integers(2**32))
        shown = planes[chosen].astype(np.float32)
        images[name] = np.stack([vary_intensity(m, np.random.default_rng(seed)) for m in shown])
    images, box = standardise(images, lesion, inside, model_input)
    side = box.side * random.uniform(0.85, 1.2)
    down, right = random.normal(0, 0.05, 2) * box.side + (box.side - side) / 2
    box = CropBox(box.top + down, box.left + right, side)
    linear = turn(random)
    size, names = model_input.size, model_input.channels
    low, high = levels(model_input)
    zero = round(-low / (high - low) * 255)
    sample = np.full((len(chosen), size, size, len(names) + 1), zero, np.uint8)
    for n, place in enumerate(chosen):
        for c, name in enumerate(names):
            if name in images:
                cut = cut_out(images[name][n], box, size, linear)
                sample[n, :, :, c] = np.rint((cut - low) / (high - low) * 255).clip(0, 255)
        covered = cut_out(case.true_lesion[place].astype(np.float32), box, size, linear)
        sample[n, :, :, -1] = np.rint(covered * 255)
    return sample


def levels(model_input: ModelInput) -> tuple[float, float]:
    """The least and the greatest number that a prepared image can hold."""
    step = next(s for s in model_input.steps if s.name == "standardise_near_lesion")
    return step.numbers["low"], step.numbers["high"]


def make_cache(
    cases: Sequence[Case],
    folder: Path,
    found: Path,
    recipe: Recipe,
    report: Report,
    workers: int = 1,
) -> AugmentationCache:
    """Draw every case as often as the recipe says into ``folder``, or read what lies there.

    found : folder with what the detector says about each case (see ``detections.detect_all``).

    A run that was broken off goes on where it stopped. Raises FileError if the folder holds a
    cache of other cases or another recipe.
    """
    path, about = folder / _SAMPLES_FILE, folder / _ABOUT_FILE
    seen, draws, seed = recipe.input, recipe.draws, recipe.seed
    ids = [case.case_id for case in cases]
    described = repr((seen.size, seen.slices, seen.channels, seen.steps, draws, seed, ids))
    state: dict[str, Any] = {"recipe": hashlib.sha256(described.encode()).hexdigest(), "cases": {}}
    if about.exists() and path.exists():
        before = json.loads(about.read_text(encoding="utf-8"))
        if before["recipe"] != state["recipe"]:
            raise FileError(
                f"The folder {folder.name} holds the samples of another recipe or other cases.",
                "Choose an empty folder.",
            )
        state = before
    else:
        folder.mkdir(parents=True, exist_ok=True)
        shape = (len(cases), draws, seen.slices, seen.size, seen.size, len(seen.channels) + 1)
        np.lib.format.open_memmap(path, "w+", np.uint8, shape).flush()
    missing = [n for n, name in enumerate(ids) if name not in state["cases"]]
    jobs = [(path, n, cases[n], found, seen, draws, seed) for n in missing]
    with worker_pool(workers) if workers > 1 else nullcontext() as pool:
        drawn = pool.map(_fill, jobs) if pool else map(_fill, jobs)
        for n, has in zip(missing, drawn, strict=True):
            state["cases"][ids[n]] = has
            write_json(about, state)
            report(len(state["cases"]) / len(cases), "drawing samples")
    return AugmentationCache(
        np.load(path, mmap_mode="r"),
        np.array([state["cases"][name] for name in ids]),
        tuple(ids),
        *levels(seen),
    )


def _fill(job: tuple[Path, int, Case, Path, ModelInput, int, int]) -> list[bool]:
    path, number, case, found, model_input, draws, seed = job
    cv2.setNumThreads(1)
    samples = np.lib.format.open_memmap(path, "r+")
    slices = slices_of(case, load_detection(found, case.case_id), model_input.channels)
    for n in range(draws):
        samples[number, n] = draw(slices, model_input, np.random.default_rng([seed, number, n]))
    samples.flush()
    return [name in slices.channels for name in model_input.channels]


def _choose(mask: Mask, model_input: ModelInput, random: Random) -> list[int]:
    """Slices as inference chooses them, more or less; now and then one slice again and again."""
    areas = mask.sum(axis=(1, 2))
    large = np.flatnonzero(areas >= 0.6 * areas.max())
    main = int(large[random.integers(len(large))])
    if random.random() < 0.1:
        return [main] * model_input.slices
    blurred = areas * random.uniform(0.5, 1.5, len(areas))
    return list(slices_to_see(blurred, main, model_input))


def _dice(one: Mask, other: Mask) -> float:
    both, all_ = int(np.sum(one & other)), int(np.sum(one)) + int(np.sum(other))
    return 2 * both / max(1, all_)
