"""How well sequences are brought together: known displacements, found again.

    python packaging/measure/measure_registration.py DATA [--mirrored [--every N]]
        [--studies N] [--json FILE]

DATA is the data folder. Of each study whose sequences others brought together, T1, T1ce and T2 are
resampled onto thick, oblique slices as scanners make them, and registered onto the FLAIR as they
are and after a known displacement (up to 12 mm and 6° along each axis). Printed of each, as root
mean square over the head: how large the displacement was, the error of the displacement that was
found (``error_mm``), and how far the sequence lies from where the others had put it when it was
not displaced (``at_rest_mm``), which holds their error, too;
and ``fit``, by which it is checked.

``--mirrored`` asks instead which sequences are taken for mirrored left to right: of all studies and
of the patients of ``brats18`` and ``lgg`` as they are, where each is a false alarm, and of every
Nth with each sequence mirrored in turn, where it should be told. Sequences on grids of their own
are mirrored in their file and registered again; the others about the middle of the box around the
head. Printed of each sequence but the one that the others are held against: how well it fits as it
lies and mirrored, in nats, before and after it was mirrored.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from brainviewer.app.opening.same_head import is_by_position, over_each_other
from brainviewer.app.opening.study import open_study
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.alignment import resample
from brainviewer.imaging.preprocess.handedness import told_mirrored
from brainviewer.imaging.preprocess.head_volume import HeadVolume, prepare
from brainviewer.imaging.preprocess.registration import pose_check, registration
from brainviewer.imaging.preprocess.sequence_fit import fits
from brainviewer.models.segmentation.detection import leading_sequence
from brainviewer.training.labelled_data.brats18 import brats18_cases
from brainviewer.training.labelled_data.cases import read_cases

SPACING_MM = (0.9, 0.9, 5.5)
MOST_MM, MOST_DEGREES = 12.0, 6.0
TILT_DEGREES = (9.0, -3.0, 4.0)

Affine = NDArray[np.float64]


def about(point: NDArray[np.float64], degrees: Any, shift: Any) -> Affine:
    """A rotation (degrees about R, A, S) about a point, then a shift in mm: (4, 4)."""
    made = np.eye(4)
    made[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    made[:3, 3] = point + shift - made[:3, :3] @ point
    return made


def thick_slices(data: NDArray[Any], grid: Grid) -> tuple[NDArray[Any], Grid]:
    """A volume in thick, oblique slices of the same place."""
    extent = np.array(grid.shape) * grid.spacing
    shape = tuple(int(n) for n in np.ceil(extent / SPACING_MM))
    affine = np.eye(4)
    turn = Rotation.from_euler("xyz", TILT_DEGREES, degrees=True).as_matrix()
    affine[:3, :3] = turn @ (grid.affine[:3, :3] / grid.spacing * SPACING_MM)
    affine[:3, 3] = grid.centre - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    oblique = Grid((shape[0], shape[1], shape[2]), affine)
    return resample(data, grid, oblique), oblique


def found(data: NDArray[Any], grid: Grid, fixed: NDArray[Any], onto: Grid) -> Affine:
    """The motion (4, 4) that is found, world mm of the fixed volume to those of the moved."""
    motion = registration.head_motion(data, grid, fixed, onto)
    return np.eye(4) if motion is None else grid.affine @ np.linalg.inv(motion.grid.affine)


def apart(one: Affine, other: Affine, head: NDArray[np.float64]) -> float:
    """How far two motions put the voxels of a head apart, as root mean square in mm."""
    difference = head @ (one - other)[:3, :3].T + (one - other)[:3, 3]
    return round(float(np.sqrt((difference**2).sum(axis=1).mean())), 2)


def rows_of(study: Study, random: np.random.Generator) -> Iterator[dict[str, Any]]:
    """A row for each sequence of a study."""
    flair = study.volumes[Modality.FLAIR].data
    head = study.grid.to_world(np.argwhere(flair[::6, ::6, ::6] != flair[0, 0, 0]) * 6)
    for modality in (Modality.T1, Modality.T1CE, Modality.T2):
        data, placed = thick_slices(study.volumes[modality].data, study.grid)
        degrees = random.uniform(-MOST_DEGREES, MOST_DEGREES, 3)
        done = about(study.grid.centre, degrees, random.uniform(-MOST_MM, MOST_MM, 3))
        at_rest = found(data, placed, flair, study.grid)
        began = time.perf_counter()
        moved = found(data, Grid(placed.shape, done @ placed.affine), flair, study.grid)
        yield {
            "study": study.name,
            "sequence": str(modality),
            "displaced_mm": apart(done, np.eye(4), head),
            "error_mm": apart(moved, done @ at_rest, head),
            "at_rest_mm": apart(at_rest, np.eye(4), head),
            "fit": round(pose_check.fit_of(data, placed, flair, study.grid), 3),
            "seconds": round(time.perf_counter() - began, 1),
        }


def all_studies(data: Path) -> Iterator[Study]:
    """Every study of the data folder, its positions as the files have them."""
    for path in sorted(p for p in (data / "studies").iterdir() if p.is_dir()):
        yield open_study([path])
    for case in (*brats18_cases(data / "brats18"), *read_cases(data / "lgg")):
        yield case.load().study


def head_of(study: Study) -> HeadVolume | None:
    """As a search without the network for brains sees it."""
    leading = leading_sequence(study.volumes)
    return None if leading is None else prepare(over_each_other(study), leading)


def flipped(study: Study, modality: Modality) -> Study:
    """The study with the file of one sequence mirrored."""
    volume = study.volumes[modality]
    side = volume.file_grid.to_ras.order[0]

    def mirror(values: NDArray[Any]) -> NDArray[Any]:
        return np.asfortranarray(np.flip(values, side))

    if volume.scan is None:
        changed = replace(volume, data=mirror(volume.data))
    else:
        scan = replace(volume.scan, data=mirror(volume.scan.data))
        data = resample(scan.data, scan.grid, study.grid)
        changed = replace(volume, data=data, scan=scan)
    return replace(study, volumes={**study.volumes, modality: changed})


def with_mirrored(study: Study, head: HeadVolume, modality: Modality) -> HeadVolume | None:
    """The head with one sequence mirrored."""
    if is_by_position(study):
        return head_of(flipped(study, modality))
    mirrored = np.ascontiguousarray(head.images[modality][::-1])
    return replace(head, images={**head.images, modality: mirrored})


def mirrored_rows(study: Study, each: bool) -> Iterator[dict[str, Any]]:
    """A row as the study is, and if wanted one for each sequence that is mirrored."""
    head = head_of(study)
    for modality in (None, *(study.modalities if each else ())):
        one = head
        if head is not None and modality is not None:
            one = with_mirrored(study, head, modality)
        if one is None or len(one.images) < 2:
            continue
        began = time.process_time()
        found = fits(one.images, one.inside, one.plane, one.working.spacing)
        seconds = (time.process_time() - began) / (len(one.images) - 1)
        anchor = next(iter(set(one.images) - set(found)), None)
        told = told_mirrored(found)
        right = set() if modality is None else {modality}
        if modality is anchor and modality is not None:
            right = set(found)
        yield {
            "study": study.name,
            "mirrored": str(modality or "none"),
            "fits": {
                str(m): [round(f.unmirrored, 3), round(f.mirrored, 3)] for m, f in found.items()
            },
            "told": sorted(map(str, told)),
            "right": told == right,
            "seconds": round(seconds, 2),
        }


def measure_mirrored(data: Path, most: int, every: int) -> list[dict[str, Any]]:
    """Print a row for each, and how many were right."""
    rows = []
    for n, study in enumerate(islice(all_studies(data), most)):
        for row in mirrored_rows(study, each=n % every == 0):
            rows.append(row)
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    for name, some in (
        ("as they are", [row for row in rows if row["mirrored"] == "none"]),
        ("one mirrored", [row for row in rows if row["mirrored"] != "none"]),
    ):
        held = sum(len(row["fits"]) for row in some)
        right = sum(row["right"] for row in some)
        print(f"{name}: {right} of {len(some)} right, {held} sequences held against another")
    return rows


def main() -> None:
    """Print a row for each sequence, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--studies", type=int, default=999, help="no more than so many")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--mirrored", action="store_true", help="which are taken for mirrored")
    parser.add_argument("--every", type=int, default=1, help="mirror those of every Nth study")
    asked = parser.parse_args()
    if asked.mirrored:
        mirrored = measure_mirrored(asked.data, asked.studies, asked.every)
        if asked.json:
            asked.json.write_text(json.dumps(mirrored, indent=2) + "\n")
        return
    # What is found, however small: also at rest, which the error of the displacement is told from.
    registration.LEAST_MM, registration.LEAST_GAIN = 0.0, -1.0
    random, rows = np.random.default_rng(2026), []
    folders = [p for p in sorted((asked.data / "studies").iterdir()) if p.is_dir()]
    stripped = [path for path in folders if not path.name.startswith("native")]
    for folder in stripped[: asked.studies]:
        for row in rows_of(open_study([folder]), random):
            rows.append(row)
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    for key in ("error_mm", "at_rest_mm"):
        left = np.array([row[key] for row in rows])
        within = f"{(left <= 1).sum()} of {len(left)} within 1 mm"
        print(f"{key}: median {np.median(left):.2f}, largest {left.max():.2f}, {within}")
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
