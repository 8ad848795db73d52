"""The key and the end of the trail in the system's keyring, where there is one."""

import logging

log = logging.getLogger(__name__)
_SERVICE = "BrainViewer audit trail"


def keep_in_keyring(entry: str, secret: str) -> bool:
    """Keep something; False if the system has no keyring that keeps it."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, entry, secret)
        return bool(keyring.get_password(_SERVICE, entry) == secret)
    except (KeyringError, RuntimeError, OSError):
        log.info("There is no keyring for the audit trail.")
        return False


def from_keyring(entry: str) -> str | None:
    """What is kept; None if nothing is, or the keyring does not answer."""
    import keyring
    from keyring.errors import KeyringError

    try:
        kept: str | None = keyring.get_password(_SERVICE, entry)
        return kept
    except (KeyringError, RuntimeError, OSError):
        return None
