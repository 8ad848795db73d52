"""How well a raw head is brought together: brain, sequences, lesion and subtype.

    python packaging/measure/measure_raw_head.py RAW TWIN [--without-network] [--n4] [--json FILE]

RAW is a study with skull whose sequences lie on grids of their own, TWIN the same examination with
the skull removed and its sequences brought together by others. The twin is registered onto the
raw head, sequence by sequence (the same images, so that this is exact to tenths of a millimetre),
and then says which voxels are brain, and where each sequence lies in the FLAIR. Prints the Dice
coefficient of the brain, with and without the network; how far each sequence lies from where the
twin has it (root mean square over the brain, which holds the error of the twin, too); volume of the
lesion and subtype of both; and of each step the seconds, and those of all cores together.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the customary name
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.app.opening.same_head import over_each_other
from brainviewer.app.opening.study import open_study
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.alignment import resample
from brainviewer.imaging.preprocess.head_volume import prepare
from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.engine.runtimes import make_onnx
from brainviewer.models.registry import segmentation_model, study_model
from brainviewer.models.segmentation.detection import find_tumour
from brainviewer.models.segmentation.network import segmentation_network
from brainviewer.models.subtype.prediction import classify

Affine = NDArray[np.float64]


def brain_of(twin: Study) -> NDArray[np.bool_]:
    """What is not air in any sequence of a stripped study, without holes."""
    brain = np.any([volume.data != 0 for volume in twin.volumes.values()], axis=0)
    for index in range(brain.shape[2]):
        brain[:, :, index] = ndimage.binary_fill_holes(brain[:, :, index])
    return brain


def image_of(data: NDArray[Any], grid: Grid) -> Any:
    """A volume for SimpleITK, which counts positions in LPS."""
    made = sitk.GetImageFromArray(np.ascontiguousarray(data.T.astype(np.float32)))
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.affine
    made.SetSpacing(grid.spacing)
    made.SetDirection((lps[:3, :3] / grid.spacing).ravel().tolist())
    made.SetOrigin(lps[:3, 3].tolist())
    return made


def twin_to_raw(
    twin: NDArray[Any], onto: Grid, raw: NDArray[Any], grid: Grid, brain: NDArray[np.bool_]
) -> Affine:
    """World mm of the twin to world mm of the raw scan, (4, 4), by mutual information."""
    fixed, moving = image_of(twin, onto), image_of(raw, grid)
    rigid = sitk.Euler3DTransform(
        sitk.CenteredTransformInitializer(
            fixed,
            moving,
            sitk.Euler3DTransform(),
            sitk.CenteredTransformInitializerFilter.GEOMETRY,
        )
    )
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(48)
    near = ndimage.binary_dilation(brain, iterations=2)
    method.SetMetricFixedMask(sitk.Cast(image_of(near, onto), sitk.sitkUInt8))
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(0.1, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 0.002, 200, 0.6)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([4, 2, 0.7])
    method.SetInitialTransform(rigid, True)
    method.Execute(fixed, moving)
    lps = np.eye(4)
    lps[:3, :3] = np.reshape(rigid.GetMatrix(), (3, 3))
    lps[:3, 3] = rigid.TransformPoint((0.0, 0.0, 0.0))
    turn = np.diag([-1.0, -1.0, 1.0, 1.0])
    return turn @ lps @ turn


def placed_by_twin(twin: Study, raw: Study, modality: Modality, brain: NDArray[np.bool_]) -> Affine:
    """World mm of the twin to world mm of a sequence's own file, (4, 4)."""
    volume = raw.volumes[modality]
    data = volume.data if volume.scan is None else volume.scan.data
    return twin_to_raw(twin.volumes[modality].data, twin.grid, data, volume.file_grid, brain)


def from_twin(
    raw: Study, modality: Modality, into: dict[Modality, Affine], points: NDArray[np.float64]
) -> float:
    """How far a sequence lies from where the twin has it, root mean square in mm."""
    volume = raw.volumes[modality]
    if volume.scan is None:
        return 0.0

    def moved(affine: Affine) -> NDArray[np.float64]:
        return points @ affine[:3, :3].T + affine[:3, 3]

    mine = volume.file_grid.to_world(volume.scan.grid.to_voxel(moved(into[Modality.FLAIR])))
    apart = mine - moved(into[modality])
    return round(float(np.sqrt((apart**2).sum(axis=1).mean())), 2)


