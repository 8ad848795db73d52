"""How well the sequences of one head lie over each other: as they are, mirrored, and moved.

A head is nearly its own mirror image, so that outlines and smooth brightness fit both ways, and
nearly everywhere. Folds, fissures and vessels do not: they are compared between each sequence and
another one, by the mutual information of what is left when smooth brightness is taken off.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.midsagittal import MidPlane
from brainviewer.imaging.preprocess.registration.rigid_method import Descent, rigid_method
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing, box_of

_SURELY = 0.2
"""What fits so well as it lies, in nats, need not be mirrored or moved: mirrored sequences reach
0.14, and those that lie 4 mm beside their place as much."""
_PERHAPS_ELSEWHERE = 0.16
"""What fits less is moved, too."""
_ORDER = (Modality.T1, Modality.T1CE, Modality.FLAIR, Modality.T2)
"""What the others are held against: the first one at hand, whose details are those of most."""
_COARSE_MM = 4.0
_SMOOTHING_MM, _FRACTION = (4.0, 1.5), 0.3
_DESCENT = Descent(2.0, 0.02, 60, 0.6)
_FINEST_MM, _DETAIL_MM = 1.5, 4.0
_RIM_MM = 4.0
"""Of the brain, that is not looked at: its border is much the same on both sides."""
_LEVELS = 16
_LEAST_VOXELS = 2000
_EXTREME = 99.5

Affine = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """How well a sequence fits, in nats, where it was asked.

    as_is : as it lies. mirrored, registered : after registration, mirrored before or not.
    shifts_mm : (8, 3), how far the corners of the brain's box move when it is registered.
    """

    as_is: float
    mirrored: float = math.nan
    registered: float = math.nan
    shifts_mm: Field = field(default_factory=lambda: np.zeros((8, 3), np.float32))

    @property
    def unmirrored(self) -> float:
        """The better of as it lies and moved."""
        return self.as_is if math.isnan(self.registered) else max(self.as_is, self.registered)


def fits(
    images: Mapping[Modality, Field], inside: Mask, plane: MidPlane, spacing: Spacing
) -> dict[Modality, Fit]:
    """How well each sequence fits, but the one that they are held against.

    images : (R, A, S) by sequence, without bias field, on one grid.
    inside : (R, A, S) bool, the brain, with ``plane`` as its mid-sagittal plane.

    Empty where the brain is too small to tell.
    """
    reference = next((m for m in _ORDER if m in images), None)
    depth = ndimage.distance_transform_edt(np.pad(inside, 1), sampling=spacing)[1:-1, 1:-1, 1:-1]
    core = depth > _RIM_MM
    if reference is None or np.count_nonzero(core) < _LEAST_VOXELS:
        return {}
    head = _Head(inside, core, plane, spacing)
    cut = {m: _without_extremes(image, inside) for m, image in images.items()}
    still = cut.pop(reference)
    levels = _levels(head.details(still)[core])
    return {m: head.fit(still, levels, image) for m, image in cut.items()}


@dataclass(frozen=True, eq=False)
class _Head:
    """What all sequences are compared within."""

    inside: Mask
    core: Mask
    plane: MidPlane
    spacing: Spacing

    def fit(self, still: Field, levels: NDArray[np.intp], image: Field) -> Fit:
        """How well an image fits."""
        details = self.details(image)
        as_is = _mutual_information(levels, _levels(details[self.core]))
        if as_is > _SURELY:
            return Fit(as_is)
        mirrored, _ = self._fit_registered(still, levels, image, details, self._reflection())
        registered, motion = math.nan, np.eye(4)
        # What is mirrored may fit better only because it was registered.
        if mirrored > as_is or as_is < _PERHAPS_ELSEWHERE:
            registered, motion = self._fit_registered(still, levels, image, details, motion)
        return Fit(as_is, mirrored, registered, self._shifts(motion))

    def _fit_registered(
        self, still: Field, levels: NDArray[np.intp], image: Field, details: Field, before: Affine
    ) -> tuple[float, Affine]:
        """The same after registration, from where ``before`` (mm to mm) puts the image, and where
        it was found; 0 if that fails."""
        motion = self._registered(still, image, before)
        if motion is None:
            return 0.0, np.eye(4)
        there = _resampled(details, before @ motion, self.spacing)
        return _mutual_information(levels, _levels(there[self.core])), motion

    def _shifts(self, motion: Affine) -> Field:
        """How far the corners of the brain's box are moved, (8, 3) in mm."""
        parts = zip(box_of(self.inside), self.spacing, strict=True)
        corners = np.array(
            list(product(*((part.start * mm, part.stop * mm) for part, mm in parts)))
        )
        return np.asarray(corners @ motion[:3, :3].T + motion[:3, 3] - corners, np.float32)

    def details(self, image: Field) -> Field:
        """What is left of an image when its smooth brightness is taken off."""
        within = self._smooth(np.where(self.inside, image, np.float32(0)))
        smooth = within / self._weight
        fine = ndimage.gaussian_filter(image, [_FINEST_MM / mm for mm in self.spacing])
        return np.asarray(fine - smooth, np.float32)

    @cached_property
    def _weight(self) -> Field:
        """How much of the brain the smooth brightness of a place is taken from."""
        return np.maximum(self._smooth(self.inside.astype(np.float32)), np.float32(1e-3))

    def _smooth(self, values: Field) -> Field:
        wide = [_DETAIL_MM / mm for mm in self.spacing]
        return np.asarray(ndimage.gaussian_filter(values, wide))

    def _reflection(self) -> Affine:
        """At the mid-sagittal plane, in mm of the working arrays (4, 4)."""
        made = np.eye(4)
        normal = self.plane.normal
        made[:3, :3] -= 2 * np.outer(normal, normal)
        made[:3, 3] = 2 * normal[0] * self.plane.offset * normal
        return made

    def _registered(self, still: Field, image: Field, before: Affine) -> Affine | None:
        """Where the still head lies in an image that ``before`` puts elsewhere or mirrors: mm to mm
        (4, 4); None if that fails.

        A file that is mirrored about the middle of its grid lies elsewhere than the head's own
        mirror image does.
        """
        import SimpleITK as sitk  # noqa: N813 - the customary name

        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
        steps = [max(1, round(_COARSE_MM / mm)) for mm in self.spacing]
        x, y, z = (mm * step for mm, step in zip(self.spacing, steps, strict=True))

        def coarse(values: Field) -> Field:
            # Of odd sizes, whose middle is a voxel: the mirror image must not lie beside it.
            smooth = ndimage.uniform_filter(values, [step | 1 for step in steps])
            return np.asarray(smooth[:: steps[0], :: steps[1], :: steps[2]])

        def made(values: NDArray[Any]) -> Any:
            image = sitk.GetImageFromArray(np.ascontiguousarray(values.T))
            image.SetSpacing((x, y, z))
            return image

        near = coarse(ndimage.binary_dilation(self.inside, iterations=2).astype(np.float32)) > 0.5
        images = made(coarse(still)), made(_resampled(coarse(image), before, (x, y, z)))
        rigid = sitk.Euler3DTransform()
        rigid.SetCenter([n * mm / 2 for n, mm in zip(still.shape, self.spacing, strict=True)])
        try:
            for smoothing in _SMOOTHING_MM:
                method = rigid_method(made(near.astype(np.uint8)), _FRACTION, _DESCENT, rigid)
                method.Execute(*(sitk.SmoothingRecursiveGaussian(i, smoothing) for i in images))
        except RuntimeError:  # a head of few slices, or of one value
            return None
        motion = np.eye(4)
        motion[:3, :3] = np.reshape(rigid.GetMatrix(), (3, 3))
        motion[:3, 3] = rigid.TransformPoint((0.0, 0.0, 0.0))
        return motion


