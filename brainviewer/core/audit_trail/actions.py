"""What is written into the audit trail, and how it ended."""

from enum import StrEnum


class Action(StrEnum):
    """What was done; the value stands in the file."""

    STARTED = "trail started"
    STOPPED = "trail stopped"
    VERIFIED = "trail verified"
    TRAIL_EXPORTED = "trail exported"
    OPENED = "opened"
    SEARCHED = "searched"
    CLASSIFIED = "classified"
    EDITED = "edited"
    EXPORTED = "exported"
    PRINTED = "printed"
    COPIED = "copied"
    SENT = "sent to PACS"
    RETRIEVED = "retrieved from PACS"
    ASKED = "searched in PACS"
    DELETED = "deleted"
    SETTINGS = "settings changed"
    SIGNED_IN = "signed in"
    SIGN_IN_FAILED = "sign-in failed"
    LOCKED = "locked"
    SIGNED_OUT = "signed out"
    ACCOUNTS = "accounts changed"
    MODELS = "models changed"
    NODES = "PACS nodes changed"


class Outcome(StrEnum):
    """How it ended.

    BEGUN : it was about to be done; nothing after it says that it was not.
    """

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


EDITS = (Action.EDITED,)
"""Told once a minute for each study and kind of work."""
