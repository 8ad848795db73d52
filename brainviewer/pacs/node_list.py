"""The nodes that the user has set up: a small JSON file in the settings folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.core.errors import SENSELESS, BrainViewerError, FileError
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.structured import read_json
from brainviewer.files.user_folders import machine_settings_folder
from brainviewer.pacs.node import Certificates, DicomwebNode, DimseNode, Login, Node

_MOST_BYTES = 1_000_000
_ANEW = "Move it out of the folder '{}', and add the nodes again."
KINDS: Mapping[str, type[DimseNode] | type[DicomwebNode]] = {
    "dimse": DimseNode,
    "dicomweb": DicomwebNode,
}


def nodes() -> dict[str, Node]:
    """The nodes by their names, in the order in which they were added.

    Raises FileError if the file cannot be read; entries that make no sense are left out.
    """
    found = [node for entry in _entries() if (node := _node(entry)) is not None]
    return {node.name: node for node in found}


def not_understood() -> list[Any]:
    """The entries that make no sense here, as of a newer version, to be kept as they are."""
    return [entry for entry in _entries() if _node(entry) is None]


def left_out() -> str:
    """A sentence where entries make no sense, which no list shows; else empty. Raises FileError."""
    if not (count := len(not_understood())):
        return ""
    said = f"{counted(count, 'entry', 'entries')} in {nodes_path().name} cannot be understood"
    return f"{said} and {'is' if count == 1 else 'are'} not listed. Set up the node again."


def _entries() -> list[Any]:
    path = nodes_path()
    if not is_there(path):
        return []
    try:
        stored = read_json(path, _MOST_BYTES)
    except FileError as error:
        raise FileError(error.message, _ANEW.format(path.parent)) from None
    entries = stored.get("nodes") if isinstance(stored, dict) else None
    if not isinstance(entries, list):
        raise FileError(f"{path.name} holds no PACS nodes.", _ANEW.format(path.parent))
    return entries


def node_named(name: str) -> Node:
    """A node by its name. Raises BrainViewerError if there is none."""
    known = nodes()
    if name in known:
        return known[name]
    listed = f"Known nodes: {', '.join(known)}." if known else "Add one: brainviewer pacs nodes add"
    raise BrainViewerError(f"There is no PACS node called '{name}'.", listed)


def nodes_path() -> Path:
    """The file of the nodes."""
    return machine_settings_folder() / "pacs-nodes.json"


def _node(entry: Any) -> Node | None:
    """A node from what is stored; None if that makes no sense."""
    try:
        values = dict(entry)
        kind = KINDS[values.pop("protocol")]
        files = values.pop("certificates", {})
        certificates = Certificates(**{k: str(v) for k, v in files.items()})
        if kind is DicomwebNode:
            values["login"] = Login(values.get("login", Login.NONE))
        node = kind(**values, certificates=certificates)
        # Files of certificates may be away for the moment; the request says so.
        _without_certificates(node).check()
    except (*SENSELESS, BrainViewerError):
        return None
    return node


def _without_certificates(node: Node) -> Node:
    from dataclasses import replace

    if isinstance(node, DimseNode):
        return replace(node, certificates=Certificates(), tls=False)
    return replace(node, certificates=Certificates())
