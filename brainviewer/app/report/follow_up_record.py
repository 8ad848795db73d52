"""The change over the studies of a patient as plain data: ``compare --json``."""

from collections.abc import Sequence
from typing import Any

from brainviewer.app.prior.comparison import Comparison, PriorStudy
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.records import finding_record
from brainviewer.app.report.study_record import study_record
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.imaging.measure.follow_up.follow_up import Change, FollowUp
from brainviewer.imaging.measure.follow_up.matched_lesions import LesionSize, MatchedLesion
from brainviewer.imaging.measure.rano import RANO, SIZE_ONLY
from brainviewer.imaging.preprocess.registration.prior_registration import PriorPlace
from brainviewer.models.plain_data import plain


def follow_up_record(compared: Comparison) -> dict[str, Any]:
    """All studies, what was found in each, and what changed.

    ``prior``, ``registration`` and ``change`` are of the prior that is shown: of several the latest
    before the study. ``studies``, ``lesions`` and ``response`` are of all; they count the studies
    as they were named, the current one as 0.
    """
    found, prior = compared.follow_up, compared.prior
    shown = compared.shown + 1
    notices = [*found.notices, *_said("Study", compared.study, compared.finding)]
    for one in compared.priors:
        called = "Prior" if len(compared.priors) == 1 else one.called.capitalize()
        notices += _said(called, one.study, one.finding)
    return with_schema(
        Schema.FOLLOW_UP,
        {
            "study": study_record(compared.study),
            "prior": study_record(prior.study),
            "finding": finding_record(compared.finding),
            "prior_finding": finding_record(prior.finding),
            "registration": _registration(prior.place),
            "change": {
                "volume_ml": _change(found.change(shown, "volume_ml")),
                "enhancing_ml": _change(found.change(shown, "enhancing_ml")),
                "product_mm2": _change(found.change(shown, "sum_mm2")),
                "new_ml": plain(prior.new_ml, 3),
                "gone_ml": plain(prior.gone_ml, 3),
                "common_ml": plain(prior.common_ml, 3),
            },
            "studies": _studies(compared),
            "lesions": [
                _lesion(n, one, found, compared.study.grid.oriented)
                for n, one in enumerate(found.lesions, 1)
            ],
            "response": _response(found),
            "notices": list(dict.fromkeys(notices)),
        },
    )


def _studies(compared: Comparison) -> list[dict[str, Any]]:
    found = compared.follow_up
    rows: Sequence[Comparison | PriorStudy] = (compared, *compared.priors)
    return [
        {
            "sha256": one.study.content_hash or None,
            "name": one.name,
            "date": None if one.day is None else one.day.isoformat(),
            "earlier": n in found.earlier,
            "volume_ml": plain(sizes.volume_ml, 3),
            "enhancing_ml": plain(sizes.enhancing_ml, 3),
            "product_mm2": plain(sizes.sum_mm2, 3),
            "registration": _registration(one.place) if isinstance(one, PriorStudy) else None,
        }
        for n, (one, sizes) in enumerate(zip(rows, found.sizes, strict=True))
    ]


def _response(found: FollowUp) -> dict[str, Any]:
    by = {"by_diameters": found.by_diameters, "by_volume": found.by_volume}
    return {
        "criteria": RANO,
        "basis": SIZE_ONLY,
        "target": None if found.target is None else found.target.value,
        **{name: plain(one.response) for name, one in by.items()},
        "against": {
            name: {"nadir": one.nadir, "baseline": one.baseline, "new_lesion": one.new_lesion}
            for name, one in by.items()
        },
    }


def _lesion(number: int, lesion: MatchedLesion, found: FollowUp, oriented: bool) -> dict[str, Any]:
    return {
        "number": number,
        "in_sum": lesion.target,
        "new": lesion.is_new(found.earlier),
        "gone": lesion.is_gone(found.earlier),
        "position_mm": plain(lesion.position_mm, 3) if oriented else None,
        "sizes": [None if size is None else _size(size) for size in lesion.sizes],
    }


def _size(size: LesionSize) -> dict[str, Any]:
    across = size.diameters
    return {
        "volume_ml": plain(size.volume_ml, 3),
        "product_mm2": plain(size.product_mm2, 3),
        "longest_mm": None if across is None else plain(across.longest_mm, 3),
        "perpendicular_mm": None if across is None else plain(across.perpendicular_mm, 3),
        "slice": None if across is None else across.index,
        "measurable": size.measurable,
        "parts": size.parts,
    }


def _registration(place: PriorPlace | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "sequence": place.sequence.value,
        "rotation_degrees": round(place.rotation_degrees, 2),
        "correlation": round(place.correlation, 4),
    }


def _said(called: str, study: Study, finding: TumourFinding) -> list[str]:
    return [f"{called}: {sentence}" for sentence in (*study.notices, *finding.notices)]


def _change(change: Change) -> dict[str, float | None]:
    return {
        "current": plain(change.current, 3),
        "prior": plain(change.prior, 3),
        "difference": plain(change.difference, 3),
        "percent": plain(change.percent, 1),
    }
