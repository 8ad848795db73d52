"""Which of several files of one sequence is the better one, and why.

UCSF-PDGM, for one, holds every sequence as it was and with corrected brightness. Where names do not
tell which is better, the voxels do if one is much finer; otherwise the user chooses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.counting import first_few, listed
from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.files.nifti.reader import read_header
from brainviewer.files.study.sequence_mention import mention
from brainviewer.files.study.sequence_names import words_of
from brainviewer.files.study.sequence_words import CONTRAST, T1_METHODS, each

_NO_CONTRAST = "made without contrast agent"
_PREFERENCES: tuple[tuple[frozenset[str], int, str], ...] = (
    (CONTRAST - {"post"}, -32, _NO_CONTRAST),
    (each("bias n4 n4itk bfc biascorr biascorrected bc restore nu"), 16, "bias-corrected"),
    (each("brain bet hdbet stripped skullstrip skullstripped ss noskull"), 8, "without the skull"),
    (each("unstripped withskull skull"), -8, "without the skull"),
    (each("reg coreg registered aligned resampled moco eq tilt corrected"), 4, "aligned"),
    (each("raw orig original nd deface defaced"), -4, "processed"),
    (each("mpr reformat reformatted mip"), -2, "original"),
    (each("fs fatsat spair"), -1, "without fat suppression"),
)
_BEHIND = ("without", "made", "named")
"""Reasons that begin with these stand behind the noun."""
NEUTRAL = T1_METHODS | each(
    "ax axial tra trans sag sagittal cor coronal obl 2d 3d iso se tse fse ir space spc cube vista"
    " blade propeller p2 p3 p4 gre vibe mm km gd gad post ce contrast"
)
"""Differences after which a finer image may be taken."""
_FINER = 1.4


@dataclass(frozen=True)
class Version:
    """The file that was taken, and what makes it better: "the … one" or "the one …"."""

    path: Path
    reason: str


def better_version(modality: Modality, claimants: Sequence[Path]) -> Version | None:
    """The better one of several files of a sequence; None if nobody can tell."""
    own = _own_words(claimants)
    if named := _named_outright(claimants):
        return Version(named, "named outright")
    known = {word for words, _, _ in _PREFERENCES for word in words}
    differing = {word for words in own.values() for word in words}
    if differing and differing <= known:
        return _by_name(modality, own)
    if differing <= known | NEUTRAL:
        return _by_voxels(claimants)
    return None


def together(versions: Mapping[Modality, Version]) -> list[str]:
    """A sentence for each reason, with the sequences and the files that were taken for it."""
    said: dict[str, list[Modality]] = {}
    for modality, version in versions.items():
        said.setdefault(version.reason, []).append(modality)
    sentences = []
    for reason, modalities in said.items():
        names = listed(modalities)
        files = ", ".join(versions[m].path.name for m in modalities)
        one = "one of each" if len(modalities) > 1 else "one"
        what = f"the {one} {reason}" if reason.startswith(_BEHIND) else f"the {reason} {one}"
        sentences.append(f"Of {names} there are several versions; {what} is used: {files}.")
    return sentences


def refuse_several_studies(sequences: Sequence[Sequence[Path]]) -> None:
    """Raise FileError if the files of several sequences differ by the same words: other patients.

    sequences : for each sequence that is not settled, the files that claim it.
    """
    if len(sequences) < 2:
        return
    apart = [{frozenset(own) for own in _own_words(claimants).values()} for claimants in sequences]
    if len(apart[0]) < 2 or any(words != apart[0] for words in apart):
        return
    names = first_few([path.name for path in sequences[0]])
    raise FileError(
        f"These files are of {len(apart[0])} patients or examinations: {names}.",
        "Select the files of one of them, or keep each in a folder of its own.",
    )


def _own_words(claimants: Sequence[Path]) -> dict[Path, set[str]]:
    """The words of each name that not all of them have, without those that name the sequence."""
    words = {p: {w for w in words_of(p.name) if not mention(w)} for p in claimants}
    common = set.intersection(*words.values())
    return {path: own - common for path, own in words.items()}


def _named_outright(claimants: Sequence[Path]) -> Path | None:
    """The only one whose sequence is named, where the others name no more than a method."""
    named = [p for p in claimants if any(map(mention, words_of(p.name)))]
    return named[0] if len(named) == 1 else None


def _by_name(modality: Modality, own: Mapping[Path, set[str]]) -> Version | None:
    rows = _PREFERENCES if modality is not Modality.T1CE else _PREFERENCES[1:]
    scores = {
        path: sum(score for words, score, _ in rows if words & said) for path, said in own.items()
    }
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best == second:
        return None
    chosen = max(scores, key=lambda path: scores[path])
    others = set.union(*(said for path, said in own.items() if path != chosen))
    reasons = [
        reason
        for words, score, reason in sorted(rows, key=lambda row: -abs(row[1]))
        if words & (own[chosen] if score > 0 else others)
    ]
    return Version(chosen, reasons[0])


def _by_voxels(claimants: Sequence[Path]) -> Version | None:
    """The one whose longest voxel edge is clearly the shortest."""
    try:
        edges = sorted((max(read_header(path).grid.spacing), path) for path in claimants)
    except FileError:
        return None
    return Version(edges[0][1], "finest") if edges[0][0] * _FINER <= edges[1][0] else None
