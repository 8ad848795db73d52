"""A head brought over the template: affine registration by mutual information.

Mattes et al. (2003) with regular-step gradient descent, as in ``preprocess.registration``. The
lesion and its rim take no part, so that they do not pull on the result (cost-function masking;
Brett et al. 2001).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Cancelled, Report, silent
from brainviewer.core.findings.location import Fitted
from brainviewer.core.geometry import Affine, Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Volume
from brainviewer.imaging.location.atlas import Atlas
from brainviewer.imaging.location.fit_quality import BINS, fit_quality, itk_image
from brainviewer.imaging.preprocess.alignment import mask_on, resample
from brainviewer.imaging.preprocess.working_grid import Field, Mask

FITTING = "Fitting the template"
_MM = 2.0
_RIM_MM = 4.0  # around the lesion, which takes no part
_BORDER_MM = 8.0  # around the template's brain, which does
_AIR_MM = 24.0  # around the head's brain, so that nothing of the template falls beyond it
_SMOOTHING_MM = (4.0, 2.0)
_FRACTIONS = (0.4, 0.1)
_COARSE = 2


@dataclass(frozen=True, eq=False)
class Head:
    """A head on a grid of 2 mm along R, A and S: the brain's values, 0 outside; and masks."""

    values: Field
    brain: Mask
    normal: Mask
    grid: Grid


def fit_template(
    volume: Volume, brain: Mask, lesion: Mask, atlas: Atlas, report: Report = silent
) -> Fitted | None:
    """Bring a head over the template of an atlas; None where there is nothing to compare.

    volume : a sequence on the study's grid. brain, lesion : (i, j, k) bool on the same grid.
    Always gives the same answer for the same volumes, however their files store them.
    report : called at each step of the registration; may raise ``Cancelled``.
    """
    head = upright(volume, brain, lesion)
    if head is None:
        return None
    report(0.1, FITTING)
    to_head = _registered(head, atlas, report)
    if to_head is None:
        return None
    report(0.8, "Checking the fit of the template")
    quality = fit_quality(
        head.values, head.brain, head.normal, head.grid, atlas, to_head, volume.modality
    )
    return Fitted(to_head, quality)


def upright(volume: Volume, brain: Mask, lesion: Mask) -> Head | None:
    """The brain on a grid whose axes are those of the world, whatever those of the file are."""
    places = [np.flatnonzero(brain.any(axis=tuple({0, 1, 2} - {n}))) for n in range(3)]
    if min(map(len, places)) < 2:
        return None
    ends = np.array([(one[0], one[-1]) for one in places], float)
    corners = np.array([[ends[n, (c >> n) & 1] for n in range(3)] for c in range(8)])
    world = volume.grid.to_world(corners)
    first = np.floor((world.min(axis=0) - _AIR_MM) / _MM) * _MM
    counts = np.ceil((world.max(axis=0) + _AIR_MM - first) / _MM).astype(int) + 1
    if counts.prod() > 1 << 23:
        return None
    affine = np.diag([_MM, _MM, _MM, 1.0])
    affine[:3, 3] = first
    grid = Grid((int(counts[0]), int(counts[1]), int(counts[2])), affine)
    inside = mask_on(brain, volume.grid, grid)
    if inside.sum() * _MM**3 < 100_000:  # mm³; no head is as small
        return None
    values = resample(volume.data.astype(np.float32), volume.grid, grid)
    low, high = np.percentile(values[inside], (0.5, 99.5))
    if high <= low:
        return None
    values = np.where(inside, np.clip((values - low) / (high - low), 0, 1) * 254 + 1, 0)
    sick = mask_on(lesion, volume.grid, grid) if lesion.any() else np.zeros(inside.shape, bool)
    if sick.any():
        sick = ndimage.distance_transform_edt(~sick, sampling=grid.spacing) <= _RIM_MM
    return Head(np.asarray(values, np.float32), inside, ~sick, grid)


