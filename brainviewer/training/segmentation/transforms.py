"""Random training slabs of a head, by the transforms of MONAI (Cardoso et al. 2022).

A slab is an axial slice, or several that share one augmentation, with the neighbours that the
network sees. Everything is drawn from the seed of the batch alone.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from monai.data import set_track_meta
from monai.transforms import (
    Compose,
    RandAffined,
    RandFlipd,
    RandGaussianNoised,
    RandGaussianSmoothd,
    Randomizable,
    RandScaleIntensityd,
    RandShiftIntensityd,
    Transform,
)
from numpy.typing import NDArray
from torch import Tensor, nn

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
SLICES = 1
"""Training slices of a slab. More of them cost less each, but in the same time teach less."""
_FLAIR = SEQUENCES[0]
_IMAGES = (*SEQUENCES, MIRRORED + _FLAIR)
_PLANES = (*_IMAGES, "depth", "mirrored depth", *REGIONS)
_HEALTHY, _CYSTIC, _NEAR_LESION = 0.08, 0.15, 0.65


def training_transforms(wanted: SliceInput) -> Compose:
    """From a head to a slab: ``slices`` (n, channels, *SIZE), ``regions`` (n, regions, *SIZE)
    and ``asked`` (n, regions, 1, 1)."""
    set_track_meta(False)  # where the planes lie in the head does not matter
    pose = RandAffined(
        keys="planes", prob=1.0, spatial_size=SIZE, padding_mode="border",
        rotate_range=0.22, shear_range=(0.08, 0.08), translate_range=(7, 7),
        # The lgg images have no spacing: their pixels are a little smaller than 1 mm.
        scale_range=((-0.08, 0.2), (-0.08, 0.2)),
    )  # fmt: skip
    each: list[Transform] = []
    for key in SEQUENCES:
        each += [
            RandScaleIntensityd(key, prob=0.5, factors=0.25),
            RandShiftIntensityd(key, prob=0.5, offsets=0.25),
            RandGaussianSmoothd(key, prob=0.2, sigma_x=(0.3, 1.1), sigma_y=(0.3, 1.1)),
            RandGaussianNoised(key, prob=0.2, std=0.4),
        ]
    flip = RandFlipd(keys="planes", prob=0.5, spatial_axis=0)
    return Compose([SlabOfHead(wanted), pose, flip, ByName(), *each, UnevenGain(), Stacked(wanted)])


class SlabOfHead(Randomizable, Transform):  # type: ignore[misc]  # mypy does not look into monai
    """Slices of a head at a random height; sometimes thicker, or made healthy by mirroring."""

    def __init__(self, wanted: SliceInput) -> None:
        self._step_mm, self._reach = wanted.step_mm, _reach(wanted)

    def __call__(self, head: TrainingVolume) -> dict[str, Any]:
        random = self.R
        step = (
            self._step_mm
            / head.slice_mm
            * (random.uniform(0.75, 1.3) if random.rand() < 0.4 else 1)
        )
        near = len(head.holding) > 0 and random.rand() < _NEAR_LESION
        centre = random.choice(head.holding if near else head.brain) + random.uniform(-0.5, 0.5)
        first = centre - step * random.uniform(self._reach, self._reach + SLICES - 1)
        where = first + step * np.arange(SLICES + 2 * self._reach)
        blur = random.uniform(0.5, 3.0) / head.slice_mm if random.rand() < 0.3 else 0.0

        marked = head.regions

        def planes(name: str) -> Planes:
            volume = head.fields[:, FIELDS.index(name)]
            if not blur:
                return at(volume, where)
            around = at(volume, where - blur) + at(volume, where + blur)
            return np.asarray((2 * at(volume, where) + around) / 4, np.float32)

        slab = {name: planes(name) for name in _PLANES}
        if head.healthy_side and random.rand() < _HEALTHY:
            kept = planes("side") * head.healthy_side > 0
            mirrored = {name: planes(MIRRORED + name) for name in SEQUENCES}
            for one in SEQUENCES:
                slab[one] = np.where(kept, slab[one], mirrored[one])
            slab["depth"] = np.where(kept, slab["depth"], slab["mirrored depth"])
            slab["mirrored depth"], slab[MIRRORED + _FLAIR] = slab["depth"], slab[_FLAIR]
            for name in REGIONS:
                slab[name] = np.zeros_like(slab[name])
        elif random.rand() < _CYSTIC:
            marked = 1 if self._paint_cyst(slab) else marked
        stacked = np.concatenate([slab[name] for name in _PLANES]).astype(np.float32)
        return {"planes": stacked, "present": head.present, "regions": marked}

    def _paint_cyst(self, slab: dict[str, Planes]) -> bool:
        """Paint a fluid-filled cyst into the lesion, which it belongs to; few patients have one."""
        random, middle = self.R, len(slab["whole"]) // 2
        inner = cv2.distanceTransform(
            (slab["whole"][middle] > 0.5).astype(np.uint8), cv2.DIST_L2, 5
        )
        deepest = float(inner.max())
        if deepest < 3:
            return False
        places = np.argwhere(inner > 0.6 * deepest)
        place = np.array([middle, *places[random.randint(len(places))]])
        sizes = deepest * random.uniform(0.6, 1.4, 3) * (PIXEL_MM / self._step_mm, 1, 1)
        grid = np.ogrid[tuple(slice(n) for n in slab["whole"].shape)]
        away = sum(((x - p) / max(s, 1)) ** 2 for x, p, s in zip(grid, place, sizes, strict=True))
        cyst = np.clip((1 - np.sqrt(away)) * deepest + 0.5, 0, 1) * slab["whole"]
        dark = random.uniform(-3.5, -0.8)
        levels = (random.uniform(-3.5, 0.5), dark, dark + random.uniform(0, 0.7), 6.0)
        for name, level in zip(SEQUENCES, levels, strict=True):
            slab[name] = slab[name] + cyst * (level - slab[name])
        return True


class ByName(Transform):  # type: ignore[misc]
    """Gives each field its own key, (planes, *SIZE)."""

    def __call__(self, slab: dict[str, Any]) -> dict[str, Any]:
        planes = torch.as_tensor(slab["planes"]).reshape(len(_PLANES), -1, *SIZE)
        return {"present": slab["present"], "marked": slab["regions"]} | dict(
            zip(_PLANES, planes, strict=True)
        )


class UnevenGain(Randomizable, Transform):  # type: ignore[misc]
    """Adds a smooth random field to each sequence: values are about 0, so a gain would not do."""

    def __call__(self, slab: dict[str, Any]) -> dict[str, Any]:
        for key in _IMAGES:
            if self.R.rand() < 0.2:
                continue
            coarse = torch.from_numpy(self.R.standard_normal((1, 1, 3, 3)).astype(np.float32))
            field = nn.functional.interpolate(coarse, SIZE, mode="bicubic", align_corners=True)
            slab[key] = slab[key] + float(self.R.uniform(0, 0.5)) * field[0]
        return slab


class Stacked(Randomizable, Transform):  # type: ignore[misc]
    """Cuts the brain out, more or less closely, leaves sequences out, and stacks what is left."""

    def __init__(self, wanted: SliceInput) -> None:
        self._wanted, self._reach = wanted, _reach(wanted)

    def __call__(self, slab: dict[str, Any]) -> dict[str, Tensor]:
        random, reach = self.R, self._reach
        least: float | Tensor = 0.0
        if random.rand() < 0.6:
            coarse = torch.from_numpy(random.standard_normal((1, 1, 6, 6)).astype(np.float32))
            ragged = nn.functional.interpolate(coarse, SIZE, mode="bicubic", align_corners=True)
            least = random.uniform(-3, 5) + random.uniform(0, 2) * ragged[0]
        inside = slab["depth"] > least
        kept = self._kept(slab["present"])
        middle = slice(reach, reach + SLICES)
        result = torch.zeros((SLICES, self._wanted.channels, *SIZE))
        channel = 0
        for modality, count in self._wanted.neighbours.items():
            width = 2 * count + 1
            if modality in kept:
                planes = self._cut(slab[modality], inside)
                for index in range(width):
                    first = reach - count + index
                    result[:, channel + index] = planes[first : first + SLICES]
            channel += width
            if modality == _FLAIR:
                if modality in kept:
                    mirrored = slab[MIRRORED + _FLAIR], slab["mirrored depth"] > least
                    result[:, channel] = self._cut(*mirrored)[middle]
                channel += 1
        told = self._wanted.regions
        regions = torch.stack([slab[name][middle].clamp(0, 1) for name in told], 1)
        regions = regions * inside[middle, None]
        asked = torch.zeros(len(told), dtype=torch.bool)
        asked[: slab["marked"] if SEQUENCES[2] in kept else 1] = True
        return {
            "slices": result * float(SCALE),
            "regions": regions,
            "asked": asked[None, :, None, None].expand(SLICES, -1, 1, 1),
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


def _reach(wanted: SliceInput) -> int:
    return max(wanted.neighbours.values())
