"""Make the embedded demo study: a synthetic glioma in four MR sequences.

The anatomy comes from the ICBM152 2009a tissue maps that the package nilearn carries; everything
else (the individual shape of the head, tumour, oedema, mass effect, veins, bias field, noise) is
computed here. No patient is shown.

    python packaging/demo/make_demo_study.py        writes resources/demo/demo_*.nii.gz

Space: all arrays cover BOX, the part of the BraTS grid that holds the brain, in steps of `step`
voxels. Each voxel takes its tissue from a point of the template's space (MNI, mm); individual shape
and mass effect are displacements of these points. Random fields are functions of position, so that
a coarser step shows the same head.
"""

from __future__ import annotations

import argparse
import gzip
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import nibabel as nib
import nilearn.datasets
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

SHAPE = (240, 240, 155)
AFFINE = np.array([[-1.0, 0, 0, 0], [0, -1, 0, 239], [0, 0, 1, 0], [0, 0, 0, 1]])
SEQUENCES = ("flair", "t1", "t1ce", "t2")
NECROSIS, OEDEMA, ENHANCING = 1, 2, 4
FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"

BOX_START, BOX_STOP = np.array([44, 36, 0]), np.array([196, 224, 155])
# The template's head is larger than that of the BraTS atlas (SRI24).
SCALE, MNI_0, VOXEL_0 = 0.92, np.array([0.0, -16.5, -72.0]), np.array([119.0, 129.0, 5.0])

# Signal of each tissue in an arbitrary scanner unit.
SIGNAL = {
    #         csf  grey white oedema necrosis rim
    "flair": (195, 610, 520, 850, 560, 760),
    "t1": (310, 735, 985, 790, 500, 770),
    "t1ce": (290, 690, 890, 715, 460, 1480),
    "t2": (1480, 745, 560, 1090, 1380, 900),
}
NOISE = {"flair": 15.0, "t1": 16.0, "t1ce": 18.0, "t2": 18.0}  # SD in each channel of the receiver
QUANTUM = 4  # coarse steps of intensity keep the files small

# Iron makes these nuclei darker on T2 and FLAIR: centre in MNI (left and right), radii, in mm.
IRON = (
    ((19, -4, -1), (5, 9, 5)),  # pallidum
    ((5, -20, -9), (3, 3, 3)),  # red nucleus
    ((11, -17, -12), (5, 4, 3)),  # substantia nigra
    ((15, -58, -35), (5, 7, 4)),  # dentate nucleus
)
TUMOUR_MNI = (-38.0, -40.0, 20.0)  # left temporo-parietal white matter

TEMPLATE_T1 = (0.42, 0.70, 0.89)  # CSF, grey, white; set by eye for the sharpened maps
HALVES = (slice(None, -1), slice(1, None))  # neighbours along an axis

Volume = NDArray[np.float32]
Study = dict[str, NDArray[np.int16] | NDArray[np.uint8]]


class Fields:
    """Smooth random functions of position on the box, each of mean 0 and SD 1."""

    def __init__(self, seed: int, step: int) -> None:
        self.seed, self.step = seed, step
        self.axes = [np.arange(a, b, step) for a, b in zip(BOX_START, BOX_STOP, strict=True)]

    def rng(self, name: str) -> np.random.Generator:
        """The generator of one quantity: adding a quantity leaves the others as they are."""
        return np.random.default_rng([self.seed, *name.encode()])

    def smooth(self, name: str, spacing: float) -> Volume:
        """Cubic B-spline through a lattice of normal numbers that are `spacing` mm apart."""
        bases = [self._basis(axis, spacing) for axis in self.axes]
        values = self.rng(name).standard_normal([b.shape[1] for b in bases]).astype(np.float32)
        for basis in bases:  # contracts the first axis and appends the result as the last
            values = np.tensordot(values, basis, axes=(0, 1))
        return np.ascontiguousarray(values / np.float32(0.479**1.5))

    def vector(self, name: str, spacing: float) -> Volume:
        return np.stack([self.smooth(f"{name} {axis}", spacing) for axis in "xyz"])

    @staticmethod
    def _basis(axis: NDArray[np.int_], spacing: float) -> Volume:
        u = axis / spacing
        knots = np.arange(-1, np.ceil(SHAPE[0] / spacing) + 2)
        d = np.abs(u[:, None] - knots)
        near, far = 2 / 3 - d**2 + d**3 / 2, (2 - d) ** 3 / 6
        return np.where(d < 1, near, np.where(d < 2, far, 0)).astype(np.float32)

    @cached_property
    def points(self) -> Volume:
        """(3, i, j, k) template position in mm of each voxel, before any displacement."""
        grid = np.stack(np.meshgrid(*self.axes, indexing="ij")).astype(np.float32)
        direction = np.array([-1, -1, 1])  # i runs to the left, j to the back, k to the top
        return (
            (MNI_0 + direction * (np.moveaxis(grid, 0, -1) - VOXEL_0) / SCALE)
            .astype(np.float32)
            .transpose(3, 0, 1, 2)
        )


