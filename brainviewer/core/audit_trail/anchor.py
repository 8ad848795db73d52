"""The anchor: how far the trail went, kept outside it, so that what is cut off is missed."""

import json
from dataclasses import dataclass

from brainviewer.core.audit_trail.key import TrailKey, same_seal
from brainviewer.core.errors import SENSELESS


@dataclass(frozen=True)
class Anchor:
    """number, line_seal : of the last line. key : the id of the key that seals the trail."""

    number: int
    line_seal: str
    key: str

    def written(self, key: TrailKey) -> bytes:
        """As it is kept, sealed."""
        return self._packed(key.seal_of_anchor(self._packed()))

    def _packed(self, seal: str = "") -> bytes:
        told = {"n": self.number, "last": self.line_seal, "key": self.key}
        sealed = {**told, "seal": seal} if seal else told
        return json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode()


def read_anchor(raw: bytes, key: TrailKey) -> Anchor | None:
    """The anchor that bytes hold; None if they hold none, or it was not sealed with this key."""
    try:
        told = json.loads(raw)
        number, seal = told["n"], told["seal"]
        found = Anchor(number, told["last"], told["key"])
        known = type(number) is int and number > 0 and isinstance(found.line_seal, str)
        kept = found.written(key) == raw and same_seal(seal, key.seal_of_anchor(found._packed()))
        return found if known and kept else None
    except SENSELESS:
        return None


def key_of_anchor(raw: bytes) -> str:
    """The id of the key that an anchor says it was sealed with; empty if it says none."""
    try:
        told = json.loads(raw)["key"]
        return told if isinstance(told, str) else ""
    except SENSELESS:
        return ""
