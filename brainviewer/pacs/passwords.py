"""Passwords and tokens of DICOMweb nodes: in the system's keyring, never in a file of ours."""

import logging
from contextlib import suppress

from brainviewer.core.errors import NodeError
from brainviewer.pacs.node import DicomwebNode, Login

log = logging.getLogger(__name__)
_SERVICE = "BrainViewer PACS"
_of_this_session: dict[str, str] = {}


def keep_password(node: DicomwebNode, secret: str) -> bool:
    """Keep the password or token of a node; False if the system has no keyring.

    It is then known until the program ends.
    """
    import keyring
    from keyring.errors import KeyringError

    keep_for_now(node, secret)
    try:
        keyring.set_password(_SERVICE, _entry(node), secret)
    except (KeyringError, RuntimeError, OSError):
        log.info("There is no keyring to keep a password in.")
        return False
    return True


def keep_for_now(node: DicomwebNode, secret: str) -> None:
    """Know the password or token of a node until the program ends."""
    _of_this_session[_entry(node)] = secret


def password_of(node: DicomwebNode) -> str:
    """The password or token of a node. Raises NodeError if it is not known."""
    secret = _of_this_session.get(_entry(node)) or _from_keyring(node)
    if secret is None:
        what = "token" if node.login is Login.TOKEN else "password"
        advice = "Enter it in its settings, or by 'brainviewer pacs nodes password'."
        raise NodeError(f"The {what} for {node.name} is not known.", advice)
    return secret


def knows_password(node: DicomwebNode) -> bool:
    """Whether a request could log in, or need not."""
    if node.login is Login.NONE:
        return True
    with suppress(NodeError):
        return bool(password_of(node))
    return False


def forget_password(node: DicomwebNode) -> None:
    """Remove the password or token of a node from the keyring."""
    import keyring
    from keyring.errors import KeyringError

    _of_this_session.pop(_entry(node), None)
    with suppress(KeyringError, RuntimeError, OSError):
        keyring.delete_password(_SERVICE, _entry(node))


def _from_keyring(node: DicomwebNode) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    with suppress(KeyringError, RuntimeError, OSError):
        kept: str | None = keyring.get_password(_SERVICE, _entry(node))
        return kept
    return None


def _entry(node: DicomwebNode) -> str:
    """What it is kept under: a secret never goes to another address than it was given for."""
    host, port = node.address
    return f"{node.user or node.login.value}@{host}:{port}"
