"""Findings and classifications as plain data, for ``--json``, ``result.json`` and provenance alike.

Slices count from 0; positions are in mm, RAS+.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.classification import Classification, tumour_probability
from brainviewer.core.findings.location import Location
from brainviewer.core.findings.measurements import Diameters, Measurements
from brainviewer.core.findings.networks import NetworkUse
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import SIZE_UNKNOWN
from brainviewer.core.segments import Agreement, Overlap
from brainviewer.core.study import Study
from brainviewer.models.plain_data import plain
from brainviewer.painting.text.predictions import condition_text


def finding_record(finding: TumourFinding) -> dict[str, Any]:
    """Where the tumour is, and what found it."""
    return {
        "method": finding.method,
        "network": plain(finding.network),
        "brain_network": plain(finding.brain_network),
        "correction": plain(finding.correction),
        "found": finding.found,
        "plane": finding.plane.value,
        "index": finding.index,
        "position_mm": plain(finding.told(finding.position_mm), 3),
        "confidence": round(finding.confidence, 4),
        "candidates": [
            {
                "index": candidate.index,
                "position_mm": plain(finding.told(candidate.position_mm), 3),
                "volume_ml": round(candidate.volume_ml, 3),
                "score": round(candidate.score, 4),
            }
            for candidate in finding.candidates
        ],
        "slice_area_mm2": plain(finding.slice_area_mm2, 2),
        "area_mm2": plain(finding.area_mm2, 2),
        "slices": plain(finding.slices),
        "measurements": measurements_record(finding.measurements, finding.oriented),
        "agreement": agreement_record(finding.agreement),
        "location": location_record(finding.location),
        "seconds": round(finding.seconds, 4),
        "notices": list(finding.notices),
    }


def agreement_record(agreement: Agreement | None) -> dict[str, Any] | None:
    """The lesion beside the segmentation that came with the study; None if there is none."""
    if agreement is None:
        return None
    return {
        **_overlap(agreement.lesion),
        "parts": {part.key: _overlap(overlap) for part, overlap in agreement.parts.items()},
        "cavity_ml": plain(agreement.cavity_ml, 3),
    }


def location_record(location: Location | None) -> dict[str, Any] | None:
    """Where the lesion lies, by the atlas; None where that was not looked for."""
    if location is None:
        return None
    record: dict[str, Any] = plain(location, 4)
    record["left_out"] = location.left_out or None
    record["centre_mni_mm"] = plain(record.pop("centre_mm"), 1)
    if location.fit is not None:
        record["fit"]["poor"] = location.fit.poor or None
    return record


def _overlap(overlap: Overlap) -> dict[str, float]:
    return {"dice": round(overlap.dice, 4), **plain(overlap, 3)}


def measurements_record(taken: Measurements | None, oriented: bool = True) -> dict[str, Any] | None:
    """Volumes in mL, lengths in mm, end points (x, y, z) in mm, RAS+; None if none were taken.

    oriented : whether the study says how the patient lay; without it no place is told.
    """
    if taken is None:
        return None
    record: dict[str, Any] = plain(taken, 3)
    for which, found in (("lesion", taken.lesion), ("enhancing", taken.enhancing)):
        if found is not None:
            record[which] = _diameters(found, oriented)
    if taken.parts_ml is not None:
        record["parts_ml"] = {part.key: plain(ml, 3) for part, ml in taken.parts_ml.items()}
    return record if oriented else {**record, "side": None, "midline_mm": None}


def _diameters(found: Diameters, oriented: bool) -> dict[str, Any]:
    return {
        "index": found.index,
        "longest_mm": plain(found.longest_mm, 3),
        "perpendicular_mm": plain(found.perpendicular_mm, 3),
        "product_mm2": plain(found.product_mm2, 3),
        "measurable": found.measurable,
        "longest_ends_mm": plain(found.longest_ends, 3) if oriented else None,
        "perpendicular_ends_mm": plain(found.perpendicular_ends, 3) if oriented else None,
    }


def classification_record(result: Classification) -> dict[str, Any]:
    """What the model said, and what it was."""
    return {
        "model": result.model_id,
        "model_version": result.model_version,
        "weights_sha256": result.weights_sha256 or None,
        "classes": plain(result.classes, 6),
        "names": dict(result.names),
        "predicted": result.predicted or None,
        "in_scope": result.in_scope,
        "abstained": result.abstained,
        "reason": result.reason,
        "condition": condition_text(result) or None,
        "calibrated": result.calibrated,
        "prevalence": result.prevalence or None,
        "priors": plain(result.priors, 6),
        "slice": result.slice_index,
        "network": _use_record(result.network, result.of_image),
        "sequences": list(result.sequences_used),
        "age_years": result.age_years,
        "age_used": result.age_years is not None,
        "descriptors": plain(result.descriptors, 4),
        "rests_on": _ablation_record(result),
        "engine": result.engine or None,
        "device": result.device or None,
        "seconds": _seconds(result.engine, result.load_seconds, result.predict_seconds),
        "quality": result.quality,
        "study_sha256": result.study_hash or None,
        "notices": list(result.notices),
    }


def _ablation_record(result: Classification) -> dict[str, Any] | None:
    """The answer without each source of evidence; None where there is no answer about a lesion."""
    if not result.rests_on:
        return None
    sources = {
        str(one.source): {
            "used": one.absent is None,
            "absent": None if one.absent is None else str(one.absent),
            "log_odds": round(one.log_odds, 4) if one.absent is None else None,
            "without": plain(one.without, 6) or None,
        }
        for one in result.rests_on
    }
    return {"class": result.predicted, "sources": sources}


def _use_record(network: NetworkUse | None, of_image: bool) -> dict[str, Any] | None:
    """A network that was run, whether or not the answer rests on it; None for none."""
    if network is None:
        return None
    slices = {} if of_image else {"slices": dict(network.used_for)}
    return {
        **asdict(network.identity),
        "used_for": list(network.used_for),
        **slices,
        "engine": network.engine,
        "device": network.device,
        "seconds": _seconds(network.engine, network.load_seconds, network.predict_seconds),
    }


def _seconds(engine: str, load: float, predict: float) -> dict[str, float | None]:
    """What a network took; None for each where none was run."""
    times = {"load": load, "predict": predict}
    return {name: round(taken, 4) if engine else None for name, taken in times.items()}


# What a 2-D image does not have.
_OF_STUDIES = frozenset({"slice", "sequences", "age_years", "age_used", "descriptors", "rests_on"})


def image_record(
    result: Classification, path: Path, image: Study, frame: int = 0, top: int | None = None
) -> dict[str, Any]:
    """What the model said of one frame of an image, the most probable class first.

    path : as the user named it.
    top : how many classes are kept; all of them if None.
    """
    record = classification_record(result)
    columns, rows, _ = image.grid.shape
    ranked = sorted(record["classes"].items(), key=lambda entry: -entry[1])
    tumour = tumour_probability(result.classes)
    told = {
        "file": str(path),
        "size": [columns, rows],
        "frame": frame,
        **{name: value for name, value in record.items() if name not in _OF_STUDIES},
        "classes": dict(ranked[:top]),
        "tumour": plain(tumour, 6),
        "heatmap": None,
        # How large the pixels are makes no difference to the answer.
        "notices": [*(n for n in image.notices if n != SIZE_UNKNOWN), *result.notices],
    }
    return with_schema(Schema.IMAGE_CLASSIFICATION, told)


def unread_image_record(path: Path, error: BrainViewerError) -> dict[str, Any]:
    """What stands for an image that cannot be read, among others that can."""
    return with_schema(Schema.IMAGE_CLASSIFICATION, {"file": str(path), "error": str(error)})


def not_classified_record(model_id: str, why: str) -> dict[str, Any]:
    """The same fields where there was nothing to classify."""
    nothing = Classification(
        model_id=model_id,
        model_version="",
        model_name="",
        weights_sha256="",
        classes={},
        names={},
        predicted="",
        slice_index=None,
        engine="",
        device="",
        load_seconds=0.0,
        predict_seconds=0.0,
        reason=why,
        notices=(why,),
    )
    return {**classification_record(nothing), "model_version": None, "in_scope": None}