def ramp(values: Volume, low: float, high: float) -> Volume:
    """0 at `low`, 1 at `high`, smooth between; falls where low > high."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def sphere(points: Volume, centre: tuple[float, ...], radii: tuple[float, ...]) -> Volume:
    """Distance from the centre in units of the radii: 1 on the ellipsoid's surface."""
    squares = [((p - c) / r) ** 2 for p, c, r in zip(points, centre, radii, strict=True)]
    return np.sqrt(np.sum(squares, axis=0)).astype(np.float32)


class Template:
    """The ICBM152 maps, sampled at points in MNI mm."""

    def __init__(self) -> None:
        self.inverse = np.linalg.inv(nilearn.datasets.load_mni152_template(1).affine)
        self.t1, self.grey, self.white = (
            load(1).get_fdata(dtype=np.float32)
            for load in (
                nilearn.datasets.load_mni152_template,
                nilearn.datasets.load_mni152_gm_template,
                nilearn.datasets.load_mni152_wm_template,
            )
        )
        # The maps are means of many heads: sharper ones look more like a single head.
        self.t1, self.grey, self.white = (
            np.clip(v + 0.7 * (v - ndimage.gaussian_filter(v, 1.3)), 0, 1.2)
            for v in (self.t1, self.grey, self.white)
        )
        inside = self.t1[::2, ::2, ::2] > 0
        edt = ndimage.distance_transform_edt
        self.depth = (2 * (edt(inside) - edt(~inside))).astype(np.float32)

    def sample(self, volume: Volume, points: Volume) -> Volume:
        scale = volume.shape[0] / self.t1.shape[0]
        index = np.einsum("ab,b...->a...", self.inverse[:3, :3].astype(np.float32), points)
        index += self.inverse[:3, 3].astype(np.float32)[:, None, None, None]
        index *= 0.5 if scale < 0.75 else 1.0
        return ndimage.map_coordinates(volume, index, order=1, mode="constant", output=np.float32)


class SyntheticHead(NamedTuple):
    """The healthy tissue of one head, per voxel of the box."""

    points: Volume  # (3, i, j, k) where it lies in the template, mm
    brain: NDArray[np.bool_]
    depth: Volume  # below the surface of the brain, mm
    csf: Volume  # fractions, sum 1
    grey: Volume
    white: Volume
    whiter: Volume  # tissue that looks more (> 0) or less like white matter than its fractions say


class Tumour(NamedTuple):
    """Fractions 0 to 1 of a ring-enhancing glioma, per voxel of the box."""

    solid: Volume  # the tumour without its oedema
    necrosis: Volume  # fraction of the solid part that is dead
    oedema: Volume  # of the tissue under and around the solid part
    distance: Volume  # from the centre in units of the tumour's radius, 1 at its border


def individual_points(fields: Fields) -> Volume:
    """Template positions of one person's head: no two gyri alike, no exact symmetry."""
    points = fields.points.copy()
    for spacing, amplitude in ((48, 2.6), (20, 1.1), (9, 0.5)):
        points += amplitude * fields.vector(f"shape {spacing}", spacing)
    return points