def _registered(head: Head, atlas: Atlas, report: Report) -> Affine | None:
    """MNI mm to mm of the head, (4, 4); None where the registration fails."""
    import SimpleITK as sitk  # noqa: N813 - the customary name

    # Several threads would add up in another order each time.
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    grid = atlas.template_grid
    template = itk_image(atlas.template.astype(np.float32), grid)
    outside = ndimage.distance_transform_edt(atlas.template == 0, sampling=grid.spacing)
    near = itk_image((outside <= _BORDER_MM).astype(np.uint8), grid)
    moving = itk_image(head.values, head.grid)
    normal = itk_image(head.normal.astype(np.uint8), head.grid)
    start = _by_moments(head, atlas)
    similar = sitk.Similarity3DTransform()
    similar.SetCenter(start[0].tolist())
    similar.SetTranslation((start[1] - start[0]).tolist())
    similar.SetScale(start[2])
    affine = sitk.AffineTransform(3)
    try:
        for step, transform in enumerate((similar, affine, affine)):
            fine = step == 2
            if step == 1:
                affine.SetCenter(similar.GetCenter())
                affine.SetMatrix(similar.GetMatrix())
                affine.SetTranslation(similar.GetTranslation())
            if step != 1:  # the first two look at the same
                fixed, other = (
                    sitk.SmoothingRecursiveGaussian(one, _SMOOTHING_MM[fine])
                    for one in (template, moving)
                )
                masks = near, normal
            if step == 0:
                fixed, other = (sitk.Shrink(one, [_COARSE] * 3) for one in (fixed, other))
                masks = tuple(sitk.Shrink(one, [_COARSE] * 3) for one in masks)
            method = sitk.ImageRegistrationMethod()
            method.SetMetricAsMattesMutualInformation(BINS)
            method.SetMetricFixedMask(masks[0])
            method.SetMetricMovingMask(masks[1])
            # Differences at the points that are looked at cost less than a gradient of all.
            method.MetricUseFixedImageGradientFilterOff()
            method.MetricUseMovingImageGradientFilterOff()
            method.SetMetricSamplingStrategy(method.REGULAR)
            method.SetMetricSamplingPercentage(_FRACTIONS[fine], 1)
            method.SetInterpolator(sitk.sitkLinear)
            longest = (4.0, 1.0, 0.5)[step]
            method.SetOptimizerAsRegularStepGradientDescent(longest, 0.02, 80, 0.6)
            method.SetOptimizerScalesFromPhysicalShift()
            method.SetInitialTransform(transform, True)
            _execute(method, fixed, other, partial(report, 0.1 + 0.2 * step, FITTING))
            report(0.3 + 0.2 * step, FITTING)
    except RuntimeError:  # nothing of one lies inside the other
        return None
    to_head = np.eye(4)
    to_head[:3, :3] = np.reshape(affine.GetMatrix(), (3, 3))
    to_head[:3, 3] = affine.TransformPoint((0.0, 0.0, 0.0))
    return np.asarray(np.round(to_head, 6))


def _execute(method: Any, fixed: Any, moving: Any, ask: Callable[[], object]) -> None:
    """Run a registration, which ends at its next step when ``ask`` raises ``Cancelled``."""
    import SimpleITK as sitk  # noqa: N813 - the customary name

    cancelled: list[Cancelled] = []

    def follow() -> None:
        # What is raised in here would be told of as a registration that failed.
        try:
            ask()
        except Cancelled as raised:
            cancelled.append(raised)
            method.StopRegistration()

    method.AddCommand(sitk.sitkIterationEvent, follow)
    try:
        method.Execute(fixed, moving)
    finally:
        method.RemoveAllCommands()  # they hold the method, which holds them and both images
    if cancelled:
        raise cancelled[0]


def _by_moments(head: Head, atlas: Atlas) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Middle of the template's brain, middle of the head's, and how much larger that one is."""
    ours, theirs = (
        grid.to_world(np.argwhere(mask))
        for mask, grid in ((atlas.template > 0, atlas.template_grid), (head.brain, head.grid))
    )
    size = float(np.sqrt(theirs.var(axis=0).sum() / ours.var(axis=0).sum()))
    return ours.mean(axis=0), theirs.mean(axis=0), size
