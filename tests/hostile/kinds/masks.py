"""Label maps beside a sound sequence, which are none, or of another head."""

import gzip
import struct
from collections.abc import Iterator

import nibabel
import numpy as np

from tests.hostile.case import Case, folder_of, sweep
from tests.hostile.sound import image

_COMMANDS = (
    ("pick", "{file}", "--mask", "{out}/m.nii.gz"),
    ("info", "{file}"),
    ("export", "{file}", "-o", "{out}/a.png", "--slice", "1"),
)


def _labels(
    kind: str, value: float, shape: tuple[int, ...] = (32, 32, 24), shift: float = 0
) -> bytes:
    values = np.zeros(shape, kind)
    values[8:12, 8:12] = value
    affine = np.diag((-6.0, 6.0, 6.0, 1.0))
    affine[:3, 3] = (90 + shift, -90, -70)
    return bytes(nibabel.Nifti1Image(values, affine).to_bytes())


def _made() -> Iterator[tuple[str, bytes]]:
    for kind, value in (("f4", np.nan), ("f4", np.inf), ("f8", 1e300), ("f4", 0.5), ("i4", -1),
                        ("u4", 2**32 - 1), ("u1", 255), ("c8", 1), ("u2", 999)):  # fmt: skip
        with np.errstate(all="ignore"):
            yield f"{kind} {value}", _labels(kind, value)
    for shape in ((1, 1, 1), (32, 32, 24, 5), (2, 2, 4_000), (400, 400, 1)):
        yield f"shape {shape}", _labels("u1", 1, shape)
    for shift in (1.0, 1e6, 1e30):
        yield f"shifted {shift}", _labels("u1", 1, shift=shift)
    sound = _labels("u1", 1)
    yield "every voxel", bytes(sound[:352]) + b"\1" * (len(sound) - 352)
    yield "noise of labels", bytes(sound[:352]) + bytes(range(256)) * ((len(sound) - 352) // 256)
    for at in sweep(sound, 8):
        yield f"cut at {at}", sound[:at]
    huge = bytearray(sound[:352])
    struct.pack_into("<8h", huge, 40, 3, 32767, 32767, 32767, 1, 1, 1, 1)
    yield "huge", bytes(huge)
    yield "text", b"1 0 0 1"


_SHOWN = ("u1 255", "shifted 1.0")
"""Those that are labels; all others are left out, and it is said why."""


def cases() -> Iterator[Case]:
    """All of the kind; the sequence opens whatever lies beside it."""
    for n, (name, content) in enumerate(_made()):
        packed = n % 2
        file = "a_seg.nii.gz" if packed else "a_seg.nii"
        files = [("a_flair.nii", image()), (file, gzip.compress(content) if packed else content)]
        says = "" if name in _SHOWN else "The segmentation was left out."
        command = _COMMANDS[n % 8] if n % 8 < 3 else _COMMANDS[1]
        yield Case("masks", name, folder_of(files), command, "opens", says=says)