def tumour_distance(fields: Fields) -> Volume:
    """An irregular shape: two merged, rotated ellipsoids in warped space; 1 at the border."""
    points = fields.points.copy()
    for spacing, amplitude in ((20, 2.3), (8, 1.2), (4, 0.45)):
        points += amplitude * fields.vector(f"tumour {spacing}", spacing)
    x, y, z = points - np.array(TUMOUR_MNI, np.float32)[:, None, None, None]
    turned = np.stack([x + 0.25 * y, y - 0.25 * x + 0.3 * z, z - 0.3 * y])
    main = sphere(turned, (0, 0, 0), (16.5, 21, 17))
    lobe = sphere(turned, (-3, 17, -8), (10.5, 11, 10))
    sharpness = 7.0
    return -np.log(np.exp(-sharpness * main) + np.exp(-sharpness * lobe)) / sharpness


def mass_effect(fields: Fields, distance: Volume, depth: Volume) -> Volume:
    """Displacement (mm) of tissue away from the tumour: none at the skull, little far away."""
    offset = fields.points - np.array(TUMOUR_MNI, np.float32)[:, None, None, None]
    length = np.sqrt((offset**2).sum(0)) + 1e-3
    push = 15 * ramp(distance, 0, 1) * np.exp(-((length / 40) ** 2)) * ramp(depth, 0, 20)
    return push * offset / length


def build_head(fields: Fields, template: Template, distance: Volume | None) -> SyntheticHead:
    points = individual_points(fields)
    depth = template.sample(template.depth, points)
    effacement = np.zeros_like(depth)
    if distance is not None:
        points -= mass_effect(fields, distance, depth)
        depth = template.sample(template.depth, points)
        effacement = ramp(distance, 2.6, 1.2) * ramp(depth, 22, 14)  # sulci, not ventricles
    brain = depth > 0.7 + 0.45 * fields.smooth("border", 3.2)
    brain = ndimage.binary_opening(brain, iterations=1)
    labels, _ = ndimage.label(brain)
    brain = labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1
    brain = ndimage.binary_fill_holes(brain)

    t1, grey, white = (
        template.sample(v, points) for v in (template.t1, template.grey, template.white)
    )
    csf = np.clip(1 - grey - white, 0, 1)
    # Narrow sulci are too thin for the fractions, but darken the template's T1.
    t1_csf, t1_grey, t1_white = TEMPLATE_T1
    missing = t1_csf * csf + t1_grey * grey + t1_white * white - t1
    csf += 0.45 * ramp(missing, 0.05, 0.22) * grey
    csf = csf**0.85 * (1 - 0.75 * effacement)
    parts = np.stack([csf, grey, white]) ** 1.7
    # Skull stripping leaves the subarachnoid space in some places and cuts it off in others.
    left = (0.35 + 0.4 * fields.smooth("subarachnoid", 7)).clip(0, 1)
    parts[0] *= 1 - ramp(depth, 4.5, 1.5) * (1 - left)
    rim = ramp(depth, 2.3, 0.6) * 0.6 * left**2
    parts /= parts.sum(0) + 1e-6
    parts = parts * (1 - rim)
    parts[0] += rim
    csf, grey, white = parts
    # Signal that T1 of the template shows beyond the fractions (thalamus, folia, brain stem).
    expected = t1_csf * csf + t1_grey * grey + t1_white * white
    whiter = (
        np.clip((t1 - expected) / (t1_white - t1_grey), -0.6, 0.6) * (1 - csf) * ramp(depth, 1, 5)
    )
    return SyntheticHead(points, brain, depth, csf, grey, white, whiter)


def grow_tumour(fields: Fields, head: SyntheticHead, distance: Volume) -> Tumour:
    inside = ramp(distance, 1.05, 0.95)
    border = 0.72 + 0.12 * fields.smooth("rim", 11) + 0.05 * fields.smooth("rim fine", 5)
    necrosis = ramp(distance - border, 0.05, -0.05)
    return Tumour(inside, necrosis, spread_oedema(fields, head, distance), distance)


