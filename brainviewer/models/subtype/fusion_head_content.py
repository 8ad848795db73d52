"""A head as plain data: the entry ``head`` of a model card, written and strictly read."""

from typing import Any

from brainviewer.models.plain_data import number, text
from brainviewer.models.subtype.fusion_head import (
    AgePart,
    DescriptorPart,
    Head,
    Prevalence,
    Source,
    Term,
)


def parse_head(content: Any) -> Head:
    """The ``head`` part of a card; raises KeyError, TypeError or ValueError if it is wrong."""
    _only(content, {"classes", "network", "descriptors", "age", "prevalences", "default_prevalence",
                    "least_confident", "lapse"})  # fmt: skip
    classes = tuple(text(code) for code in content["classes"])
    if len(classes) < 2 or len(set(classes)) != len(classes):
        raise ValueError("the head needs two or more different classes")
    head = Head(
        classes=classes,
        network=None if content["network"] is None else _source(content["network"]),
        descriptors=_descriptors(content["descriptors"], len(classes)),
        age=_age(content["age"], classes),
        prevalences={
            text(name): _prevalence(entry, classes)
            for name, entry in content["prevalences"].items()
        },
        default=text(content["default_prevalence"]),
        least_confident=number(content["least_confident"]),
        lapse=number(content["lapse"]),
    )
    if head.network is None and head.descriptors is None:
        raise ValueError("the head knows neither network nor descriptors")
    if head.default not in head.prevalences:
        raise ValueError(f"the default prevalence {head.default!r} is not among the prevalences")
    if not 0 <= head.least_confident <= 1:
        raise ValueError("the least confident probability must lie between 0 and 1")
    if not 0 <= head.lapse < 1:
        raise ValueError("the lapse must lie between 0 and 1")
    return head


def head_content(head: Head) -> dict[str, Any]:
    """A head as plain data for JSON; the opposite of ``parse_head``."""
    part, age = head.descriptors, head.age
    return {
        "classes": list(head.classes),
        "network": None if head.network is None else _source_content(head.network),
        "descriptors": None
        if part is None
        else {
            "weight": _source_content(part.weight),
            "intercepts": list(part.intercepts),
            "terms": [
                {
                    "name": term.name,
                    "mean": term.mean,
                    "scale": term.scale,
                    "coefficients": list(term.coefficients),
                }
                for term in part.terms
            ],
        },
        "age": None
        if age is None
        else {
            "weight": age.weight,
            "normal": {
                code: {"mean_years": mean, "sd_years": deviation}
                for code, mean, deviation in zip(
                    head.classes, age.means, age.deviations, strict=True
                )
            },
        },
        "prevalences": {
            name: {
                "shares": dict(zip(head.classes, entry.shares, strict=True)),
                "source": entry.source,
            }
            for name, entry in head.prevalences.items()
        },
        "default_prevalence": head.default,
        "least_confident": head.least_confident,
        "lapse": head.lapse,
    }


def _source_content(source: Source) -> dict[str, float]:
    return {"alone": source.alone, "together": source.together}


def _source(content: Any) -> Source:
    _only(content, {"alone", "together"})
    source = Source(number(content["alone"]), number(content["together"]))
    if source.alone < 0 or source.together < 0:
        raise ValueError("a weight of the head must not be below 0")
    return source


def _descriptors(content: Any, classes: int) -> DescriptorPart | None:
    if content is None:
        return None
    _only(content, {"weight", "intercepts", "terms"})
    terms = []
    for entry in content["terms"]:
        _only(entry, {"name", "mean", "scale", "coefficients"})
        scale = number(entry["scale"])
        if scale <= 0:
            raise ValueError(f"the scale of {entry['name']!r} must be above 0")
        coefficients = _numbers(entry["coefficients"], classes)
        terms.append(Term(text(entry["name"]), number(entry["mean"]), scale, coefficients))
    if not terms or len({term.name for term in terms}) != len(terms):
        raise ValueError("the head needs different descriptors, each named once")
    intercepts = _numbers(content["intercepts"], classes)
    return DescriptorPart(_source(content["weight"]), intercepts, tuple(terms))


def _age(content: Any, classes: tuple[str, ...]) -> AgePart | None:
    if content is None:
        return None
    _only(content, {"weight", "normal"})
    entries = content["normal"]
    _only(entries, set(classes))
    means = tuple(number(entries[code]["mean_years"]) for code in classes)
    deviations = tuple(number(entries[code]["sd_years"]) for code in classes)
    weight = number(content["weight"])
    if min(deviations) <= 0 or weight < 0:
        raise ValueError("the standard deviation of an age must be above 0, its weight not below")
    return AgePart(weight, means, deviations)


def _prevalence(content: Any, classes: tuple[str, ...]) -> Prevalence:
    _only(content, {"shares", "source"})
    _only(content["shares"], set(classes))
    shares = tuple(number(content["shares"][code]) for code in classes)
    if min(shares) <= 0 or abs(sum(shares) - 1) > 0.01:
        raise ValueError("the shares of a prevalence must be above 0 and add up to 1")
    return Prevalence(shares, text(content["source"]))


def _numbers(content: Any, count: int) -> tuple[float, ...]:
    numbers = tuple(number(value) for value in content)
    if len(numbers) != count:
        raise ValueError(f"{count} numbers were expected, one for each class")
    return numbers


def _only(content: Any, keys: set[str]) -> None:
    if not isinstance(content, dict):
        raise TypeError(f"named entries were expected, not {content!r}")
    if content.keys() - keys:
        raise ValueError(f"the entry {min(content.keys() - keys)!r} is unknown")
    if keys - content.keys():
        raise KeyError(min(keys - content.keys()))
