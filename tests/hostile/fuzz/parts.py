"""Several byte strings in one, so that a study of many files is one input of the fuzzer.

Each part begins with its length, two bytes, little-endian; what is left over is the last part.
"""

from collections.abc import Iterable, Iterator


def joined(parts: Iterable[bytes]) -> bytes:
    """The parts in one; each at most 65,535 bytes."""
    return b"".join(len(part).to_bytes(2, "little") + part for part in parts)


def split(content: bytes, most: int) -> Iterator[bytes]:
    """At most so many parts of any content."""
    for _ in range(most):
        if len(content) < 2:
            return
        length = int.from_bytes(content[:2], "little")
        yield content[2 : 2 + length]
        content = content[2 + length :]