def spread_oedema(fields: Fields, head: SyntheticHead, distance: Volume) -> Volume:
    """Fluid diffuses from the tumour: fast in white matter, hardly into cortex, never into CSF."""
    stride = max(1, 2 // fields.step)  # a grid of 2 mm is fine enough
    coarse = (slice(None, None, stride),) * 3
    around = ndimage.find_objects((distance[coarse] < 4).astype(np.int8))[0]
    white, grey, csf, brain, away, tracts = (
        volume[coarse][around]
        for volume in (
            *(head.white, head.grey, head.csf, head.brain, distance),
            fields.smooth("tracts", 11),
        )
    )
    source = away < 1
    speed = white**2 * (0.75 + 0.35 * tracts).clip(0.25, 1.3) + 0.015 * grey
    fluid = diffuse(source, np.maximum(speed * (csf < 0.3) * brain, source), stride * fields.step)

    spread = np.zeros(distance[coarse].shape, np.float32)
    # Carried one voxel into the closed ones, so that the fine grid's CSF cuts it off smoothly.
    spread[around] = np.where(speed * (csf < 0.3) > 0, fluid, ndimage.maximum_filter(fluid, 3))
    index = np.stack(np.meshgrid(*(np.arange(n) / stride for n in distance.shape), indexing="ij"))
    spread = ndimage.map_coordinates(spread, index, order=1, mode="nearest", output=np.float32)
    spread += 0.015 * fields.smooth("front", 6)
    return ramp(spread, 0.06, 0.34) * (1 - head.csf) * ramp(head.grey, 1.15, 0.45)


def diffuse(source: NDArray[np.bool_], speed: Volume, spacing: float) -> Volume:
    """Concentration around a source that is kept at 1, with slow resorption everywhere.

    speed : diffusion coefficient, at most 1.3. spacing : of the voxels, mm.
    """
    fluid = source.astype(np.float32)
    along = [[(slice(None),) * axis + (half,) for half in HALVES] for axis in range(3)]
    # The harmonic mean of two voxels lets the slower one rule the flow between them.
    faces = [2 * speed[a] * speed[b] / (speed[a] + speed[b] + 1e-6) / 8 for a, b in along]
    for _ in range(round(360 * (2 / spacing) ** 2)):
        change = -0.002 * (spacing / 2) ** 2 * fluid
        for (a, b), face in zip(along, faces, strict=True):
            flow = face * (fluid[b] - fluid[a])
            change[a] += flow
            change[b] -= flow
        fluid += change
        fluid[source] = 1
    return fluid


def veins(fields: Fields, head: SyntheticHead) -> Volume:
    """0 to 1: blood and plexus that take up contrast medium in a normal head."""
    x, y, z = head.points
    midline = ramp(np.abs(x), 2.4, 0.8)
    sagittal = midline * ramp(head.depth, 7, 2.5) * ramp(z, 2, 12)
    straight = midline * ramp(np.abs(z - 0.92 * (y + 66)), 2.8, 1.0)
    straight *= ramp(y, -88, -80) * ramp(y, -46, -54) * (0.7 + 0.2 * fields.smooth("straight", 5))
    plexus = ramp(sphere(np.stack([np.abs(x), y, z]), (24, -40, 9), (3.5, 8, 6)), 1.2, 0.5)
    plexus *= head.csf * (0.4 + 0.45 * fields.smooth("plexus", 4)).clip(0, 1)
    course = np.abs(fields.smooth("vein course", 12)) + np.abs(fields.smooth("vein level", 10))
    cortical = ramp(course, 0.55, 0.25) * ramp(head.csf, 0.12, 0.5) * ramp(head.depth, 16, 8)
    return np.maximum.reduce([sagittal, straight, plexus, 0.85 * cortical]).astype(np.float32)


def render(
    fields: Fields, sequence: str, head: SyntheticHead, tumour: Tumour | None
) -> NDArray[np.int16]:
    csf, grey, white, oedema, necrosis, rim = SIGNAL[sequence]
    signal = csf * head.csf + grey * head.grey + white * head.white
    signal += 0.7 * (white - grey) * head.whiter
    if sequence in ("t2", "flair"):
        mirrored = np.stack([np.abs(head.points[0]), *head.points[1:]])
        for centre, radii in IRON:
            signal *= 1 - 0.17 * ramp(sphere(mirrored, centre, radii), 1.2, 0.5)
    if sequence == "t1ce":
        signal += (1500 - signal) * 0.8 * veins(fields, head)
    signal *= 1 + 0.018 * fields.smooth("fine", 3) + 0.02 * fields.smooth(f"{sequence} tissue", 6)
    if tumour is not None:
        wet = tumour.oedema * (0.88 + 0.10 * fields.smooth("wetness", 7)).clip(0.5, 1)
        signal += wet * (oedema - signal)
        patchy = 1 + 0.07 * fields.smooth("patchy", 5) + 0.04 * fields.smooth("patchy fine", 2.5)
        uptake = 0.97 + 0.17 * fields.smooth("uptake", 8) + 0.06 * fields.smooth("uptake fine", 3)
        living = rim * (uptake if sequence == "t1ce" else patchy)
        solid = living + tumour.necrosis * (necrosis * patchy - living)
        signal += tumour.solid * (solid - signal)
    coil = 0.035 * fields.smooth(f"{sequence} coil", 70) + 0.03 * ramp(head.depth, 60, 0)
    signal *= np.exp(coil)
    signal *= 0.5 + 0.5 * ramp(head.depth, 0.2, 2.0)  # the outermost voxels are partly background

    rng = fields.rng(f"{sequence} noise")
    # Reconstruction on a finer grid leaves neighbouring voxels' noise slightly correlated.
    real, imaginary = (
        1.55 * ndimage.gaussian_filter(rng.standard_normal(signal.shape, np.float32), 0.5)
        for _ in range(2)
    )
    level = NOISE[sequence]
    magnitude = np.hypot(signal + level * real, level * imaginary)  # Rician
    steps = np.maximum(np.rint(magnitude / QUANTUM), 1)
    return np.where(head.brain, QUANTUM * steps, 0).astype(np.int16)


def segment(head: SyntheticHead, tumour: Tumour) -> NDArray[np.uint8]:
    """Labels as an expert draws them: smooth contours, no islands."""
    wet = ndimage.gaussian_filter(tumour.oedema, 0.7) > 0.42
    labels, count = ndimage.label(wet | (tumour.distance < 1))
    if count > 1:
        wet &= labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1
    seg = np.where(wet, OEDEMA, 0)
    solid = tumour.solid > 0.5
    seg[solid] = np.where(tumour.necrosis[solid] > 0.5, NECROSIS, ENHANCING)
    return np.where(head.brain, seg, 0).astype(np.uint8)


def synthesise(*, healthy: bool = False, seed: int = 2026, step: int = 1) -> Study:
    """The sequences and the segmentation of the demo study.

    healthy : the same head without tumour, oedema and mass effect; its segmentation is all zero.
    seed : another head with another tumour of the same kind.
    step : every n-th voxel only, 1, 2 or 4, for quick tests; voxels are then n mm wide and the
        first three columns of AFFINE grow by that factor.

    Returns "flair", "t1", "t1ce", "t2" (int16, arbitrary unit, 0 outside of the brain) and "seg"
    (uint8; 1 necrosis, 2 oedema, 4 enhancing), each of shape SHAPE[::step].
    """
    fields = Fields(seed, step)
    distance = None if healthy else tumour_distance(fields)
    head = build_head(fields, Template(), distance)
    tumour = None if distance is None else grow_tumour(fields, head, distance)
    boxes: Study = {name: render(fields, name, head, tumour) for name in SEQUENCES}
    boxes["seg"] = np.zeros(head.brain.shape, np.uint8) if tumour is None else segment(head, tumour)
    study: Study = {}
    for name, box in boxes.items():
        whole = np.zeros(SHAPE, box.dtype)[::step, ::step, ::step]
        start = BOX_START // step
        whole[tuple(slice(a, a + n) for a, n in zip(start, box.shape, strict=True))] = box
        study[name] = whole
    return study


def write_study(study: Study, folder: Path) -> None:
    """Write demo_<name>.nii.gz; the header says SYNTHETIC, which the viewer shows on screen."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, volume in study.items():
        image = nib.Nifti1Image(volume, AFFINE)
        image.set_sform(AFFINE, code=1)
        image.set_qform(AFFINE, code=1)
        image.header["descrip"] = b"SYNTHETIC glioma demo, no patient (BrainViewer)"
        image.header.set_xyzt_units("mm")
        packed = gzip.compress(image.to_bytes(), compresslevel=9, mtime=0)
        (folder / f"demo_{name}.nii.gz").write_bytes(packed)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the synthetic demo study.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--healthy", action="store_true", help="without the tumour")
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    write_study(synthesise(healthy=chosen.healthy, seed=chosen.seed), chosen.folder)


if __name__ == "__main__":
    main()
