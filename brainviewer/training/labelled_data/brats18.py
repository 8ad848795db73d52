"""The ``brats18`` layout: axial slices ``NNN.webp``, each a mosaic of four sequences, and
``NNN_mask.png`` with the expert's labels (Bakas et al. 2017, 2018).

A mosaic is T1 | FLAIR over T1ce | T2 of the brain's box in a grid of 1 mm. Far from the tumour only
every fourth slice is there; those between are interpolated.
"""

import csv
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.training.labelled_data.collection import Case, LabelledStudy
from brainviewer.training.labelled_data.image_file import GREY, read_pixels

COLLECTION, TABLE = "brats18", "patients.csv"
_MOSAIC = ((Modality.T1, Modality.FLAIR), (Modality.T1CE, Modality.T2))
_LABELS = (0, 1, 2, 4)
_CHECK = "Check the data folder."


def brats18_cases(folder: Path) -> list[Case]:
    """The cases of the folder, in the order of ``patients.csv``; no voxel is read yet.

    A patient who lies in ``lgg`` too has the id from there as ``patient``. Raises FileError if the
    table cannot be read.
    """
    table = folder / TABLE
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [_case(folder, row) for row in rows]
    except (OSError, UnicodeDecodeError, KeyError, ValueError):
        raise FileError(f"The table {table.name} cannot be read.", _CHECK) from None


def _case(folder: Path, row: Mapping[str, str]) -> Case:
    box = tuple(int(row[name]) for name in ("column", "row", "first_slice"))
    size = tuple(int(row[name]) for name in ("columns", "rows", "end_slice"))
    shape = (size[0], size[1], size[2] - box[2])
    name = row["patient"]
    age = row["age_years"]
    load = partial(load_brats18, folder / name, box, shape)
    patient, years = row["lgg_twin"] or name, float(age) if age else None
    return Case(name, row["who_class"], years, load, patient, collection=COLLECTION)


def load_brats18(
    folder: Path, start: tuple[int, ...], shape: tuple[int, int, int]
) -> LabelledStudy:
    """A case as a study of four sequences (columns, rows, slices) uint8 on a grid of 1 mm.

    start : first column, row and slice of the box in the grid of the collection.
    Raises FileError if an image cannot be read or has another size than the table says.
    """
    files = sorted(folder.glob("[0-9]*.webp"))
    if len(files) < 2:
        raise FileError(f"The case {folder.name} has no slices.", _CHECK)
    numbers = np.array([int(file.stem) for file in files]) - start[2]
    mosaics = np.stack([_mosaic(file, shape) for file in files])
    labels = np.zeros(shape, np.uint8)
    for number, file in zip(numbers, files, strict=True):
        mask = file.with_name(f"{file.stem}_mask.png")
        if mask.exists():
            values = read_pixels(mask, GREY)
            if values.shape != (shape[1], shape[0]) or not np.isin(values, _LABELS).all():
                raise FileError(f"{mask.name} of the case {folder.name} is no mask of it.", _CHECK)
            labels[:, :, number] = values.T
    grid = Grid(shape, np.diag([-1.0, -1.0, 1.0, 1.0]))
    volumes = {}
    for down, row in enumerate(_MOSAIC):
        for across, modality in enumerate(row):
            rows = slice(down * shape[1], (down + 1) * shape[1])
            columns = slice(across * shape[0], (across + 1) * shape[0])
            given = mosaics[:, rows, columns].transpose(2, 1, 0)
            volumes[modality] = Volume(modality, _between(given, numbers, shape[2]), grid)
    return LabelledStudy(Study(volumes, grid, folder.name), labels > 0, labels)


def _between(given: NDArray[np.uint8], numbers: NDArray[np.int64], count: int) -> NDArray[np.uint8]:
    """All slices (columns, rows, count), the missing ones interpolated between their neighbours."""
    where = np.arange(count)
    after = np.clip(np.searchsorted(numbers, where), 1, len(numbers) - 1)
    low, high = numbers[after - 1], numbers[after]
    share = np.clip((where - low) / (high - low), 0, 1).astype(np.float32)
    mixed = given[:, :, after - 1] * (1 - share) + given[:, :, after] * share
    return np.rint(mixed).astype(np.uint8)


def _mosaic(file: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    image = read_pixels(file, GREY)
    if image.shape != (2 * shape[1], 2 * shape[0]):
        raise FileError(
            f"{file.name} of the case {file.parent.name} has another size than {TABLE} says.",
            _CHECK,
        )
    return image
