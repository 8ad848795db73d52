"""Read a model card: ``card.json`` in a model's folder, strictly.

Every entry is known, typed and checked; one that is not is refused, so that a misspelt setting is
never silently left out.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from brainviewer.core.errors import SENSELESS, FileError, ModelError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.core.shown_text import shortened
from brainviewer.files.ordinary_file import is_ordinary
from brainviewer.files.structured import read_json
from brainviewer.models.brain_extraction.card import brain_extraction_card
from brainviewer.models.card import (
    IMAGE_STEPS,
    LESION_STEPS,
    NETWORK_ROLES,
    PLAIN_STEPS,
    ROLES,
    STEP_NUMBERS,
    Card,
    ModelCard,
    ModelClass,
    ModelInput,
    Network,
    SegmentationCard,
    Task,
)
from brainviewer.models.card_metrics import parse_external, parse_situations
from brainviewer.models.monitoring_reference import LESION_CLASSES, reference_of
from brainviewer.models.plain_data import only, read, require, text
from brainviewer.models.segmentation.calibration import FEATURES as CONFIDENCE_FEATURES
from brainviewer.models.segmentation.logistic import ENHANCING_FEATURES, parse_logistic
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.models.subtype.fusion_head_content import parse_fusion_head
from brainviewer.models.subtype.out_of_distribution import LesionDistribution, parse_distribution

CARD_FILE = "card.json"
FORMAT = 2
_REINSTALL = "Install the model again."
_EXPECTED, _LONGEST_REASON = "was expected", 200
"""In what is raised here of entries of another kind, other than by Python."""
_UNTRAINED = "it must have been trained on every sequence that it needs or sees"


Owners = Mapping[str, Card]
"""Other models, by id, whose network a model may use."""
NO_OWNERS: Owners = MappingProxyType({})


def load_card(folder: Path, owners: Owners = NO_OWNERS) -> ModelCard:
    """Read and check the card of the model in ``folder``, which classifies.

    Raises ModelError if there is no such card, or if its content is not what a card must hold.
    """
    card = parse_card(read_content(folder), folder, owners)
    if not isinstance(card, ModelCard):
        raise ModelError(f"The model {card.id} does not classify.", "Choose another model.")
    return card


def shares_network(content: Any) -> bool:
    """Whether a card with this content uses another model's network."""
    return isinstance(content, dict) and isinstance(content.get("network"), str)


def read_content(folder: Path) -> Any:
    """The JSON of the card in ``folder``; raises ModelError."""
    path = folder / CARD_FILE
    if not is_ordinary(path):
        raise ModelError(f"The model folder {folder.name} has no readable card.", _REINSTALL)
    try:
        return read_json(path)
    except FileError as error:
        raise ModelError(
            f"The card of the model {folder.name} cannot be read: {error.message}", _REINSTALL
        ) from None


def parse_card(content: Any, folder: Path, owners: Owners = NO_OWNERS) -> Card:
    """Turn the JSON content of a card into a ``Card``; raises ModelError if it is wrong."""
    try:
        require(isinstance(content, dict), "it holds no entries")
        if content.get("format") != FORMAT:
            raise ValueError(f"it is not written in format {FORMAT}")
        usual = Task.IMAGE_CLASSIFICATION if IMAGE in content["sequences"] else Task.SUBTYPE
        task = Task(content.get("task", usual))
        if task is Task.SEGMENTATION:
            return _segmentation(content, folder)
        if task is Task.BRAIN_EXTRACTION:
            only(content, _ENTRIES, ())
            files, roles = _files(content)
            return brain_extraction_card(_said(content, folder, files), roles, content["network"])
        if task is not usual:
            raise ValueError(f"its sequences are not those of the task {task}")
        return _classification(content, folder, task, owners)
    except SENSELESS as error:
        raise ModelError(
            f"The card of the model {folder.name} is wrong: {_reason(error)}.", _REINSTALL
        ) from None


