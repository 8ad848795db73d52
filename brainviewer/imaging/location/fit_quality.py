"""How well a head was brought over the template, and whether that is enough to tell a place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.location import TemplateFit
from brainviewer.core.geometry import Affine, Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality
from brainviewer.imaging.location.atlas import Atlas
from brainviewer.imaging.preprocess.alignment import mask_on, resample
from brainviewer.imaging.preprocess.working_grid import Field, Mask

_INSIDE_MM = 6.0  # of the brain, from which on folds are compared
_DETAIL_MM = (1.5, 10.0)
_T1_WEIGHTED = (Modality.T1, Modality.T1CE)
"""What looks like the template, so that ``ALIKE`` is asked of it."""
BINS = 32  # of the histograms for mutual information
_DEEP = ((-32.0, 32.0), (-48.0, 32.0), (-20.0, 32.0))
"""Ventricles, deep nuclei and corpus callosum: x, y, z of a box in MNI mm."""
_LEAST_DEEP = 3000  # voxels of it
_MOST_DEEP_MM = 20.0
_LEAST_SCALE, _MOST_SCALE, _MOST_DEGREES = 0.75, 1.3, 40.0

OUTLINES_MM, ALIKE, DEEP_MM = 3.5, 0.5, 4.5
"""What is too much or too little of each. Nine research studies, brought over the template by T1,
FLAIR or T2, reach 1.4 to 2.5 mm and, by T1, 0.59 to 0.80. The same heads upside down, back to front
or turned by a right angle, as by a wrong header, reach 5.0 to 8.0 mm and 0.29 to 0.46. Deep
structures are 0.6 to 4.2 mm off in heads that fit; a push that moves the middle by 6, 10 and 16 mm
and fades around it is told as 3.4, 5.6 and 8.8 mm."""


def itk_image(values: NDArray[Any], grid: Grid) -> Any:
    """An ITK image whose world is that of the grid, which has no shear."""
    import SimpleITK as sitk  # noqa: N813 - the customary name

    made = sitk.GetImageFromArray(np.ascontiguousarray(values.T))
    made.SetSpacing(grid.spacing)
    made.SetOrigin(grid.affine[:3, 3].tolist())
    return made


def fit_quality(
    values: Field,
    brain: Mask,
    normal: Mask,
    its_grid: Grid,
    atlas: Atlas,
    to_head: Affine,
    sequence: Modality,
) -> TemplateFit:
    """How well the template of an atlas lies over a head.

    values, brain, normal : (i, j, k) of the head on its own grid: brightness, the brain, and what
        is not lesion.
    to_head : (4, 4), MNI mm to mm of the head.
    sequence : what the values are of.
    """
    # The head as it lies in the space of the template.
    placed = Grid(its_grid.shape, np.linalg.inv(to_head) @ its_grid.affine)
    grid = atlas.template_grid
    there = resample(values, placed, grid)
    whole = mask_on(brain, placed, grid)
    healthy = mask_on(normal & brain, placed, grid)
    ours = atlas.template > 0
    outlines = outline_distance(ours, whole, grid)
    depth = ndimage.distance_transform_edt(ours & whole & healthy, sampling=grid.spacing)
    alike = _alike(atlas.template, there, depth > _INSIDE_MM, grid)
    deep = _deep_shift(there, healthy, atlas)
    poor = _why_poor(to_head, outlines, alike if sequence in _T1_WEIGHTED else 1.0, deep)
    return TemplateFit(str(sequence), outlines, alike, deep, poor)


def _why_poor(to_head: Affine, outlines: float, alike: float, deep: float) -> str:
    left, scales, right = np.linalg.svd(to_head[:3, :3])
    turn = left @ right
    angle = np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
    if (
        np.linalg.det(to_head[:3, :3]) <= 0
        or not _LEAST_SCALE < scales.min() <= scales.max() < _MOST_SCALE
        or angle > _MOST_DEGREES
        or alike < ALIKE
    ):
        return "The brain does not look like the template: it may be cut off, turned or of a child."
    if outlines > OUTLINES_MM:
        return f"The outline of the brain is {outlines:.0f} mm from that of the template."
    if deep > DEEP_MM:
        return f"Deep structures lie {deep:.0f} mm off those of the template, as by mass effect."
    return ""


def outline_distance(one: Mask, other: Mask, grid: Grid) -> float:
    """Mean distance in mm between the surfaces of two masks (i, j, k), both ways."""
    total, count = 0.0, 0
    for mask, beside in ((one, other), (other, one)):
        surface = mask & ~ndimage.binary_erosion(mask)
        border = beside & ~ndimage.binary_erosion(beside)
        if not border.any() or not surface.any():
            return float("inf")
        away = ndimage.distance_transform_edt(~border, sampling=grid.spacing)
        total += float(away[surface].sum())
        count += int(surface.sum())
    return total / count


def _alike(template: NDArray[np.uint8], values: Field, inside: Mask, grid: Grid) -> float:
    """Correlation of the folds of two brains: what is left when the smooth brightness is off.

    template, values : (i, j, k) on one grid. inside : what of them is compared. 0 where nothing
    varies.
    """
    if not inside.any():
        return 0.0
    fine, smooth = ([mm / side for side in grid.spacing] for mm in _DETAIL_MM)
    one, other = (
        (ndimage.gaussian_filter(image, fine) - ndimage.gaussian_filter(image, smooth))[inside]
        for image in (template.astype(np.float32), values)
    )
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _deep_shift(values: Field, normal: Mask, atlas: Atlas) -> float:
    """How far the middle of a head lies beside that of the template, in mm.

    values, normal : the head (i, j, k) on the template's grid, and what of it is healthy brain.
    """
    import SimpleITK as sitk  # noqa: N813 - the customary name

    grid = atlas.template_grid
    box = tuple(
        slice(*np.sort(np.rint(grid.to_voxel(_corner(n)))[:, n]).astype(int)) for n in range(3)
    )
    middle = np.zeros(normal.shape, bool)
    middle[box] = True
    middle &= normal & (atlas.template > 0)
    if middle.sum() < _LEAST_DEEP:
        return 0.0
    move = sitk.TranslationTransform(3)
    fixed, other = (
        sitk.SmoothingRecursiveGaussian(itk_image(one.astype(np.float32), grid), 3.0)
        for one in (atlas.template, values)
    )
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetMetricFixedMask(itk_image(middle.astype(np.uint8), grid))
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(0.1, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 0.1, 40, 0.6)
    method.SetInitialTransform(move, True)
    try:
        method.Execute(fixed, other)
    except RuntimeError:
        return _MOST_DEEP_MM
    return min(float(np.linalg.norm(move.GetParameters())), _MOST_DEEP_MM)


def _corner(axis: int) -> NDArray[np.float64]:
    corners = np.zeros((2, 3))
    corners[:, axis] = _DEEP[axis]
    return corners
