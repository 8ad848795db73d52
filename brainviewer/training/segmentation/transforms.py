"""Random training slices of a head, by the transforms of MONAI (Cardoso et al. 2022).

A sample is an axial slice with the neighbours that the network sees. Everything is drawn from the
seed of the batch alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from monai.data import set_track_meta
from monai.transforms import (
    Compose,
    RandAffined,
    RandFlipd,
    Randomizable,
    Transform,
)
from numpy.typing import NDArray
from torch import Tensor

from brainviewer.core.study import SEQUENCES
from brainviewer.models.segmentation.input import DARKEST, PIXEL_MM, SCALE, at
from brainviewer.models.segmentation.slice_input import REGIONS, SliceInput
from brainviewer.training.segmentation.head_volumes import (
    FIELDS,
    MIRRORED,
    TrainingVolume,
)

Planes = NDArray[np.float32]
SIZE = (80, 96)
_FLAIR = SEQUENCES[0]
_HEALTHY, _CYSTIC, _NEAR_LESION = 0.08, 0.15, 0.65


def training_transforms(wanted: SliceInput) -> Compose:
    """From a head to a sample: ``slices`` (1, channels, *SIZE), ``regions`` (1, regions, *SIZE)
    and ``asked`` (1, regions, 1, 1)."""
    set_track_meta(False)  # where the planes lie in the head does not matter
    pose = RandAffined(
        keys="planes", prob=1.0, spatial_size=SIZE, padding_mode="border",
        rotate_range=0.22, shear_range=(0.08, 0.08), translate_range=(7, 7),
        # The lgg images have no spacing: their pixels are a little smaller than 1 mm.
        scale_range=((-0.08, 0.2), (-0.08, 0.2)),
    )  # fmt: skip
    flip = RandFlipd(keys="planes", prob=0.5, spatial_axis=0)
    counts = planes_of(wanted)
    return Compose(
        [SliceOfHead(wanted, counts), pose, flip, ByName(counts), Varied(), Stacked(wanted)]
    )


def planes_of(wanted: SliceInput) -> dict[str, int]:
    """How many planes on either side of the slice a sample needs, by field."""
    most = max(wanted.neighbours.values())
    counts: dict[str, int] = {name: wanted.neighbours.get(name, 0) for name in SEQUENCES}
    counts |= {"depth": most, MIRRORED + _FLAIR: 0, "mirrored depth": 0}
    return counts | dict.fromkeys(REGIONS, 0) | {"whole": most}


class SliceOfHead(Randomizable, Transform):  # type: ignore[misc]  # mypy does not look into monai
    """A slice at a random height; sometimes thicker, or made healthy by mirroring."""

    def __init__(self, wanted: SliceInput, counts: Mapping[str, int]) -> None:
        self._step_mm, self._counts = wanted.step_mm, counts

    def __call__(self, head: TrainingVolume) -> dict[str, Any]:
        random = self.R
        step = (
            self._step_mm
            / head.slice_mm
            * (random.uniform(0.75, 1.3) if random.rand() < 0.4 else 1)
        )
        near = len(head.holding) > 0 and random.rand() < _NEAR_LESION
        centre = random.choice(head.holding if near else head.brain) + random.uniform(-0.5, 0.5)
        blur = random.uniform(0.5, 3.0) / head.slice_mm if random.rand() < 0.3 else 0.0

        def planes(name: str, field: str = "") -> Planes:
            volume = head.fields[:, FIELDS.index(field or name)]
            count = self._counts[name]
            where = centre + step * np.arange(-count, count + 1)
            if not blur:
                return at(volume, where)
            around = at(volume, where - blur) + at(volume, where + blur)
            return np.asarray((2 * at(volume, where) + around) / 4, np.float32)

        marked = head.regions
        sample = {name: planes(name) for name in self._counts}
        if head.healthy_side and random.rand() < _HEALTHY:
            for name in (*SEQUENCES, "depth"):
                kept = planes(name, "side") * head.healthy_side > 0
                sample[name] = np.where(kept, sample[name], planes(name, MIRRORED + name))
            for name in (_FLAIR, "depth"):
                sample[MIRRORED + name] = sample[name][[self._counts[name]]]
            for name in REGIONS:
                sample[name] = np.zeros_like(sample[name])
        elif random.rand() < _CYSTIC:
            marked = 1 if self._paint_cyst(sample) else marked
        stacked = np.concatenate(list(sample.values())).astype(np.float32)
        return {"planes": stacked, "present": head.present, "regions": marked}

    def _paint_cyst(self, sample: dict[str, Planes]) -> bool:
        """Paint a fluid-filled cyst into the lesion, which it belongs to; few patients have one."""
        random, middle = self.R, len(sample["whole"]) // 2
        inner = cv2.distanceTransform(
            (sample["whole"][middle] > 0.5).astype(np.uint8), cv2.DIST_L2, 5
        )
        deepest = float(inner.max())
        if deepest < 3:
            return False
        places = np.argwhere(inner > 0.6 * deepest)
        place = np.array([middle, *places[random.randint(len(places))]])
        sizes = deepest * random.uniform(0.6, 1.4, 3) * (PIXEL_MM / self._step_mm, 1, 1)
        grid = np.ogrid[tuple(slice(n) for n in sample["whole"].shape)]
        away = sum(((x - p) / max(s, 1)) ** 2 for x, p, s in zip(grid, place, sizes, strict=True))
        cyst = np.clip((1 - np.sqrt(away)) * deepest + 0.5, 0, 1) * sample["whole"]
        dark = random.uniform(-3.5, -0.8)
        levels = (random.uniform(-3.5, 0.5), dark, dark + random.uniform(0, 0.7), 6.0)
        for name, level in zip(SEQUENCES, levels, strict=True):
            shown = cyst[middle - self._counts[name] : middle + self._counts[name] + 1]
            sample[name] = sample[name] + shown * (level - sample[name])
        return True


class ByName(Transform):  # type: ignore[misc]
    """Gives each field its own key, (planes, *SIZE)."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        sizes = [2 * count + 1 for count in self._counts.values()]
        planes = torch.as_tensor(sample["planes"]).split(sizes)
        fields = dict(zip(self._counts, planes, strict=True))
        return {"present": sample["present"], "marked": sample["regions"]} | fields


