"""Which MR sequence a file holds, judged by its name alone; a name that leaves it open says None.

One rule, in this order: a kind of file that is none of the four sequences, FLAIR words, contrast
words beside T1, weighting. The words stand in ``sequence_words`` and ``sequence_mention``.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from brainviewer.core.study import Modality
from brainviewer.files.study import sequence_words as words
from brainviewer.files.study.bids_name import BidsName
from brainviewer.files.study.sequence_mention import Mention, mention, names_agent


class Other(StrEnum):
    """What a file may be besides a sequence."""

    SEGMENTATION = "segmentation"
    UNUSED = "unused"
    """A kind that BrainViewer has no use for, e.g. diffusion or a brain mask."""


Role = Modality | Other

_ENDING = re.compile(r"\.(?:nii|hdr|img|mgz|mgh|nrrd|nhdr|mha|mhd)(?:\.gz)?$|\.gz$")
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_PLUS_C = re.compile(rf"(?:\+|{_START}plus)\s*(?:c|gd|km){_END}|{_START}c\s*\+")
_MINUS_C = re.compile(r"(?<![^\W\d_])(?:c|ce|gd|gado?|km|kontrast)(?:-(?=[\s_.)]|$)|\s+-(?=_|$))")
_ONE_MINUS_OTHER = re.compile(rf"t1[ _]?(?:ce?|gd|gad|post|km)-(?=t1[a-z]*{_END})")
_ONE_TO_OTHER = re.compile(rf"{_START}(flair|t[12][a-z]*)2(t[12]|flair|mni)")
_FLAIR_PHRASES = re.compile(
    r"(?<!\S)(?:dark fluid|da fl|spc ir|space ir|fluid attenuated|fluid suppressed)(?!\S)"
)
_NO_FLAIR = re.compile(r"(?<!\S)(?:no|non|not|ohne|without) FLAIR(?!\S)")
_EITHER = re.compile(r"[A-Z]\w+ (?:or|oder|vs|versus|minus) [A-Z]")
_TARGET = re.compile(
    rf"([A-Z]\w+(?: \S+)*?) (?:{words.REGISTERED})(?: to)? (?:[A-Z]\w+|mni\w*)(?: space)?(?!\S)"
)
_TARGET_FIRST = re.compile(r"(?<!\S)(?:to|onto|in) [A-Z]\S+ (?=.*[A-Z])")
_T1_FLAIR = re.compile(rf"T1\S*(?: (?:{words.DESCRIBES}))* FLAIR")
_T1_C = re.compile(rf"T1\S*(?: (?:{words.DESCRIBES}))* c(?!\S)")
_MASK = re.compile(r"masks?")
_DENIED_FURTHER = re.compile(
    rf"{_START}({'|'.join(sorted(words.NOT))}|w/o)[\W_]+(?:(?:to|any|i\.?v|gad\w*|gd)[\W_]+)+(?=[ck]ontrast)"
)
_LEFT_OPEN = "postorpre"
_LEFT_OPEN_WORD = re.compile(rf"{_LEFT_OPEN}|(?:post|pre)\d+|contr?")
_PERHAPS_FLAIR = re.compile(r"[a-z0-9]*(?:flair|tirm)[a-z0-9]*")


def role_of(file_name: str) -> Role | None:
    """What a file is, or None where its name does not say."""
    said, contrast = _words_of(file_name)
    role = _role_by(said, contrast)
    if len(said) > 2 and said[1].isdecimal() and said[0] in words.CONTRAST | words.UNUSED:
        # "GD-001 T1" may be the T1 of the patient GD-001.
        of_patient = _role_by(said[2:], contrast)
        return None if isinstance(of_patient, Modality) and of_patient is not role else role
    return role


def _role_by(said: list[str], contrast: bool) -> Role | None:
    if kind := _kind(said):
        return kind
    text = _without_time_and_target(_marked(said))
    return None if _EITHER.search(text) or _unsure(text) else _sequence(text, contrast)


def _unsure(text: str) -> bool:
    """Whether words beside a sequence may mean that the file holds something else."""
    said = text.split()
    named = [place for place, word in enumerate(said) if word.isupper()]
    if not named:
        return False
    behind = words.TUMOUR_BEHIND.intersection(said[named[0] :])
    return bool(behind) or not (words.MADE_UP | words.OTHER_METHODS | words.FINDINGS).isdisjoint(
        said
    )


def rank_of_segmentation(file_name: str) -> int:
    """The smaller, the rather is it the segmentation of the tumour: made by hand before
    automatic."""
    text = " ".join(words_of(file_name))
    better, poorer = _found(words.BETTER_OUTLINES, text), _found(words.POORER_OUTLINES, text)
    whose = _found(words.OF_A_TUMOUR, text)
    bare = not whose and _found(_MASK, text)  # it may be one of the brain
    return 4 * bare - 2 * better + poorer


def words_of(file_name: str) -> list[str]:
    """The words of a name in small letters, without its ending and its BIDS entities."""
    return _words_of(file_name)[0]


def _words_of(file_name: str) -> tuple[list[str], bool]:
    """The words of a name in small letters, and whether an entity says contrast."""
    stem = _ENDING.sub("", without_accents(file_name.lower()))
    bids = BidsName.of(stem)
    entities = bids.entities
    # A label or a description belongs to the mask, the acquisition to the image.
    stem = "_".join([*(entities[k] for k in ("acq", "desc", "label") if k in entities), bids.rest])
    if entities.get("part", "mag") != "mag":
        stem += "_phase"
    if "inv" in entities:
        stem += "_inv1"
    if {entities.get(k) for k in ("acq", "desc", "rec")} & {"post", "pre"}:
        # Contrast, or a point in time.
        stem = f"{_LEFT_OPEN}_" + re.sub(rf"{_START}(?:post|pre)_", "", stem)
    stem = re.sub(r"\+\s*/\s*-", " withandwithout ", stem)
    stem = re.sub(r"(t2|flair)\s?\*", r"\1star", stem)
    stem = _DENIED_FURTHER.sub(r"\1 ", words.WITHOUT_AGENT.sub(" no contrast ", stem))
    stem = words.WITH_AGENT.sub(" contrast ", _PLUS_C.sub(" contrast ", stem))
    stem = _MINUS_C.sub(" no contrast ", stem)
    stem = _ONE_TO_OTHER.sub(r"\1 to \2", _ONE_MINUS_OTHER.sub(" minus ", stem))
    return re.findall(r"[^\W_]+", stem), bids.contrast


def without_accents(text: str) -> str:
    """``prä`` and ``injecté`` as they are written without German and French keys."""
    letters = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain)  # Korean syllables as one letter again


def _marked(said: Iterable[str]) -> str:
    """The words between single spaces, those that name a sequence in capitals."""
    text = " ".join(mention(word) or word for word in said)
    return _FLAIR_PHRASES.sub(Mention.FLAIR, text)


def _kind(said: list[str]) -> Other | None:
    """The first row of the rule: what is none of the four sequences."""
    text = " ".join(said)
    if _found(words.BRAIN_MASK, text) and not _found(words.OF_A_TUMOUR, text):
        return Other.UNUSED
    if not words.TUMOUR.isdisjoint(said) or "glistr boost" in text:
        return Other.SEGMENTATION
    if "dseg" in said and _found(words.OF_A_TUMOUR, text):
        return Other.SEGMENTATION
    named = [mention(word) for word in said]
    unused = (
        any(
            (word in words.UNUSED and before not in words.NOT)
            or word.startswith(words.UNUSED_STARTS)
            for before, word in zip(["", *said], said, strict=False)
        )
        or any(f" {phrase} " in f" {text} " for phrase in words.UNUSED_PHRASES)
        or ({Mention.T2, Mention.WEAK_T2} & set(named) and words.GRADIENT_ECHO & set(said))
        or (Mention.FLAIR in named and "star" in said)
        or (any("dixon" in word for word in said) and {"f", "fat"} & set(said))
        # before a sequence it is the subject
        or ("sub" in said and any(named[: said.index("sub")]))
        or said[-1:] == ["ph"]
    )
    return Other.UNUSED if unused else None


def _sequence(text: str, contrast: bool) -> Role | None:
    """The other rows: FLAIR words, contrast words, weighting, and what methods alone say."""
    said = text.split()
    contrast = contrast or _says_contrast(said, text)
    t1 = Mention.T1 in said or Mention.T1CE in said
    if Mention.FLAIR in said:
        # "T1 FLAIR" is a T1; what "FLAIR T1" is nobody can tell.
        if t1 and _T1_FLAIR.search(text):
            return _t1(said, contrast)
        return None if t1 else Modality.FLAIR
    if t1 and Mention.T2 in said:
        return None
    if t1:
        return _t1(said, contrast)
    if Mention.T2 in said:
        unclear = not words.NOT_ONLY_T2.isdisjoint(said)
        return None if unclear or any(map(_PERHAPS_FLAIR.fullmatch, said)) else Modality.T2
    return _weakly(said, text, contrast)


def _weakly(said: list[str], text: str, contrast: bool) -> Role | None:
    """What a name says between the lines: by a letter put before, or by a method."""
    if {Mention.WEAK_T1, Mention.WEAK_T1CE} & set(said) or not words.T1_METHODS.isdisjoint(said):
        return _t1(said, contrast)
    if Mention.WEAK_T2 in said:
        return Modality.T2
    if _found(words.FLAIR_METHODS, text):
        return Modality.FLAIR
    return Other.UNUSED if _found(words.UNUSED_ALONE, text) else None


def _t1(said: list[str], contrast: bool) -> Modality | None:
    """T1 with or without contrast; None where a word may mean contrast or a point in time."""
    if _found(words.BOTH, " ".join(said)):
        return None
    if contrast or Mention.T1CE in said or Mention.WEAK_T1CE in said:
        return Modality.T1CE
    return None if any(map(_LEFT_OPEN_WORD.fullmatch, said)) else Modality.T1


def _says_contrast(said: list[str], text: str) -> bool:
    """Whether a word speaks of a contrast agent that was given."""
    said = [word for word in said if not _LEFT_OPEN_WORD.fullmatch(word)]
    denied = {*words.NOT, "w o"}
    pairs = zip(["", "", *said], ["", *said], said, strict=False)
    named = False
    for first, second, word in pairs:
        named = named or word.isupper() or word in words.T1_METHODS
        # With a number, before the sequence, it may be a patient: "GD001 T1".
        given = word in words.CONTRAST or (
            names_agent(word) and (named or not word[-1].isdecimal())
        )
        if given and not {second, f"{first} {second}"} & denied:
            return True
    methods = " ".join("T1" if word in words.T1_METHODS else word for word in said)
    return bool(_T1_C.search(methods))


def _without_time_and_target(text: str) -> str:
    """Without points in time, what the name denies, and the image that this one was brought to."""
    text = _NO_FLAIR.sub(" ", re.sub(rf"(?<!\S)(?:{words.A_TIME.pattern})(?!\S)", " ", text))
    return _TARGET_FIRST.sub("", _TARGET.sub(r"\1", " ".join(text.split())))


def _found(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a pattern fits whole words of a text."""
    return bool(re.search(rf"(?<!\S)(?:{pattern.pattern})(?!\S)", text))
