"""The list of nodes, changed; only ``app.shared`` does that, which asks whether the reader may."""

import json
from dataclasses import asdict

from brainviewer.core.errors import BrainViewerError
from brainviewer.files.own_file import write_own_file
from brainviewer.pacs.node import Node
from brainviewer.pacs.node_list import KINDS, node_named, nodes, nodes_path, not_understood


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


def _save(kept: list[Node]) -> None:
    path = nodes_path()
    entries = [{"protocol": _protocol(node), **asdict(node)} for node in kept]
    entries += not_understood()
    content = json.dumps({"nodes": entries}, indent=1).encode()
    said = f"The PACS nodes cannot be saved in '{path.parent}'"
    write_own_file(path, content, said, "Choose another folder.")


def _protocol(node: Node) -> str:
    return next(name for name, kind in KINDS.items() if isinstance(node, kind))
