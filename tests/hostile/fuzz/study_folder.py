"""Names of files and folders: which file is which sequence, and which files are one study."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from random import Random

from brainviewer.app.opening.sequence_assignment import UnknownSequences, which_is_which
from brainviewer.core.study import SEQUENCES
from brainviewer.files.study.folder import collect, sequences_told
from tests.hostile.fuzz.nifti import image_bytes
from tests.hostile.fuzz.target import Target

_MOST = 12
_CONTENTS = {
    "i": image_bytes("i2"),
    "l": image_bytes("u1"),
    "e": b"",
    "t": b"a text",
    "d": bytes(128) + b"DICM" + bytes(60),
    "p": b"\x89PNG\r\n\x1a\n" + bytes(40),
}
_TREES = (
    "iP1/P1_FLAIR.nii\niP1/P1_T1.nii\niP1/P1_T1ce.nii\niP1/P1_T2.nii\nlP1/P1_seg.nii",
    "ianat/sub-01_FLAIR.nii\nianat/sub-01_T1w.nii\nianat/sub-01_ce-GADOLINIUM_T1w.nii",
    "iFLAIR/FLAIR.nii\niT1/T1.nii\niT1GD/T1GD.nii\niT2/T2.nii\nlMASK/MASK.nii",
    "ibaseline/t1_flair.nii\nifollow/t1_t1.nii\nt.hidden\neempty.nii\ndIM0001",
    "iBraTS-00000-000-t2f.nii\niBraTS-00000-000-t1n.nii\niBraTS-00000-000-t1c.nii",
    "iT1 post.nii\niT1 pre.nii\nit1_brain.nii\nit1_brain_mask.nii\npa.png\nla.nii",
)
_WORDS = ("t1", "T1ce", "t2", "flair", "FLAIR", "gd", "post", "pre", "_", "-", ".", " ", "mask",
          "seg", "brain", "reg", "bias", "ses-01", "sub-02", "2024", "é", "(", "%s", "=", "nii",
          ".gz", "/", "\n", "i", "l")  # fmt: skip


def seeds() -> Iterable[bytes]:
    return [tree.encode() for tree in _TREES]


def read(content: bytes, folder: Path) -> None:
    top = folder / "study"
    top.mkdir()
    for line in content.split(b"\n")[:_MOST]:
        _write(top, line)
    files = collect([top])
    assert all(top in file.parents for file in files)
    sequences_told(files)
    try:
        found = which_is_which([top])
    except UnknownSequences as unsure:
        found = unsure.assignment
    assert set(found.files) <= set(SEQUENCES)
    assert len(set(found.files.values())) == len(found.files)


def _write(top: Path, line: bytes) -> None:
    """A file of a kind at a place, where the system takes such a name."""
    name = line[1:].decode("utf-8", "surrogateescape").replace("\0", "")
    inside = [part for part in PurePosixPath("/", name).parts[1:] if part not in ("..", ".")][:5]
    if not inside:
        return
    try:
        path = top.joinpath(*inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_CONTENTS.get(line[:1].decode("latin-1"), b""))
    except (OSError, ValueError):
        return


def change(content: bytes, random: Random) -> bytes:
    """A word that means something is added to a name, or takes the place of some of it."""
    at = random.randrange(len(content) + 1)
    return (
        content[:at] + random.choice(_WORDS).encode() + content[at + random.choice((0, 0, 1, 3)) :]
    )


TARGET = Target(seeds, read, change, longest=512)
