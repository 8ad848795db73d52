"""A study as plain data: ``info --json``, and a part of ``result.json`` and of every provenance."""

from typing import Any

from brainviewer.core.geometry import Grid, Unit
from brainviewer.core.study import Modality, Study, Volume


def study_record(study: Study, named: bool = True) -> dict[str, Any]:
    """What a study, or an image, is: content, grid, and each sequence as it lies in its own file.

    named : with the names of the study and of its files, which may name the patient.
    """
    record: dict[str, Any] = {
        "sha256": study.content_hash or None,
        "synthetic": study.synthetic,
        "edited": study.edited,
        "grid": _grid(study.grid),
    }
    if named:
        record["name"] = study.name
    if study.is_image2d:
        return {**record, "image": _image(study, named)}
    record["sequences"] = {m.value: _sequence(study.volumes[m], named) for m in study.modalities}
    record["missing"] = [modality.value for modality in study.missing]
    if named:
        record["segmentation"] = study.segmentation.file_name if study.segmentation else None
    return record


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "shape": list(grid.shape),
        f"spacing_{grid.unit.key}": [round(side, 4) for side in grid.spacing],
        "orientation": grid.orientation,
    }


def _sequence(volume: Volume, named: bool) -> dict[str, Any]:
    """Shape and spacing are those of the file; ``resampled`` where the study shows other voxels,
    not ``used`` where it does not lie over the others, so that nothing is computed from it."""
    own = volume.file_grid
    return {
        **({"file": volume.file_name} if named else {}),
        "shape": list(own.shape),
        "spacing_mm": [round(mm, 4) for mm in own.spacing],
        "orientation": own.orientation,
        "dtype": volume.dtype,
        "resampled": volume.resampled,
        "used": not (volume.unplaced or volume.other_frame),
        "moved_mm": round(volume.moved_mm, 2),
        "shift_mm": [round(mm, 2) for mm in volume.shift_mm],
        "rotation_degrees": [round(angle, 2) for angle in volume.rotation_degrees],
    }


def _image(study: Study, named: bool) -> dict[str, Any]:
    volume = study.volumes[Modality.IMAGE]
    columns, rows, frames = study.grid.shape
    width, height, _ = study.grid.spacing
    known = study.grid.unit is not Unit.PIXEL
    return {
        **({"file": volume.file_name} if named else {}),
        "rows": rows,
        "columns": columns,
        "frames": frames,
        "dtype": volume.dtype,
        "colour": volume.rgb is not None,
        "unit": study.grid.unit.value,
        "pixel_size": [round(height, 6), round(width, 6)] if known else None,
        "orientation": study.grid.orientation,
    }
