"""One word of a file's name that names a sequence: ``t1w``, ``axT2``, ``3dflair``, ``T1Gd``.

A mention is only what is made of known parts: the T1 of the patient ``PAT1`` is none.
"""

from enum import StrEnum

from brainviewer.files.study.sequence_words import AGENT, NOT, each


class Mention(StrEnum):
    """What a word names; in capitals, since all other words are in small letters.

    The last three are said between the lines: SPM and Philips put a letter before a name, but so
    do people who number their patients.
    """

    FLAIR = "FLAIR"
    T1 = "T1"
    T1CE = "T1CE"
    T2 = "T2"
    WEAK_T1 = "WEAKT1"
    WEAK_T1CE = "WEAKT1CE"
    WEAK_T2 = "WEAKT2"


_PLANES = each("""
    oax ax axial osag sag sagittal ocor cor coronal tra trans transversal transverse obl 2d 3d iso
    se tse fse frfse tfe ir space spc cube vista blade prop propeller haste brain bet n4 raw img
    """)
"""Planes and methods."""
_T1_METHODS = each("mprage memprage mpr mp2rage spgr fspgr bravo vibe tfl fl2d fl3d")
_AGENTS = each("ce c gd gad gado gadolinium post postgd postgad postcontrast contrast km enhanced")
_W = frozenset(("w", "wi", "wt", "weighted"))
_LETTERS = frozenset(("r", "w", "m", "s", "e", "sw", "wm", "wr", "mr", "br"))
_WHOLE = {"t2f": Mention.FLAIR, "tirm": Mention.FLAIR, "darkfluid": Mention.FLAIR}

_BEFORE = _PLANES | {"mr", "wip"}
_BEFORE_FLAIR = _BEFORE | {"t2", "t2w", "pd", "gd", "ce", "r", "w", "m", "s", "e", "c"}
_BEHIND_FLAIR = _PLANES | _AGENTS | _W | {"t2", "t2w", "fs", "pre", "longtr", *"0123456789"}
_BEHIND_T1 = (
    _PLANES | _T1_METHODS | _W | {"ffe", "gre", "flair", "n", "pre", "nat", "nativ", "native"}
)
_BEHIND_T2 = (_PLANES - {"ir"}) | _W | {"mpr"}


_BESIDE_AGENTS = (
    _PLANES | _T1_METHODS | each("with mit nach mri mr dtpa inj con 0 1 2 3 4 5 6 7 8 9")
)
_AGENTS_IN_WORDS = _AGENTS - {"c", "ce"}


def names_agent(word: str) -> bool:
    """Whether a word is a contrast agent and what people write together with one: ``mprageGd``."""
    if brand := AGENT.search(word):
        before = word[: brand.start()]
        return not any(before.endswith(no) for no in NOT if len(no) > 1)
    made = _made_of(word, _BESIDE_AGENTS | _AGENTS_IN_WORDS)
    return made and not _made_of(word, _BESIDE_AGENTS)


def mention(word: str) -> Mention | None:
    """What a word in small letters names, if it names a sequence."""
    for core, named in (("t1", _t1), ("flair", _flair), ("t2", _t2)):
        before, there, behind = word.partition(core)
        if there and (found := named(before, behind)):
            return found
    return _WHOLE.get(word)


def _t1(before: str, behind: str) -> Mention | None:
    plain = _made_of(behind, _BEHIND_T1)
    if not plain and not _made_of(behind, _BEHIND_T1 | _AGENTS):
        return None
    if _made_of(before, _BEFORE):
        return Mention.T1 if plain else Mention.T1CE
    if before in _AGENTS:
        return Mention.T1CE
    if before in _LETTERS:
        return Mention.WEAK_T1 if plain else Mention.WEAK_T1CE
    return None


def _flair(before: str, behind: str) -> Mention | None:
    known = _made_of(before, _BEFORE_FLAIR) and _made_of(behind, _BEHIND_FLAIR)
    return Mention.FLAIR if known else None


def _t2(before: str, behind: str) -> Mention | None:
    if not _made_of(behind, _BEHIND_T2):
        return None
    if _made_of(before, _BEFORE - {"ir"}):
        return Mention.T2
    return Mention.WEAK_T2 if before in _LETTERS else None


def _made_of(text: str, parts: frozenset[str]) -> bool:
    """Whether a text is nothing but some of the parts, one behind the other."""
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in parts for start in reached):
            reached.add(end)
    return len(text) in reached
