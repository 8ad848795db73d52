"""The letters by which entries of a menu are reached with the keyboard."""

import re
from collections import Counter
from collections.abc import Sequence


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """The texts with an ampersand before a letter each, no letter twice where that can be.

    A text that has one keeps it. First letters of words come before others; where there are not
    enough, each is shared by as few as can be.
    """
    wished = [_letters(text) for text in texts]
    holders: dict[str, int] = {}
    given = {text[text.index("&") + 1].lower() for text in texts if "&" in text}

    def place(one: int, tried: set[str]) -> bool:
        """Give an entry a letter, from another that can have a different one if need be."""
        letters = [letter for letter in wished[one] if letter not in given]
        for letter in letters:
            if letter not in holders:
                holders[letter] = one
                return True
        for letter in letters:
            if letter not in tried:
                tried.add(letter)
                if place(holders[letter], tried):
                    holders[letter] = one
                    return True
        return False

    for one, text in enumerate(texts):
        if "&" not in text:
            place(one, set())
    own = {one: letter for letter, one in holders.items()}
    used = Counter([*given, *holders])
    for one, letters in enumerate(wished):
        if "&" not in texts[one] and one not in own and letters:
            own[one] = min(letters, key=lambda letter: used[letter])
            used[own[one]] += 1
    return [_marked(text, own.get(one, "")) for one, text in enumerate(texts)]


def _letters(text: str) -> list[str]:
    """The letters that an entry may have, first letters of words before others."""
    words = text.partition("\t")[0]
    places = [m.start() for m in re.finditer(r"\b[A-Za-z0-9]", words)]
    places += [n for n, letter in enumerate(words) if letter.isalnum() and letter.isascii()]
    return list(dict.fromkeys(words[n].lower() for n in places))


def _marked(text: str, letter: str) -> str:
    """The text with an ampersand before a letter, where a word begins with it if one does."""
    words, tab, key = text.partition("\t")
    if "&" in words or not letter:
        return text
    start = re.search(rf"\b{letter}", words, re.IGNORECASE)
    at = start.start() if start else words.lower().index(letter)
    return f"{words[:at]}&{words[at:]}{tab}{key}"