def _resampled(image: Field, places: Affine, spacing: Spacing) -> Field:
    """An image at other places, mm to mm (4, 4); its smallest value outside of it."""
    scale = np.diag([*spacing, 1.0])
    voxels = np.linalg.inv(scale) @ places @ scale
    moved = ndimage.affine_transform(
        image, voxels[:3, :3], voxels[:3, 3], order=1, mode="constant", cval=float(image.min())
    )
    return np.asarray(moved, np.float32)


def _without_extremes(image: Field, inside: Mask) -> Field:
    return np.minimum(image, np.float32(np.percentile(image[inside], _EXTREME)))


def _levels(values: Field) -> NDArray[np.intp]:
    """Which of so many equally filled classes each value belongs to."""
    edges = np.percentile(values[::3], np.linspace(0, 100, _LEVELS + 1)[1:-1])
    return np.searchsorted(edges, values)


def _mutual_information(one: NDArray[np.intp], other: NDArray[np.intp]) -> float:
    """In nats."""
    both = np.bincount(one * _LEVELS + other, minlength=_LEVELS**2).reshape(_LEVELS, _LEVELS)
    joint = both / len(one)
    apart = joint.sum(axis=1)[:, None] * joint.sum(axis=0)[None]
    there = joint > 0
    return float((joint[there] * np.log(joint[there] / apart[there])).sum())
