"""Where an exported figure came from, as plain data: what is written inside the file."""

from dataclasses import asdict
from typing import Any

from brainviewer import __version__
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.records import classification_record, finding_record
from brainviewer.app.report.study_record import study_record
from brainviewer.app.report.volume_record import volume_record
from brainviewer.app.sign_in.reader_name import named_reader
from brainviewer.core.annotation.annotations import (
    Annotation,
    probed_values,
    region_statistics,
)
from brainviewer.core.reformation.oblique import ObliqueView
from brainviewer.core.study import Study
from brainviewer.painting.figure import FigureSpec
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text import wording


def provenance_record(figure: FigureSpec, scale: float) -> dict[str, Any]:
    """Everything needed to judge and repeat a figure; slices count from 0.

    scale : pixels a point.
    """
    study, panes = figure.study, figure.panes
    data: dict[str, Any] = {
        "application": "BrainViewer",
        "version": __version__,
        "study": study_record(study, named=figure.identify),
        "panes": [_pane(pane) for pane in panes],
        "notices": [] if _placed(study) else [wording.NO_ORIENTATION],
    }
    if reader := named_reader():
        data["reader"] = reader
    if panes:
        convention = panes[0].convention
        data["orientation_convention"] = convention.value
        turned = wording.turn_text(study.grid, [pane.view.turn for pane in panes])
        data["orientation_text"] = turned or wording.convention_text(study.grid, convention)
    if figure.volume is not None and figure.volume_image is not None:
        data["volume"] = volume_record(figure.volume)
    if figure.finding is not None:
        data["finding"] = finding_record(figure.finding)
    if figure.classification is not None:
        told = classification_record(figure.classification)
        data["classification"] = {**told, "note": figure.result_note}
    return with_schema(Schema.PROVENANCE, {**data, "scale": scale})


def _pane(pane: SliceScene) -> dict[str, Any]:
    placed = _placed(pane.study)
    data: dict[str, Any] = {
        "sequence": pane.modality.value,
        "plane": pane.plane.value,
        "slice": pane.index,
        "slices": pane.view.count,
        "original_grid": pane.original,
        "position_mm": round(pane.view.position_mm(pane.index), 3)
        if wording.position_text(pane.view, pane.index)
        else None,
        **_reformation(pane),
        "window": asdict(pane.window),
        "colour_map": pane.colour_map,
        "lesion_outline": pane.shows_lesion,
        "parts": [part.key for part in pane.parts_shown],
        "difference": pane.shows_difference,
        "segmentation": list(pane.labels_shown),
        "diameters": bool(pane.diameters_shown),
        "heatmap": pane.shows_heatmap,
        "annotations": [_annotation(annotation, pane) for annotation in pane.annotations_shown],
    }
    if pane.viewport is not None:
        unit = pane.study.grid.unit.key
        centre = [round(float(x), 3) for x in pane.viewport.centre]
        data[f"centre_{unit}"] = centre if placed else None
        data[f"{unit}_per_point"] = pane.viewport.mm_per_point
    return data


def _reformation(pane: SliceScene) -> dict[str, Any]:
    """How the display is turned, the plane tilted and the slice thickened."""
    view, slab = pane.view, pane.slab
    return {
        "display_turn": {"quarter_turns": view.turn.quarters, "flipped": view.turn.mirrored},
        "oblique": None
        if not isinstance(view, ObliqueView)
        else {
            "tilt_degrees": round(view.tilt_degrees, 3),
            "normal": [round(float(x), 6) for x in view.normal] if _placed(pane.study) else None,
        },
        "slab": None
        if slab is None
        else {"mode": slab.mode.value, "thickness_mm": round(slab.covered_mm(view.step_mm), 3)},
    }


def _placed(study: Study) -> bool:
    """Whether positions mean anything: an image has its own, a head those of the patient."""
    return study.grid.oriented or study.grid.as_stored


def _annotation(annotation: Annotation, pane: SliceScene) -> dict[str, Any]:
    """An annotation as files hold it, without its id, with what is measured."""
    data = {key: value for key, value in annotation.to_json().items() if key != "id"}
    if annotation.tilt is not None:
        tilted = annotation.tilt.tilt_degrees(pane.study.grid, annotation.plane)
        data["tilt_degrees"] = round(tilted, 3)
    if not _placed(pane.study):
        untold = ("points", "oblique")
        data = {key: None if key.startswith(untold) else value for key, value in data.items()}
    for measure, value in annotation.measures:
        data[measure.key(pane.study.grid.unit.key)] = None if value is None else round(value, 3)
    told = annotation.modality in pane.study.volumes and not pane.original
    if annotation.kind.traits.probes and not pane.original:
        probed = probed_values(annotation, pane.study)
        data["values"] = {modality.value: value for modality, value in probed.items()}
    if annotation.kind.traits.region and told:
        values = pane.study.volumes[annotation.modality].data
        radiological = annotation.view(pane.study.grid)
        if statistics := region_statistics(annotation, radiological, values):
            data["statistics"] = {
                "mean": statistics.mean,
                "sd": statistics.sd,
                "median": statistics.median,
                "min": statistics.minimum,
                "max": statistics.maximum,
                f"area_{pane.study.grid.unit.key}2": statistics.area,
            }
    return data
