"""A head as plain data: the entry ``head`` of a model card, written and strictly read."""

from collections.abc import Mapping, Sequence
from typing import Any

from brainviewer.models.plain_data import only, plain, read, require, text
from brainviewer.models.subtype.fusion_head import FusionHead

_SAME = ("classes", "network", "descriptors", "least_confident", "lapse")
"""Entries that are written as the head has them."""


def parse_fusion_head(content: Any) -> FusionHead:
    """The ``head`` part of a card; raises KeyError, TypeError or ValueError if it is wrong."""
    only(content, {*_SAME, "age", "prevalences", "default_prevalence"})
    classes = tuple(text(code) for code in content["classes"])
    fusion_head = read(
        FusionHead,
        {
            **{name: content[name] for name in _SAME},
            "age": _age(content["age"], classes),
            "prevalences": {
                name: {**entry, "shares": _by_class(entry["shares"], classes)}
                for name, entry in content["prevalences"].items()
            },
            "default": content["default_prevalence"],
        },
    )
    _check(fusion_head)
    return fusion_head


def fusion_head_record(fusion_head: FusionHead) -> dict[str, Any]:
    """A head as plain data for JSON; the opposite of ``parse_fusion_head``."""
    age = fusion_head.age
    return {
        "classes": list(fusion_head.classes),
        "network": plain(fusion_head.network),
        "descriptors": plain(fusion_head.descriptors),
        "age": age
        and {
            "weight": age.weight,
            "normal": {
                code: {"mean_years": mean, "sd_years": deviation}
                for code, mean, deviation in zip(
                    fusion_head.classes, age.means, age.deviations, strict=True
                )
            },
        },
        "prevalences": {
            name: {
                "shares": dict(zip(fusion_head.classes, entry.shares, strict=True)),
                "source": entry.source,
            }
            for name, entry in fusion_head.prevalences.items()
        },
        "default_prevalence": fusion_head.default,
        "least_confident": fusion_head.least_confident,
        "lapse": fusion_head.lapse,
    }


def _by_class(content: Any, classes: Sequence[str]) -> list[Any]:
    """Entries of all classes, in the order of the classes."""
    only(content, classes)
    return [content[code] for code in classes]


def _age(content: Any, classes: Sequence[str]) -> Mapping[str, Any] | None:
    if content is None:
        return None
    only(content, {"weight", "normal"})
    normal = _by_class(content["normal"], classes)
    for entry in normal:
        only(entry, {"mean_years", "sd_years"})
    return {
        "weight": content["weight"],
        "means": [entry["mean_years"] for entry in normal],
        "deviations": [entry["sd_years"] for entry in normal],
    }


def _check(fusion_head: FusionHead) -> None:
    """Raises ValueError if numbers cannot be those of a head."""
    count, part = len(fusion_head.classes), fusion_head.descriptors
    terms = () if part is None else part.terms
    names = {term.name for term in terms}
    sources = (fusion_head.network, None if part is None else part.weight)
    of_classes = () if part is None else (part.intercepts, *(t.coefficients for t in terms))
    shares = [entry.shares for entry in fusion_head.prevalences.values()]
    require(
        count > 1 and len(set(fusion_head.classes)) == count, "the head needs two or more classes"
    )
    require(fusion_head.network or part, "the head knows neither network nor descriptors")
    weights = [number for one in sources if one for number in (one.alone, one.together)]
    require(all(weight >= 0 for weight in weights), "a weight of the head must not be below 0")
    require(not part or (terms and len(names) == len(terms)), "descriptors must be different")
    require(all(term.scale > 0 for term in terms), "the scale of a descriptor must be above 0")
    require(all(len(each) == count for each in of_classes), f"{count} numbers were expected")
    require(
        fusion_head.age is None
        or (min(fusion_head.age.deviations) > 0 and fusion_head.age.weight >= 0),
        "the standard deviation of an age must be above 0, its weight not below",
    )
    require(
        all(min(each) > 0 and abs(sum(each) - 1) <= 0.01 for each in shares),
        "the fractions of a prevalence must be above 0 and add up to 1",
    )
    require(
        fusion_head.default in fusion_head.prevalences,
        "the default prevalence is not among the others",
    )
    require(0 <= fusion_head.least_confident <= 1, "the least confident must lie between 0 and 1")
    require(0 <= fusion_head.lapse < 1, "the lapse must lie between 0 and 1")
