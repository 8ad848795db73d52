"""The model card: everything that is known about a model, as plain data.

A card is the file ``card.json`` in a model's folder. It names a closed list of preparation steps
with numbers; nothing in it can be executed.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brainviewer.core.errors import ModelError

CARD_FILE = "card.json"
ROLES = frozenset({"architecture", "weights", "graph"})
_REINSTALL = "Install the model again."

# The closed list: every step a card may name, with the numbers it must give.
STEP_NUMBERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "standardise_near_lesion": frozenset({"gap", "reach", "rim", "floor", "low", "high"}),
        "crop_around_lesion": frozenset({"margin", "least_of_head"}),
    }
)


@dataclass(frozen=True)
class Step:
    """One named preparation step and its numbers (see ``pipeline`` for their meaning)."""

    name: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class ModelInput:
    """What the network eats.

    size : side of the square crop, in pixels.
    channels : names of the sequences, in the order of the network's channels.
    steps : preparation steps, in order.
    """

    size: int
    channels: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ModelClass:
    """One answer the model can give.

    prevalence : its share of the training patients.
    prior : how frequent it is taken to be when the model is used.
    """

    code: str
    name: str
    prevalence: float
    prior: float


@dataclass(frozen=True)
class AgeStatistics:
    """Mean and standard deviation of the age at diagnosis of one class, in years."""

    mean_years: float
    sd_years: float


@dataclass(frozen=True)
class Figure:
    """A measured figure with its 95 % bootstrap interval and the number of patients behind it."""

    name: str
    value: float
    low: float
    high: float
    patients: int


@dataclass(frozen=True)
class ModelCard:
    """A model as its ``card.json`` describes it.

    temperature : what the logits are divided by (Guo et al. 2017).
    figures, figures_with_age : measured by cross-validation, from the image alone, or with the age.
    age : statistics per class code; empty where the model takes no age.
    files : sha256 by file name; ``roles`` says which file is what.
    folder : where the files lie.
    dense_layer : name of the dense layer's weights inside the weights file.
    """

    id: str
    version: str
    name: str
    classes: tuple[ModelClass, ...]
    input: ModelInput
    temperature: float
    age: Mapping[str, AgeStatistics]
    figures: tuple[Figure, ...]
    figures_with_age: tuple[Figure, ...]
    training_data: str
    intended_use: str
    limits: tuple[str, ...]
    files: Mapping[str, str]
    roles: Mapping[str, str]
    folder: Path
    dense_layer: str

    @property
    def codes(self) -> tuple[str, ...]:
        """Class codes in the order of the network's outputs."""
        return tuple(item.code for item in self.classes)

    def class_name(self, code: str) -> str:
        """Full name of a class."""
        return next(item.name for item in self.classes if item.code == code)

    def path(self, role: str) -> Path:
        """The file that plays ``role`` (architecture, weights, graph)."""
        try:
            return self.folder / self.roles[role]
        except KeyError:
            raise ModelError(f"The model {self.id} has no {role} file.", _REINSTALL) from None

    @property
    def weights_sha256(self) -> str:
        """Fingerprint of the weights, to be written beside every result."""
        return self.files[self.roles["weights"]]


def load_card(folder: Path) -> ModelCard:
    """Read and check the card of the model in ``folder``.

    Raises ModelError if there is no card, or if its content is not what a card must hold.
    """
    path = folder / CARD_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ModelError(
            f"The model folder {folder.name} has no readable card.", _REINSTALL
        ) from None
    except ValueError:
        raise ModelError(
            f"The card of the model {folder.name} is not valid JSON.", _REINSTALL
        ) from None
    return parse_card(content, folder)


