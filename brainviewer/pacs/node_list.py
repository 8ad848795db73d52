"""The nodes that the user has set up: a small JSON file in the settings folder."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.structured import read_json
from brainviewer.files.user_folders import OWN_FILE, machine_settings_folder, make_own_folder
from brainviewer.files.writing import write_whole
from brainviewer.pacs.node import Certificates, DicomwebNode, DimseNode, Login, Node

_MOST_BYTES = 1_000_000
_KINDS: Mapping[str, type[DimseNode] | type[DicomwebNode]] = {
    "dimse": DimseNode,
    "dicomweb": DicomwebNode,
}


def nodes() -> dict[str, Node]:
    """The nodes by their names, in the order in which they were added.

    Raises FileError if the file cannot be read; entries that make no sense are left out.
    """
    path = _path()
    if not is_there(path):
        return {}
    stored = read_json(path, _MOST_BYTES)
    entries = stored.get("nodes") if isinstance(stored, dict) else None
    if not isinstance(entries, list):
        raise FileError(f"{path.name} holds no PACS nodes.", "Remove it, and add the nodes again.")
    found = [node for entry in entries if (node := _node(entry)) is not None]
    return {node.name: node for node in found}


def node_named(name: str) -> Node:
    """A node by its name. Raises BrainViewerError if there is none."""
    known = nodes()
    if name in known:
        return known[name]
    listed = f"Known nodes: {', '.join(known)}." if known else "Add one: brainviewer pacs nodes add"
    raise BrainViewerError(f"There is no PACS node called '{name}'.", listed)


def keep_node(node: Node, instead_of: str = "") -> None:
    """Add a node, or put it in the place of the one with its name, or with another.

    Raises BrainViewerError if it makes no sense, or FileError if it cannot be saved.
    """
    node.check()
    known = nodes()
    place = instead_of if instead_of in known else node.name
    if place != node.name and node.name in known:
        raise BrainViewerError(f"There is another node called '{node.name}'.", "Choose a new name.")
    changed = {place: node} if place not in known else {}
    _save([*(node if name == place else one for name, one in known.items()), *changed.values()])


def remove_node(name: str) -> None:
    """Remove a node. Raises BrainViewerError if there is none, or FileError."""
    node_named(name)
    _save([node for known, node in nodes().items() if known != name])


def _path() -> Path:
    return machine_settings_folder() / "pacs-nodes.json"


def _save(kept: list[Node]) -> None:
    path = _path()
    try:
        make_own_folder(path.parent)
    except OSError as error:
        said = f"The PACS nodes cannot be saved in '{path.parent}': {error.strerror}."
        raise FileError(said, "Choose another folder.") from None
    entries = [{"protocol": _protocol(node), **asdict(node)} for node in kept]
    write_whole(path, json.dumps({"nodes": entries}, indent=1).encode(), OWN_FILE)


def _protocol(node: Node) -> str:
    return next(name for name, kind in _KINDS.items() if isinstance(node, kind))


def _node(entry: Any) -> Node | None:
    """A node from what is stored; None if that makes no sense."""
    try:
        values = dict(entry)
        kind = _KINDS[values.pop("protocol")]
        certificates = Certificates(**{k: str(v) for k, v in values.pop("certificates").items()})
        if kind is DicomwebNode:
            values["login"] = Login(values["login"])
        node = kind(**values, certificates=certificates)
        # Files of certificates may be away for the moment; the request says so.
        _without_certificates(node).check()
    except (TypeError, ValueError, KeyError, AttributeError, BrainViewerError):
        return None
    return node


def _without_certificates(node: Node) -> Node:
    from dataclasses import replace

    if isinstance(node, DimseNode):
        return replace(node, certificates=Certificates(), tls=False)
    return replace(node, certificates=Certificates())