def without_bias(study: Study) -> Study:
    """The study with the bias field of each sequence divided out by N4 (Tustison et al., 2010)."""
    volumes = {}
    for modality, volume in study.volumes.items():
        image = image_of(volume.data, study.grid)
        small = sitk.Shrink(image, [4, 4, 1])
        n4 = sitk.N4BiasFieldCorrectionImageFilter()
        n4.SetMaximumNumberOfIterations([20, 20, 10])
        n4.Execute(small + 1, sitk.OtsuThreshold(small, 0, 1, 200))
        field = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image)).T
        flat = np.asarray(volume.data / np.exp(field), np.float32, order="F")
        volumes[modality] = replace(volume, data=flat)
    return replace(study, volumes=volumes)


@contextmanager
def timed(report: dict[str, Any], step: str) -> Iterator[None]:
    """Note the seconds of a step, and those of all cores of this process together."""
    began, worked = time.perf_counter(), time.process_time()
    yield
    report[f"seconds_{step}"] = round(time.perf_counter() - began, 1)
    report[f"core_seconds_{step}"] = round(time.process_time() - worked, 1)


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Dice coefficient of two masks."""
    return float(2 * (one & other).sum() / max(int(one.sum() + other.sum()), 1))


def answers(study: Study, engine: InlineEngine, without_network: bool) -> dict[str, Any]:
    """Volume of the lesion, subtype, and the seconds it took to find and to classify.

    The brain is cut out once more inside the search, as the window does it.
    """
    took: dict[str, Any] = {}
    network = segmentation_network(engine)
    if network is not None and without_network:
        network = replace(network, extract=None)
    with timed(took, "finding"):
        finding = find_tumour(study, network=network)
    with timed(took, "classifying"):
        result = classify(study, finding, engine)
    volume = 0.0 if finding.mask is None else finding.mask.sum() * study.grid.voxel_volume / 1000
    return {
        "volume_ml": round(float(volume), 2),
        "confidence": round(finding.confidence, 2),
        "subtype": result.predicted,
        "probabilities": {code: round(p, 3) for code, p in result.classes.items()},
        **took,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("twin", type=Path)
    parser.add_argument("--without-network", action="store_true", help="cut out the brain without")
    parser.add_argument("--n4", action="store_true", help="without the bias field that N4 sees")
    parser.add_argument("--json", type=Path, help="write the figures here")
    asked = parser.parse_args()
    report: dict[str, Any] = {"load_average": os.getloadavg()}
    with timed(report, "opening"):
        raw = open_study([asked.raw])
    with timed(report, "registration"):
        raw = over_each_other(raw)
    if asked.n4:
        with timed(report, "n4"):
            raw = without_bias(raw)
    twin = open_study([asked.twin])
    brain = brain_of(twin)
    card, typed = segmentation_model(), study_model().network
    networks = [one for one in (card and card.network, typed) if one is not None]
    with InlineEngine(*networks, make_runtime=make_onnx) as engine:
        network = segmentation_network(engine)
        extract = None if network is None or asked.without_network else network.extract
        with timed(report, "brain"):
            head = prepare(raw, Modality.FLAIR, extract=extract)
        into = {m: placed_by_twin(twin, raw, m, brain) for m in raw.modalities}
        placed = Grid(twin.grid.shape, into[Modality.FLAIR] @ twin.grid.affine)
        true = resample(brain.astype(np.float32), placed, raw.grid) > 0.5
        for name, seen in (("brain", head), ("model-free", prepare(raw, Modality.FLAIR))):
            if seen is not None:
                mine = seen.working.refine(seen.inside)
                report[name] = {
                    "dice": round(dice(mine, true), 4),
                    "ml": round(float(mine.sum()) * raw.grid.voxel_volume / 1000),
                    "ml_twin": round(float(true.sum()) * raw.grid.voxel_volume / 1000),
                }
        points = twin.grid.to_world(np.argwhere(brain[::6, ::6, ::6]) * 6)
        report["from_twin_mm"] = {
            str(m): from_twin(raw, m, into, points) for m in raw.modalities if m != Modality.FLAIR
        }
        report["raw"] = answers(raw, engine, asked.without_network)
        report["twin"] = answers(twin, engine, asked.without_network)
    print(json.dumps(report, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
