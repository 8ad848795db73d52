"""Small made-up data folders in the two layouts that training reads."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import nibabel
import numpy as np
from numpy.typing import NDArray

SHAPE = (48, 48, 24)
SPACING = (4.0, 4.0, 6.0)
SEQUENCES = ("flair", "t1", "t1ce", "t2")
PATIENTS = {
    "CPM19_TOY_AAA_1": ("A", 41), "CPM19_TOY_AAB_1": ("O", 50), "CPM19_TOY_AAC_1": ("G", 63),
    "CPM19_TOY_AAD_1": ("A", 35), "CPM19_TOY_AAE_1": ("O", 46), "CPM19_TOY_AAF_1": ("G", 70),
    "CPM19_TOY_AAG_1": ("A", 29), "CPM19_TOY_AAH_1": ("O", 57), "CPM19_TOY_AAI_1": ("G", 58),
}  # fmt: skip
"""Case id to class and age in years."""


def write_challenge(folder: Path, patients: Mapping[str, tuple[str, int]] = PATIENTS) -> Path:
    """A folder as the 2019 challenge has it: skull-stripped heads with a lesion on one side."""
    lines = ["CPM_RadPath_2019_ID,class,age_in_days"]
    for number, (case_id, (code, years)) in enumerate(patients.items()):
        write_volume(folder / case_id, code, np.random.default_rng(number))
        lines.append(f"{case_id},{code},{round(years * 365.25)}")
    table = folder / "training_data_classification_labels.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


def write_volume(folder: Path, code: str, random: np.random.Generator) -> None:
    """The four sequences of one head, and the segmentation of its lesion; a G takes up contrast."""
    folder.mkdir(parents=True)
    where = np.stack(np.indices(SHAPE), axis=-1) * SPACING
    middle = np.array(SHAPE) * SPACING / 2
    head = _ball(where, middle, (70, 85, 62))
    centre = middle + random.uniform((20, -25, -15), (40, 25, 15)) * (random.choice((-1, 1)), 1, 1)
    size = random.uniform(18, 24)
    lesion = _ball(where, centre, (size, size, size)) & head
    core = _ball(where, centre, (0.5 * size,) * 3) & head
    inside = {"flair": 520, "t1": 240, "t1ce": 250, "t2": 560}
    outside = {"flair": 300, "t1": 330, "t1ce": 340, "t2": 320}
    affine = np.diag((-SPACING[0], -SPACING[1], SPACING[2], 1.0))
    affine[:3, 3] = middle * (1, 1, -1)
    for name in SEQUENCES:
        values = np.where(lesion, inside[name], outside[name]).astype(float)
        if name == "t1ce" and code == "G":
            values[core] = 700
        values += random.normal(0, 12, SHAPE)
        _write(folder / f"{folder.name}_{name}.nii.gz", np.where(head, values, 0), affine)
    _write(folder / f"{folder.name}_seg.nii.gz", np.where(lesion, 2, 0), affine)


def write_lgg(folder: Path, patients: Mapping[str, tuple[str, int]] | None = None) -> Path:
    """A folder as ``lgg`` has it: three slices of 64 x 64 a patient, two of them with tumour."""
    patients = patients or {"TOY-AA-1111": ("A", 38), "TOY-BB-2222": ("G", 61)}
    lines = ["case_id,class,age_years,who2021_diagnosis"]
    for number, (case_id, (code, years)) in enumerate(patients.items()):
        random = np.random.default_rng(100 + number)
        (folder / case_id).mkdir(parents=True)
        for index in range(1, 4):
            image = cv2.resize(random.uniform(30, 220, (16, 16, 3)), (64, 64)).astype(np.uint8)
            cv2.imwrite(str(folder / case_id / f"{index:03d}.jpg"), image)
            if index > 1:
                mask = np.zeros((64, 64), np.uint8)
                mask[20 : 20 + 5 * index, 30:50] = 255
                cv2.imwrite(str(folder / case_id / f"{index:03d}_mask.png"), mask)
        lines.append(f'{case_id},{code},{years},"In words, with a comma."')
    table = folder / "labels.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


def _ball(where: NDArray[np.float64], centre: NDArray[np.float64], radii: tuple[float, ...]):
    return (((where - centre) / radii) ** 2).sum(axis=-1) <= 1


def _write(path: Path, data: NDArray[np.float64], affine: NDArray[np.float64]) -> None:
    image = nibabel.Nifti1Image(data.astype(np.int16), affine)
    image.set_sform(affine, code=1)
    image.set_qform(affine, code=1)
    nibabel.save(image, path)
