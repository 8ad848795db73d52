"""What names of files say only beside each other: a shared point in time, or different patients."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from brainviewer.core.study import Modality
from brainviewer.files.study.bids_name import BidsName
from brainviewer.files.study.sequence_mention import mention
from brainviewer.files.study.sequence_names import Role, role_of, words_of
from brainviewer.files.study.sequence_words import CONTRAST, REGISTERED, each
from brainviewer.files.study.versions import NEUTRAL

_COUNTED = each("im img image ser series scan slice run vol volume acq frame se mr e s sr")
_PEOPLE = each("""
    patient patientid pat case subject subj sub id training validation burdenko
    week month year day visit tp timepoint time ses session exam fu followup
    """)
_COLLECTIONS = each("upenn rhuh brats lumiere")
"""Their names count points in time behind the patient."""
_PROTOCOLS = (
    each("""
    brain head skull kopf schadel cerveau mrt mri irm rm wip stealth navi neuronavi brainlab
    high low hr hires res thin thick routine new old final best good raw native nativ axiale coupe
    """)
    | CONTRAST
)
"""Words with which names of sequences begin; others may be names of patients."""
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d(?!\d{5}))"
)
_OPERATION = re.compile(
    r"(?<![^\W_])(pre|post|intra)[ _-]?op(?:s|erativ\w*)?(?![^\W_])|(?<![^\W_])(baseline)(?![^\W_])"
    r"|(?<![^\W_])(follow)[ _-]?up(?![^\W_])"
)


def without_common_start(files: Sequence[Path]) -> dict[Path, str]:
    """The names of files without the words that all of them begin with."""
    parts = {path: re.split(r"(?<=[_\W])", path.name) for path in files}
    same = _shared(list(parts.values()))
    return {path: "".join(one[same:]) for path, one in parts.items()}


def one_brought_to_others(files: Sequence[Path]) -> bool:
    """Whether names begin as ``FLAIR_reg_T1`` and ``FLAIR_reg_T2`` do: that is no T1 and no T2."""
    parts = [re.split(r"[_\W]+", path.name.lower()) for path in files]
    same = _shared(parts)
    return same > 0 and bool(re.fullmatch(REGISTERED, parts[0][same - 1]))


def _shared(parts: Sequence[Sequence[str]]) -> int:
    """How many parts, from the first, are the same in all."""
    shortest = min(len(one) for one in parts)
    same = 0
    while same < shortest - 1 and len({one[same] for one in parts}) == 1:
        same += 1
    return same


def without_shared_contrast(
    claims: Mapping[Role | None, Sequence[Path]],
) -> dict[Role | None, list[Path]]:
    """The claims, but a T1 with contrast is left open where FLAIR and T2 say the same.

    ``post`` is a point in time then, or they were all made with contrast; a word such as ``GD``
    that all of them begin with may be the patient. A T1 without contrast beside it makes it clear.
    """
    found = {role: list(paths) for role, paths in claims.items()}
    others = [*claims.get(Modality.FLAIR, ()), *claims.get(Modality.T2, ())]
    enhanced = claims.get(Modality.T1CE, ())
    if not others or not enhanced or claims.get(Modality.T1):
        return found
    said = [words_of(path.name) for path in (*others, *enhanced)]
    shared = {"post"} if all("post" in words for words in said) else set()
    if len({tuple(words[:1]) for words in said}) == 1:
        shared |= set(said[0][:1]) & CONTRAST
    for path in enhanced:
        plain = "_".join(word for word in words_of(path.name) if word not in shared)
        if shared and role_of(plain) is Modality.T1:
            found[Modality.T1CE].remove(path)
            found.setdefault(None, []).append(path)
    return {role: paths for role, paths in found.items() if paths}


def several_owners(files: Sequence[Path]) -> str | None:
    """The notice that files seem to be of several patients or examinations, by their names."""
    owners: dict[str, set[str]] = {}
    for path in files:
        for word, number in _owners(path):
            owners.setdefault(word, set()).add(number)
    if all(len(numbers) < 2 for numbers in owners.values()) and not _several_names(files):
        return None
    names = ", ".join(path.name for path in files)
    return (
        "By their names, the files may be of different patients or examinations: check that they "
        f"belong together ({names})."
    )


def _owners(path: Path) -> Iterator[tuple[str, str]]:
    """What a name says of its patient and its time: a kind of number, and the number."""
    stem = path.name.lower()
    if date := _DATE.search(stem):
        yield "date", date[1] + date[3] + date[4]
    if time := _OPERATION.search(stem):
        yield "operation", next(filter(None, time.groups()))
    if entities := BidsName.of(stem).entities:
        yield "patient", "_".join(entities.get(key, "") for key in ("sub", "ses"))
        return
    said = _before_sequence(stem)
    if said and said[0] in _COLLECTIONS:
        yield "collection", "_".join([said[0], *filter(str.isdecimal, said)])
    for place, (before, word) in enumerate(zip(["", *said], said, strict=False)):
        if place and re.fullmatch(r"\d{4,5}|[12]\d{7}", word):
            yield "patient", word
            return
        if before in _PEOPLE and re.fullmatch(r"\d{1,3}", word):
            yield "patient", word
            return
    first = re.match(r"([a-z]+)(\d{1,4})(?![^\W_])", stem)
    if first and first[1] not in _COUNTED and not mention(first[0]):
        yield "first", first[0]


def _before_sequence(stem: str) -> list[str]:
    """The words before the one that names the sequence, or says how it was made."""
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", stem):
        if mention(word) or word in NEUTRAL or word in _COUNTED:
            break
        found.append(word)
    return found


def _several_names(files: Sequence[Path]) -> bool:
    """Whether every file begins with a word that may be a name, and not all with the same."""
    firsts: Counter[str] = Counter()
    for path in files:
        said = _before_sequence(path.name.lower())
        if not said or not said[0].isalpha() or said[0] in _PROTOCOLS | _PEOPLE | _COLLECTIONS:
            return False
        firsts[said[0]] += 1
    return len(firsts) > 1