class Varied(Randomizable, Transform):  # type: ignore[misc]
    """Another gain and level, sharpness, noise and coil for each sequence; one transform for all
    of them costs a third of one of MONAI for each."""

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        random = self.R
        for name in SEQUENCES:
            gain = random.uniform(0.75, 1.25) if random.rand() < 0.5 else 1.0
            level = random.uniform(-0.25, 0.25) if random.rand() < 0.5 else 0.0
            sharpness = random.uniform(0.3, 1.1, 2) if random.rand() < 0.2 else None
            noise = random.uniform(0, 0.4) if random.rand() < 0.2 else 0.0
            # The two sides of a head were taken at once.
            for key in (name, MIRRORED + name) if name == _FLAIR else (name,):
                images = sample[key].numpy() * np.float32(gain) + np.float32(level)
                if sharpness is not None:
                    across, along = sharpness
                    images = [cv2.GaussianBlur(i, (0, 0), across, sigmaY=along) for i in images]
                    images = np.stack(images)
                if noise:
                    images += np.float32(noise) * _normal(random, images.shape)
                if random.rand() < 0.8:
                    # Values are about 0, so an uneven coil adds instead of multiplying.
                    images += random.uniform(0, 0.5) * smooth_field(_normal(random, (3, 3)))
                sample[key] = torch.from_numpy(images)
        return sample


def _normal(random: np.random.RandomState, shape: tuple[int, ...]) -> Planes:
    return random.standard_normal(shape).astype(np.float32)


def smooth_field(coarse: Planes) -> Planes:
    """A field over a slice through a few random values."""
    return np.asarray(cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


class Stacked(Randomizable, Transform):  # type: ignore[misc]
    """Cuts the brain out, more or less closely, leaves sequences out, and stacks what is left."""

    def __init__(self, wanted: SliceInput) -> None:
        self._wanted = wanted

    def __call__(self, sample: dict[str, Any]) -> dict[str, Tensor]:
        random = self.R
        least: float | Tensor = 0.0
        if random.rand() < 0.6:
            ragged = torch.from_numpy(smooth_field(_normal(random, (6, 6))))
            least = random.uniform(-3, 5) + random.uniform(0, 2) * ragged
        inside = sample["depth"] > least
        kept = self._kept(sample["present"])
        middle = len(inside) // 2
        result = torch.zeros((1, self._wanted.channels, *SIZE))
        channel = 0
        for modality, count in self._wanted.neighbours.items():
            width = 2 * count + 1
            if modality in kept:
                near = inside[middle - count : middle + count + 1]
                result[0, channel : channel + width] = self._cut(sample[modality], near)
            channel += width
            if modality == _FLAIR:
                if modality in kept:
                    mirrored = sample[MIRRORED + _FLAIR], sample["mirrored depth"] > least
                    result[:, channel] = self._cut(*mirrored)
                channel += 1
        told = self._wanted.regions
        regions = torch.stack([sample[name][len(sample[name]) // 2].clamp(0, 1) for name in told])
        asked = torch.zeros(len(told), dtype=torch.bool)
        asked[: sample["marked"] if SEQUENCES[2] in kept else 1] = True
        return {
            "slices": result * float(SCALE),
            "regions": (regions * inside[middle])[None],
            "asked": asked[None, :, None, None],
        }

    def _kept(self, present: Sequence[bool]) -> Sequence[str]:
        """The sequences that are shown: any subset in which a lesion can be seen."""
        there: list[str] = [m for m, given in zip(SEQUENCES, present, strict=True) if given]
        chance = self.R.rand()
        if chance < 0.6:
            return there
        if chance < 0.75:
            return [_FLAIR]
        kept = [m for m in there if self.R.rand() < 0.7]
        return kept if any(m in kept for m in there if m != SEQUENCES[1]) else there

    def _cut(self, images: Tensor, inside: Tensor) -> Tensor:
        return torch.where(inside, images.clamp(DARKEST, self._wanted.brightest), DARKEST)
