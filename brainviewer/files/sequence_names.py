"""Which MR sequence a file holds, judged by its name alone.

Knows the names of BraTS 2018 to 2024, TCGA, UPENN-GBM, UCSF-PDGM and BIDS, what scanners write
into series descriptions, and common words of radiology in English and German.
"""

import re
import unicodedata
from enum import StrEnum

from brainviewer.core.study import Modality


class Other(StrEnum):
    """What a file may be besides a sequence."""

    SEGMENTATION = "segmentation"
    UNUSED = "unused"
    """A kind that BrainViewer has no use for, e.g. diffusion or a brain mask."""


Role = Modality | Other

_NIFTI_ENDING = re.compile(r"\.nii(\.gz)?$|\.gz$", re.IGNORECASE)
_AROUND = r"(?:ax|axial|sag|cor|tra|2d|3d|tse|fse|se|r|n4)*"
_CONTRAST = r"(?:ce|c|gd|gado?|post|postgd|postcontrast|contrast|km|enhanced)"

_FLAIR = re.compile(
    r"(?!(?:no|non|not|ohne|without)flair).*flair.*|t2f|fla|tirm.*|tir2d.*|darkfluid"
)
_T1 = re.compile(rf"{_AROUND}t1(?:w|wi|n|pre|nativ|native|mprage|{_AROUND})?")
_T1CE = re.compile(rf"{_AROUND}t1(?:w|wi)?{_CONTRAST}|{_CONTRAST}t1(?:w|wi)?")
_T1_METHODS = {"mprage", "mpr", "mp2rage", "spgr", "fspgr", "bravo"}
_T2 = re.compile(rf"{_AROUND}t2(?:w|wi|tse|fse|space|{_AROUND})?")

_CONTRAST_WORDS = {
    "ce", "gd", "gad", "gado", "gadolinium", "gadovist", "post", "postgd", "postgad",
    "postcontrast", "contrast", "kontrast", "enhanced", "km",
}  # fmt: skip
_NO = {"no", "non", "not", "without", "ohne", "kein", "keine"}
_NOT = _NO | {"pre", "vor", "nativ", "native", "unenhanced"}
_EITHER = {"or", "oder", "vs", "versus", "minus"}
_NOT_CONTRAST_AFTER_POST = re.compile(r"op.*|surg.*|rt|radi.*|treat.*|process.*|therap.*|chemo.*")
_ABOUT_ANOTHER_SPACE = {"space", "to", "in", "onto"}

# A mention right after another one that does not change what is meant.
_ONE_MEANING = {
    (Modality.FLAIR, Modality.T1),
    (Modality.FLAIR, Modality.T1CE),
    (Modality.T2, Modality.FLAIR),
}

_SEGMENTATION = re.compile(
    r"seg|segm|segmentation|segmented|tumou?r?mask|tumou?rseg|mask|labels?|labelmap|truth|gt|roi"
    r"|glistrboost"
)
_NOT_OF_A_TUMOUR = {"brain", "head", "skull", "bet", "parenchyma", "tissue"}
_OF_A_TUMOUR = re.compile(r"tumou?rs?|lesions?|glioma|wholetumou?r")
_UNUSED = re.compile(
    r"adc|e?dwi|swi|asl|dti|dsc|dce|pwi|perf.*|tracew?|r?cb[fv]|mtt|ttp|tmax|bold|fmri|rsfmri|tof"
    r"|mra|angio.*|pd|pdw|t2star|t2s|t[12]map|locali[sz]er|scout|survey|brainmask|b\d+"
)


def role_of(file_name: str) -> Role | None:
    """What a file is, or None where its name does not say."""
    words = _words(file_name)
    if any(_SEGMENTATION.fullmatch(word) for word in words):
        if _NOT_OF_A_TUMOUR.isdisjoint(words) or any(map(_OF_A_TUMOUR.fullmatch, words)):
            return Other.SEGMENTATION
        return Other.UNUSED
    if "star" in words and "t2" in words:
        return Other.UNUSED
    if sequence := _sequence(words):
        return sequence
    return Other.UNUSED if any(map(_UNUSED.fullmatch, words)) else None


def _words(file_name: str) -> list[str]:
    """The words of a name in small letters, ``+c`` read as contrast, other spaces left out."""
    stem = _NIFTI_ENDING.sub("", unicodedata.normalize("NFKC", file_name)).lower()
    stem = re.sub(r"\+\s*(c|gd|km)\b|\bc\s*\+", " contrast ", stem).replace("dark-fluid", "flair")
    words = re.findall(r"[^\W_]+", stem)
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if before not in _ABOUT_ANOTHER_SPACE
    ]


def _sequence(words: list[str]) -> Modality | None:
    """The last sequence that is named; FLAIR beside T2 is FLAIR, beside T1 it is a kind of T1.

    One that the name denies is not named, and a name that leaves open which one it is says nothing.
    """
    found: Modality | None = None
    before: Modality | None = None
    contrast = _says_contrast(words)
    for position, (previous, word) in enumerate(zip(["", *words], words, strict=False)):
        now = None if previous in _NO else _mention(word, words[position + 1 :])
        if now and found and previous in _EITHER:
            return None
        if (now, before) in _ONE_MEANING:
            now = before
        elif now is Modality.T1 and (contrast or found is Modality.T1CE):
            now = Modality.T1CE
        found, before = now or found, now
    return found


def _mention(word: str, following: list[str]) -> Modality | None:
    if _T1CE.fullmatch(word):
        return Modality.T1CE
    if _T1.fullmatch(word) or word in _T1_METHODS or word == "t1flair":
        return Modality.T1CE if _T1.fullmatch(word) and following[:1] == ["c"] else Modality.T1
    if _FLAIR.fullmatch(word):
        return Modality.FLAIR
    return Modality.T2 if _T2.fullmatch(word) else None


def _says_contrast(words: list[str]) -> bool:
    """Whether a word speaks of a contrast agent that was given."""
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if word not in _CONTRAST_WORDS or before in _NOT:
            continue
        if word == "post" and _NOT_CONTRAST_AFTER_POST.fullmatch(after):
            continue
        return True
    return False
