"""Where a picture came from, as plain data: what is written inside exported files."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from brainviewer import __version__
from brainviewer.core.annotations import Annotation, Kind, region_statistics
from brainviewer.core.findings import Classification, Diameters, NetworkUse, TumourFinding
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Study, Volume
from brainviewer.painting import wording
from brainviewer.painting.prediction_text import condition_text
from brainviewer.painting.slice_scene import SliceScene


def provenance(
    study: Study,
    panes: Sequence[SliceScene],
    finding: TumourFinding | None = None,
    classification: Classification | None = None,
    *,
    note: str = "",
    identify: bool = False,
) -> dict[str, Any]:
    """Everything needed to judge and repeat a picture; slices count from 0.

    note : what the reader must know about the result, e.g. that it is stale.
    identify : add the names of the study and of its files, which may name the patient.
    """
    data: dict[str, Any] = {
        "application": "BrainViewer",
        "version": __version__,
        "notice": wording.RESEARCH_ONLY,
        "synthetic": study.synthetic,
        "edited": study.edited,
        "study_sha256": study.content_hash,
        "grid": {
            "shape": list(study.grid.shape),
            f"spacing_{study.grid.unit.key}": [round(s, 4) for s in study.grid.spacing],
            "orientation": study.grid.orientation,
        },
        "panes": [_pane(pane) for pane in panes],
        "notices": [] if _placed(study) else [wording.NO_ORIENTATION],
    }
    if panes:
        convention = panes[0].convention
        data["orientation_convention"] = convention.value
        data["orientation_text"] = wording.convention_text(study.grid, convention)
    if not study.is_picture:
        data["sequences"] = {m.value: _placing(study.volumes[m]) for m in study.modalities}
    if finding is not None:
        data["tumour"] = _finding(finding)
    if classification is not None:
        data["classification"] = _classification(classification) | {"note": note}
    if identify:
        data["study"] = study.name
        data["files"] = {m.value: v.file_name for m, v in study.volumes.items()}
    return data


def _placing(volume: Volume) -> dict[str, Any]:
    """Whether the voxels are those of the file, and if not, from what they were computed."""
    own = volume.file_grid
    return {
        "resampled": volume.resampled,
        "file_shape": list(own.shape),
        "file_spacing_mm": [round(mm, 4) for mm in own.spacing],
        "moved_mm": round(volume.moved_mm, 2),
    }


def _pane(pane: SliceScene) -> dict[str, Any]:
    placed = _placed(pane.study)
    data: dict[str, Any] = {
        "sequence": pane.modality.value,
        "plane": pane.plane.value,
        "slice": pane.index,
        "slices": pane.view.count,
        "position_mm": round(pane.view.position_mm(pane.index), 3)
        if wording.position_text(pane.view, pane.index)
        else None,
        "window": {
            "level": pane.window.level,
            "width": pane.window.width,
            "inverted": pane.window.inverted,
        },
        "colour_map": pane.colour_map,
        "lesion_outline": pane.shows_lesion,
        "segmentation": list(pane.labels_shown),
        "diameters": bool(pane.diameters_shown),
        "heatmap": pane.shows_heatmap,
        "annotations": [_mark(mark, pane) for mark in pane.marks_shown],
    }
    if pane.viewport is not None:
        unit = pane.study.grid.unit.key
        centre = [round(float(x), 3) for x in pane.viewport.centre]
        data[f"centre_{unit}"] = centre if placed else None
        data[f"{unit}_per_point"] = pane.viewport.mm_per_point
    return data


def _placed(study: Study) -> bool:
    """Whether positions mean anything: a picture has its own, a head those of the patient."""
    return study.grid.oriented or study.grid.as_stored


def _mark(mark: Annotation, pane: SliceScene) -> dict[str, Any]:
    data = {key: value for key, value in mark.to_json().items() if key != "id"}
    if not _placed(pane.study):
        data = {key: None if key.startswith("points") else value for key, value in data.items()}
    if mark.kind is Kind.RULER:
        data[f"length_{pane.study.grid.unit.key}"] = round(mark.length, 3)
    if mark.kind in (Kind.RECTANGLE, Kind.ELLIPSE) and mark.modality in pane.study.volumes:
        values = pane.study.volumes[mark.modality].data
        radiological = SliceView.of(pane.study.grid, mark.plane)
        if statistics := region_statistics(mark, radiological, values):
            data["statistics"] = {
                "mean": statistics.mean,
                "sd": statistics.sd,
                "min": statistics.minimum,
                "max": statistics.maximum,
                f"area_{pane.study.grid.unit.key}2": statistics.area,
            }
    return data


def _finding(finding: TumourFinding) -> dict[str, Any]:
    taken = finding.measurements
    return {
        "method": finding.method,
        "network": None if finding.network is None else asdict(finding.network),
        "found": finding.found,
        "plane": finding.plane.value,
        "slice": finding.index,
        "slice_area_mm2": finding.slice_area_mm2,
        "position_mm": list(place) if (place := finding.told(finding.position_mm)) else None,
        "confidence": finding.confidence,
        "measurements": None
        if taken is None
        else {
            "volume_ml": taken.volume_ml,
            "enhancing_ml": taken.enhancing_ml,
            "lesion_mm": _diameters(taken.lesion),
            "enhancing_mm": _diameters(taken.enhancing),
            "side": taken.side.value if taken.side and finding.oriented else None,
            "midline_mm": taken.midline_mm if finding.oriented else None,
        },
    }


def _diameters(diameters: Diameters | None) -> list[float] | None:
    """Longest and perpendicular."""
    if diameters is None:
        return None
    return [round(diameters.longest_mm, 2), round(diameters.perpendicular_mm, 2)]


def _use(network: NetworkUse) -> dict[str, Any]:
    """A network that was run, whether or not the answer rests on it."""
    return {
        **asdict(network.identity),
        "used_for": dict(network.used_for),
        "engine": network.engine,
        "device": network.device,
    }


def _classification(result: Classification) -> dict[str, Any]:
    return {
        "model": result.model_id,
        "model_version": result.model_version,
        "weights_sha256": result.weights_sha256 or None,
        "classes": dict(result.classes),
        "predicted": result.predicted,
        "predicted_name": result.names.get(result.predicted, result.predicted),
        "in_scope": result.in_scope,
        "abstained": result.abstained,
        "reason": result.reason,
        "condition": condition_text(result) or None,
        "calibrated": result.calibrated,
        "prevalence": result.prevalence,
        "priors": dict(result.priors),
        "slice": result.slice_index,
        "network": None if result.network is None else _use(result.network),
        "sequences": list(result.sequences_used),
        "age_years": result.age_years,
        "descriptors": sorted(result.descriptors),
        "engine": result.engine or None,
        "device": result.device or None,
        "quality": result.quality,
        "notices": list(result.notices),
        "study_sha256": result.study_hash,
    }
