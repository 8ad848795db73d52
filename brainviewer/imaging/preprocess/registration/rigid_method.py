"""The search for a rigid motion by mutual information, as every registration here does it."""

from dataclasses import dataclass
from typing import Any

_BINS = 32


@dataclass(frozen=True)
class Descent:
    """A regular step gradient descent.

    step, least : the first step and the one to end at, in mm. most : steps. relaxation : of them.
    """

    step: float
    least: float
    most: int
    relaxation: float


def rigid_method(mask: Any, fraction: float, descent: Descent, rigid: Any) -> Any:
    """A registration that moves ``rigid`` in place when it is executed.

    mask : of the fixed image, where voxels count. fraction : of them that are looked at.

    Mattes mutual information (Mattes et al. 2001, Proc. SPIE 4322).
    """
    import SimpleITK as sitk  # noqa: N813

    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricFixedMask(mask)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(fraction, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        descent.step, descent.least, descent.most, descent.relaxation
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(rigid, True)
    return method
