"""The key of an installation, and what is made with it."""

import hmac
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

KEY_BYTES = 32
_SUBJECT_LENGTH = 32
_ID_LENGTH = 16


@dataclass(frozen=True)
class TrailKey:
    """A secret of 32 bytes; each use has a key of its own that is derived from it.

    Raises ValueError for a secret of another length.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")

    @classmethod
    def new(cls) -> "TrailKey":
        """A random one."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @cached_property
    def id(self) -> str:
        """Tells this key from others, and nothing about it."""
        return self._hex(b"id", b"")[:_ID_LENGTH]

    def seal_of_line(self, content: bytes) -> str:
        """The seal of a line: 64 hexadecimal digits."""
        return self._hex(b"line", content)

    def seal_of_anchor(self, content: bytes) -> str:
        """The seal of an anchor: 64 hexadecimal digits."""
        return self._hex(b"anchor", content)

    def subject(self, kind: str, value: str) -> str:
        """What stands in the trail for an identifier of a patient or a study.

        kind : what it is, such as ``patient``, so that equal values of other kinds differ.
        Returns ``kind:`` and 32 hexadecimal digits, from which the value cannot be computed without
        the key.
        """
        told = f"{kind}\n{value}".encode("utf-8", errors="backslashreplace")
        return f"{kind}:{self._hex(b'subject', told)[:_SUBJECT_LENGTH]}"

    @cached_property
    def _derived(self) -> dict[bytes, bytes]:
        uses = (b"id", b"line", b"anchor", b"subject")
        return {use: hmac.digest(self.secret, use, sha256) for use in uses}

    def _hex(self, use: bytes, content: bytes) -> str:
        return hmac.digest(self._derived[use], content, sha256).hex()


def same_seal(one: str, other: str) -> bool:
    """Whether two seals are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
