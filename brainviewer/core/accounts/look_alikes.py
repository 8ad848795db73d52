"""Names that look the same: a small part of Unicode's confusables (UTS #39), for letters.

Names are compared with the few that there are, so a name that is refused without need costs another
one; a name that is taken for another one costs more.
"""

import unicodedata

_LATIN = {
    "A": "АΑᎪ", "B": "ВΒᏴ", "C": "СϹᏟ", "D": "Ꭰ", "E": "ЕΕᎬ", "F": "Ϝ", "G": "Ԍ", "H": "НΗᎻ",
    "I": "ІΙӀ", "J": "ЈᎫ", "K": "КΚᏦ", "L": "Ꮮ", "M": "МΜᎷ", "N": "Ν", "O": "ОΟՕ", "P": "РΡᏢ",
    "Q": "Ԛ", "S": "ЅՏᏚ", "T": "ТΤᎢ", "U": "Ս", "V": "ѴᏙ", "W": "ԜᎳ", "X": "ХΧ", "Y": "УΥҮ",
    "Z": "ΖᏃ", "a": "аαɑ", "b": "Ьƅ", "c": "сϲ", "d": "ԁ", "e": "еҽ", "f": "ք", "g": "ɡց",
    "h": "һհ", "i": "іιı", "j": "јϳ", "k": "кκ", "l": "ӏǀ", "n": "ոռ", "o": "оοօσ", "p": "рρ",
    "q": "ԛզ", "r": "гᴦ", "s": "ѕ", "u": "υսʋ", "v": "ѵν", "w": "ԝѡա", "x": "хχ", "y": "уүγ",
    "z": "ᴢ",
}  # fmt: skip
_AS_LATIN = str.maketrans({one: latin for latin, ones in _LATIN.items() for one in ones})
_ALIKE = str.maketrans({"i": "l", "1": "l", "0": "o"})
_ONE_ALPHABET_A_WORD = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"))
_BETWEEN = " .-_'"


def looks(name: str) -> str:
    """What is equal for names that look alike, whatever their alphabets."""
    digits = "".join(str(unicodedata.decimal(c, c)) for c in name)
    plain = digits.translate(_AS_LATIN).casefold().translate(_ALIKE)
    return plain.replace("rn", "m").replace("vv", "w")


def mixes_alphabets(name: str) -> bool:
    """Whether a word of a name has letters of several alphabets that look like each other."""
    for between in _BETWEEN:
        name = name.replace(between, " ")
    return any(len(_alphabets(word)) > 1 for word in name.split())


def _alphabets(word: str) -> frozenset[str]:
    first = (unicodedata.name(c, "").split(" ", 1)[0] for c in word if c.isalpha())
    return _ONE_ALPHABET_A_WORD.intersection(first)