_ENTRIES = frozenset(
    {
        "format", "task", "id", "version", "name", "sequences", "needed", "network", "roles",
        "files", "figures", "external", "monitoring_reference", "training_data", "intended_use",
        "limits",
    }
)  # fmt: skip
_SEGMENTATION_ENTRIES = _ENTRIES | {"calibration", "enhancing", "input"}
_CLASSIFICATION_ENTRIES = _ENTRIES | {
    "classes", "head", "out_of_distribution", "calibrated",
}  # fmt: skip


def _segmentation(content: Any, folder: Path) -> SegmentationCard:
    only(content, _SEGMENTATION_ENTRIES, ())
    files, roles = _files(content)
    if "graph" not in roles or content["network"] != {}:
        raise ValueError("a network that segments needs a graph file and no other entries")
    graph, said, task = roles["graph"], _said(content, folder, files), Task.SEGMENTATION
    own = {graph: files[graph]}
    made = Network(said["id"], folder, None, "", own, {"graph": graph}, said["version"], task)
    seen = read(SliceInput, content["input"])
    require(set(seen.neighbours) <= set(said["sequences"]), _UNTRAINED)
    enhancing = content.get("enhancing")
    return SegmentationCard(
        **said,
        task=task,
        network=made,
        input=seen,
        calibration=parse_logistic(content["calibration"], CONFIDENCE_FEATURES),
        enhancing=None if enhancing is None else parse_logistic(enhancing, ENHANCING_FEATURES),
        reference=reference_of(content, LESION_CLASSES, ()),
    )


def _classification(content: Any, folder: Path, task: Task, owners: Owners) -> ModelCard:
    only(content, _CLASSIFICATION_ENTRIES, ())
    classes = tuple(read(ModelClass, entry) for entry in content["classes"])
    codes = [item.code for item in classes]
    require(
        len(codes) > 1 and len(set(codes)) == len(codes), "it needs two or more different classes"
    )
    files, roles = _files(content)
    network, ood_check = _network(content, folder, files, roles, owners)
    fusion_head = parse_fusion_head(content["head"])
    require(list(fusion_head.classes) == codes, "the head has other classes than the card")
    require(fusion_head.network is None or network, "the head wants a network, but there is none")
    said = _said(content, folder, files)
    channels = () if network is None or network.input is None else network.input.channels
    require(set(channels) <= set(said["sequences"]), _UNTRAINED)
    return ModelCard(
        **said,
        task=task,
        network=network,
        classes=classes,
        fusion_head=fusion_head,
        ood_check=ood_check,
        lesions=_lesions(content, owners),
        calibrated=content.get("calibrated", True) is True,
        reference=reference_of(content, codes, tuple(fusion_head.prevalences)),
    )


def _said(content: Any, folder: Path, files: dict[str, str]) -> dict[str, Any]:
    """What the cards of all tasks hold."""
    sequences, needed = _texts(content["sequences"]), _texts(content["needed"])
    require(sequences and set(needed) <= set(sequences), _UNTRAINED)
    texts = ("id", "version", "name", "training_data", "intended_use")
    return {
        **{name: text(content[name]) for name in texts},
        "sequences": sequences,
        "needed": needed,
        "metrics": parse_situations(content["figures"]),
        "external": parse_external(content.get("external", [])),
        "limits": _texts(content["limits"]),
        "files": files,
        "folder": folder,
    }


