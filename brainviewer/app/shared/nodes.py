"""PACS nodes: added, changed and removed, with their passwords."""

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.sign_in.permission import require
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.process.reader import Role
from brainviewer.pacs import node_changes, passwords
from brainviewer.pacs.node import DicomwebNode, Login, Node
from brainviewer.pacs.node_list import node_named


def keep_node(node: Node, instead_of: str = "") -> None:
    """Add a node, or put it in the place of the one with its name, or with another.

    Raises BrainViewerError if the reader may not, or if it makes no sense, and FileError.
    """
    require(Role.ADMINISTRATOR)
    with audited(Action.NODES, facts={"change": "kept", "node": node.name}):
        node_changes.keep_node(node, instead_of)


def remove_node(name: str) -> None:
    """Remove a node; see ``forget_password``. Raises BrainViewerError and FileError."""
    require(Role.ADMINISTRATOR)
    with audited(Action.NODES, facts={"change": "removed", "node": name}):
        node_changes.remove_node(name)


def keep_password(node: DicomwebNode, secret: str) -> bool:
    """Keep the password or token of a node; False if the system has no keyring for it."""
    require(Role.ADMINISTRATOR)
    with audited(Action.NODES, facts={"change": "password kept", "node": node.name}):
        return passwords.keep_password(node, secret)


def forget_password(node: DicomwebNode) -> None:
    """Remove the password or token of a node from the keyring."""
    require(Role.ADMINISTRATOR)
    with audited(Action.NODES, facts={"change": "password removed", "node": node.name}):
        passwords.forget_password(node)


def remove_with_password(name: str) -> None:
    """Remove a node and what it logs in with."""
    require(Role.ADMINISTRATOR)
    node = node_named(name)
    if isinstance(node, DicomwebNode) and node.login is not Login.NONE:
        forget_password(node)
    remove_node(name)
