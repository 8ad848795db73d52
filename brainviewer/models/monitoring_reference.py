"""The entry ``monitoring_reference`` of a card: what its predictions were like in development."""

from collections.abc import Sequence
from typing import Any

from brainviewer.core.monitoring.reference import (
    Measure,
    MonitoringReference,
    ReferenceDistribution,
)
from brainviewer.models.card_metrics import SITUATIONS
from brainviewer.models.plain_data import number, only, require, text

ENTRY = "monitoring_reference"
LESION_CLASSES = ("lesion", "none")
"""What a model that looks for lesions may say of a study."""
_NEEDED = {"source", "distributions"}
_DISTRIBUTION = {"measure", "counts"}


def reference_of(
    card: Any, codes: Sequence[str], prevalences: Sequence[str]
) -> MonitoringReference | None:
    """What a card with this content, these classes and prevalences says; None if it says nothing.

    Raises KeyError, TypeError or ValueError if the entry is not what it must be.
    """
    content = card.get(ENTRY)
    if content is None:
        return None
    only(content, _NEEDED | {"prevalence", "not_known"}, _NEEDED)
    prevalence = text(content["prevalence"]) if "prevalence" in content else ""
    require(not prevalence or prevalence in prevalences, "the reference has another prevalence")
    made = tuple(_distribution(entry) for entry in content["distributions"])
    for one in made:
        named = one.measure is not Measure.CLASSES or not codes or set(one.names) == set(codes)
        require(named, "the reference has other classes than the card")
    kinds = [(one.measure, one.rests_on) for one in made]
    require(made and len(set(kinds)) == len(kinds), "the reference tells a measure twice, or none")
    not_known = text(content["not_known"]) if "not_known" in content else ""
    return MonitoringReference(text(content["source"]), made, prevalence, not_known)


def _distribution(entry: Any) -> ReferenceDistribution:
    only(entry, _DISTRIBUTION | {"names", "edges", "rests_on"}, _DISTRIBUTION)
    rests_on = text(entry["rests_on"]) if "rests_on" in entry else ""
    require(not rests_on or rests_on in SITUATIONS, "the reference has an unknown situation")
    counts = [number(count) for count in entry["counts"]]
    require(all(count == int(count) for count in counts), "counts must be whole numbers")
    return ReferenceDistribution(
        Measure(entry["measure"]),
        tuple(int(count) for count in counts),
        tuple(text(name) for name in entry.get("names", ())),
        tuple(number(edge) for edge in entry.get("edges", ())),
        rests_on,
    )
