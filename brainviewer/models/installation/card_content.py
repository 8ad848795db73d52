"""The card of a model that a user added, as plain data."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from brainviewer.core.findings.classification import NO_TUMOUR
from brainviewer.models.card import Task
from brainviewer.models.card_file import FORMAT
from brainviewer.models.installation.input_spec import InputSpec
from brainviewer.models.installation.source import Told
from brainviewer.models.installation.standard_graph import KERNEL

_LEAST_CONFIDENT = 0.6
_NOT_TOLD = "Its maker says nothing about it."
_USE = "Research use only, not for diagnosis. It was added by you."
_LIMITS = (
    "It was not measured here: how often it is right is not known.",
    "Its probabilities are those of the network, not calibrated.",
    "It answers with one of its classes whatever it is shown.",
)


def card_content(
    model_id: str,
    told: Told,
    classes: Sequence[str],
    spec: InputSpec,
    size: int,
    files: dict[str, Path],
) -> dict[str, Any]:
    """What ``card.json`` holds.

    size : side of the input, in pixels; files : by role, with the sha256 of what lies there.
    """
    equal = dict.fromkeys(classes, 1 / len(classes))
    frequent = {"shares": equal, "source": "Not known: all answers count as equally frequent."}
    return {
        "format": FORMAT,
        "task": str(Task.IMAGE_CLASSIFICATION if spec.of_images else Task.SUBTYPE),
        "id": model_id,
        "version": told.version or "1",
        "name": told.name or model_id,
        "classes": [{"code": c, "name": told.names.get(c) or _name(c)} for c in classes],
        "sequences": list(spec.channels),
        "needed": list(spec.channels),
        "head": {
            "classes": list(classes),
            "network": {"alone": 1.0, "together": 1.0},
            "descriptors": None,
            "age": None,
            "prevalences": {"equal": frequent},
            "default_prevalence": "equal",
            "least_confident": _LEAST_CONFIDENT,
            "lapse": 0.0,
        },
        "calibrated": False,
        "network": {
            "input": spec.content(size),
            "dense_layer": KERNEL if "weights" in files else "",
        },
        "figures": {},
        "training_data": told.training_data or _NOT_TOLD,
        "intended_use": told.intended_use or _USE,
        "limits": list(dict.fromkeys((*_LIMITS, *told.limits))),
        "roles": {role: path.name for role, path in files.items()},
        "files": {path.name: sha256_of(path) for path in files.values()},
    }


def _name(code: str) -> str:
    return "No tumour" if code == NO_TUMOUR else code[:1].upper() + code[1:]


def sha256_of(path: Path) -> str:
    """Checksum of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