def parse_input(content: Any) -> ModelInput:
    """The ``input`` part of a card; raises KeyError, TypeError or ValueError if it is wrong."""
    steps = []
    for entry in content["steps"]:
        name = text(entry["name"])
        require(name in STEP_NUMBERS, f"it names an unknown step {name!r}")
        numbers = {key: value for key, value in entry.items() if key != "name"}
        expected = STEP_NUMBERS[name]
        require(
            numbers.keys() == expected, f"the numbers of step {name!r} are not the expected ones"
        )
        steps.append({"name": name, "numbers": numbers})
    size = content["size"]
    require(
        type(size) is int and 16 <= size <= 1024,
        "the input size must be a whole number from 16 to 1024",
    )
    made = read(ModelInput, {**content, "steps": steps})
    channels, names = made.channels, [step.name for step in made.steps]
    different = channels and len(set(channels)) == len(channels)
    require(different, "it needs one or more different channels")
    alone = IMAGE not in channels or len(channels) == 1
    require(alone, "a model of images has no other channel")
    needed = IMAGE_STEPS if IMAGE in channels else LESION_STEPS
    each_once = len(set(names)) == len(names) and (
        set(names) >= needed or set(names) >= PLAIN_STEPS
    )
    require(each_once, "each preparation step must be named once")
    odd = made.slices in range(1, 16, 2)
    require(odd, "the number of slices must be odd, from 1 to 15")
    return made


def _files(content: Any) -> tuple[dict[str, str], dict[str, str]]:
    files = {_file_name(name): text(sha) for name, sha in content["files"].items()}
    roles = {text(role): _file_name(name) for role, name in content["roles"].items()}
    require(all(len(sha) == 64 for sha in files.values()), "a sha256 must have 64 characters")
    if unknown := roles.keys() - ROLES:
        raise ValueError(f"there is no role {sorted(unknown)[0]!r}")
    if missing := set(roles.values()) - files.keys():
        raise ValueError(f"there is no sha256 for {sorted(missing)[0]}")
    return files, roles


def _network(
    content: Any,
    folder: Path,
    files: dict[str, str],
    roles: dict[str, str],
    owners: Owners,
) -> tuple[Network | None, Path | None]:
    """The network and its OOD file: its own, those of another model, or none."""
    entry = content["network"]
    ood_check = folder / roles["scope"] if "scope" in roles else None
    if isinstance(entry, dict):
        both = entry.keys() == {"input", "dense_layer"}
        require(both, "the network needs the entries 'input' and 'dense_layer'")
        dense = entry["dense_layer"]
        there = sorted(NETWORK_ROLES & roles.keys())
        needed = {"graph", *(("weights",) if dense or "architecture" in there else ())}
        if missing := needed - roles.keys():
            raise ValueError(f"it names no {sorted(missing)[0]} file")
        own = {roles[role]: files[roles[role]] for role in there}
        made = Network(
            text(content["id"]),
            folder,
            parse_input(entry["input"]),
            dense if dense == "" else text(dense),
            own,
            {role: roles[role] for role in there},
            text(content["version"]),
        )
        return made, ood_check
    if NETWORK_ROLES & roles.keys():
        raise ValueError("it has files of a network but does not describe one")
    if entry is None:
        return None, ood_check
    owner = owners.get(text(entry))
    if not isinstance(owner, ModelCard) or owner.network is None:
        raise ValueError(f"it needs the network of the model {entry!r}, which is not installed")
    return owner.network, ood_check or owner.ood_check


def _lesions(content: Any, owners: Owners) -> LesionDistribution | None:
    """Of the training patients: its own entry, or that of the model whose network it uses."""
    own, entry = content.get("out_of_distribution"), content["network"]
    if own is not None:
        return parse_distribution(own)
    owner = owners.get(entry) if isinstance(entry, str) else None
    return owner.lesions if isinstance(owner, ModelCard) else None


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(f"a list was expected, not {values!r}")
    return tuple(text(value) for value in values)


def _file_name(value: Any) -> str:
    # A card may only speak of files in its own folder.
    name = text(value)
    if Path(name).name != name or name in {".", ".."} or "\\" in name:
        raise ValueError(f"{name!r} is not a plain file name")
    return name


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the entry {error.args[0]!r} is missing"
    ours = isinstance(error, ValueError) or _EXPECTED in str(error)
    return shortened(str(error), _LONGEST_REASON) if ours else "an entry is not of its kind"
