"""What monitoring tells as plain data: ``monitor --json``."""

from collections.abc import Mapping
from typing import Any

from brainviewer.app.monitoring.accuracy import Accuracy
from brainviewer.app.monitoring.drift import FALSE_A_YEAR, OWN_CASES, Drift, Figure
from brainviewer.app.monitoring.overview import ModelOverview, Overview
from brainviewer.app.monitoring.warning_text import DriftText
from brainviewer.app.monitoring.weeks import WeekSummary
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.core.monitoring.reference import Measure


def monitor_record(overview: Overview) -> dict[str, Any]:
    """All models."""
    return with_schema(
        Schema.MONITOR,
        {
            "since": overview.since or None,
            "histology": overview.histology,
            "false_warnings_a_year": FALSE_A_YEAR,
            "models": [_model(one) for one in overview.models],
        },
    )


def _model(one: ModelOverview) -> dict[str, Any]:
    return {
        "id": one.model.id,
        "version": one.model.version,
        "weights_sha256": one.model.weights_sha256 or None,
        "name": one.name,
        "kind": str(one.kind),
        "installed": one.known,
        "classes": dict(one.names),
        "total": _week(one.total),
        "weeks": [_week(week) for week in one.weeks],
        "accuracy": None if one.accuracy is None else _accuracy(one.accuracy),
        "drift": {
            "reference": None if one.reference is None else one.reference.source,
            "accepted": one.accepted or None,
            "compared_with_card": [str(measure) for measure in one.drift.compared],
            "compared_with_here": [str(measure) for measure in one.drift.here],
            "cases_of_reference_here": one.drift.own_cases,
            "cases_needed": OWN_CASES,
            "differences": [_figure(figure) for figure in one.drift.figures],
            "warnings": [
                _drift(found, said)
                for found, said in zip(one.drift.warnings, one.warnings, strict=True)
            ],
        },
    }


def _week(week: WeekSummary) -> dict[str, Any]:
    return {
        "week": None if week.week is None else week.week.isoformat(),
        "predictions": week.predictions,
        "cases": week.cases,
        "answered": week.answered,
        "not_confident": week.not_confident,
        "out_of_scope": week.refused,
        "classes": dict(week.classes),
        "with_ood_score": week.scored,
        "beyond_ood_limit": week.beyond,
        "judged": week.judged,
        "agreed": week.agreed,
        "median_confidence": _rounded(week.confidence, 4),
        "median_ood_score": _rounded(week.ood_score, 4),
        "median_seconds": _rounded(week.seconds, 3),
        "median_memory_mb": _rounded(week.memory_mb, 1),
    }


def _accuracy(found: Accuracy) -> dict[str, Any]:
    table: dict[str, dict[str, int]] = {}
    for (truth, said), count in sorted(found.table.items()):
        table.setdefault(truth, {})[said] = count
    return {
        "cases": found.cases,
        "right": found.right,
        "accuracy": _rounded(found.right / found.cases, 4) if found.cases else None,
        "low": _rounded(found.low, 4),
        "high": _rounded(found.high, 4),
        "answers_by_histology": table,
        "refused": found.refused,
        "other_histology_answered": found.other_answered,
        "other_histology_refused": found.other_refused,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    found = figure.found
    distance = figure.measure is Measure.EMBEDDING
    return {
        "measure": str(figure.measure),
        "reference": "card" if figure.of_card else "here",
        "weeks": found.weeks,
        "cases": found.cases,
        "reference_cases": found.reference_cases,
        "stability_index": None if distance else _rounded(found.index, 4),
        "embedding_distance": _rounded(found.index, 4) if distance else None,
        "expected": _rounded(found.expected, 4),
        "chance": found.difference.chance,
    }


def _drift(found: Drift, said: DriftText) -> dict[str, Any]:
    return {
        "measure": str(found.measure),
        "since": found.since.isoformat(),
        "weeks": found.weeks,
        "reference": "card" if found.of_card else "here",
        "cases": found.cases,
        "reference_cases": found.reference_cases,
        "size": _rounded(found.size, 4),
        "chance": found.chance,
        "now": _plain(found.now),
        "before": _plain(found.before),
        "what": said.what,
        "how_sure": said.sure,
        "meaning": said.meaning,
        "to_do": said.to_do,
    }


def _plain(values: Mapping[str, float]) -> dict[str, float]:
    return {name or "median": round(value, 4) for name, value in values.items()}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