def parse_card(content: Any, folder: Path) -> ModelCard:
    """Turn the JSON content of a card into a ``ModelCard``; raises ModelError if it is wrong."""
    try:
        card = ModelCard(
            id=_text(content["id"]),
            version=_text(content["version"]),
            name=_text(content["name"]),
            classes=tuple(
                ModelClass(
                    _text(c["code"]),
                    _text(c["name"]),
                    _number(c["prevalence"]),
                    _number(c["prior"]),
                )
                for c in content["classes"]
            ),
            input=parse_input(content["input"]),
            temperature=_number(content["temperature"]),
            age={
                _text(code): AgeStatistics(_number(a["mean_years"]), _number(a["sd_years"]))
                for code, a in content["age"].items()
            },
            figures=_figures(content["figures"]["image"]),
            figures_with_age=_figures(content["figures"]["image_and_age"]),
            training_data=_text(content["training_data"]),
            intended_use=_text(content["intended_use"]),
            limits=tuple(_text(line) for line in content["limits"]),
            files={_file_name(name): _text(sha) for name, sha in content["files"].items()},
            roles={_text(role): _file_name(name) for role, name in content["roles"].items()},
            folder=folder,
            dense_layer=_text(content["dense_layer"]),
        )
        _check(card)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"The card of the model {folder.name} is wrong: {_reason(error)}.", _REINSTALL
        ) from None
    return card


def parse_input(content: Any) -> ModelInput:
    """The ``input`` part of a card; raises KeyError, TypeError or ValueError if it is wrong."""
    steps = []
    for entry in content["steps"]:
        name = _text(entry["name"])
        if name not in STEP_NUMBERS:
            raise ValueError(f"it names an unknown step {name!r}")
        numbers = {key: _number(value) for key, value in entry.items() if key != "name"}
        if numbers.keys() != STEP_NUMBERS[name]:
            raise ValueError(f"the numbers of step {name!r} are not the expected ones")
        steps.append(Step(name, numbers))
    if sorted(step.name for step in steps) != sorted(STEP_NUMBERS):
        raise ValueError("each preparation step must be named once")
    size = content["size"]
    if not isinstance(size, int) or not 32 <= size <= 1024:
        raise ValueError("the input size must be a whole number from 32 to 1024")
    channels = tuple(_text(name) for name in content["channels"])
    if len(channels) != 3 or len(set(channels)) != 3:
        raise ValueError("three different channels are needed")
    return ModelInput(size, channels, tuple(steps))


def _check(card: ModelCard) -> None:
    if len(card.classes) < 2 or len(set(card.codes)) != len(card.classes):
        raise ValueError("it needs two or more different classes")
    for shares in ([c.prevalence for c in card.classes], [c.prior for c in card.classes]):
        if min(shares) <= 0 or abs(sum(shares) - 1) > 0.01:
            raise ValueError("the prevalences and priors must be above 0 and add up to 1")
    if card.temperature <= 0:
        raise ValueError("the temperature must be above 0")
    if card.age and card.age.keys() != set(card.codes):
        raise ValueError("age statistics are needed for every class or for none")
    if any(item.sd_years <= 0 for item in card.age.values()):
        raise ValueError("the standard deviation of an age must be above 0")
    if missing_roles := ROLES - card.roles.keys():
        raise ValueError(f"it names no {sorted(missing_roles)[0]} file")
    if missing := set(card.roles.values()) - card.files.keys():
        raise ValueError(f"there is no sha256 for {sorted(missing)[0]}")
    if any(len(sha) != 64 for sha in card.files.values()):
        raise ValueError("a sha256 must have 64 characters")


def _figures(entries: Any) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            _text(entry["name"]),
            _number(entry["value"]),
            _number(entry["low"]),
            _number(entry["high"]),
            int(_number(entry["patients"])),
        )
        for entry in entries
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"a text was expected, not {value!r}")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"a number was expected, not {value!r}")
    return float(value)


def _file_name(value: Any) -> str:
    # A card may only speak of files in its own folder.
    name = _text(value)
    if Path(name).name != name or name in {".", ".."} or "\\" in name:
        raise ValueError(f"{name!r} is not a plain file name")
    return name


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the entry {error.args[0]!r} is missing"
    return str(error)
