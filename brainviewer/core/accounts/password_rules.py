"""Which passwords are acceptable, after NIST SP 800-63B-4 (2025), section 3.1.1.

A password that is the only proof has at least 15 characters; nothing is asked of their kinds;
common passwords and the account's own name are refused; it never has to be changed by the calendar.
"""

import unicodedata
from collections.abc import Collection

from brainviewer.core.accounts.account import AccountError, name_key

SHORTEST = 15
LONGEST = 256
"""Characters; more would only cost time."""
WHAT_IS_ACCEPTABLE = (
    "At least 15 characters. Four or five words that do not belong together are good; "
    "common passwords and your name are not."
)
_SERVICE = "brainviewer"


def normal_form(password: str) -> str:
    """The password as it is hashed: the same however a keyboard composes its characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_form(password: str) -> str:
    """The normal form of a new password. Raises AccountError if its length is not acceptable."""
    normal = normal_form(password)
    if len(normal) < SHORTEST:
        raise AccountError(f"The password has fewer than {SHORTEST} characters.", _ADVICE)
    if len(normal) > LONGEST:
        raise AccountError(f"The password has more than {LONGEST} characters.", "Shorten it.")
    return normal


def check_not_common(password: str, name: str, common: Collection[str]) -> None:
    """Raises AccountError for a common password, or one that is the account's name in a disguise.

    common : case-folded. Compared without case, spaces at the ends, and what is no letter around
    it, and a repeated password as what is repeated.
    """
    whole = name_key(password)
    core = _once(whole.strip("".join(c for c in whole if not c.isalpha())))
    names = {_letters(name), _letters(name)[::-1], _SERVICE}
    names |= {_letters(part) for part in name_key(name).split() if len(part) > 2}
    for form in {whole, _once(whole), core}:
        if form in common:
            raise AccountError("This password is among the most common ones.", _ADVICE)
    if _letters(core) in names or _once(_letters(core)) in names:
        raise AccountError("This password is made of a name that others know.", _ADVICE)


def _letters(text: str) -> str:
    return "".join(c for c in name_key(text) if c.isalpha())


def _once(text: str) -> str:
    """What a text repeats, or the text."""
    at = (text + text).find(text, 1)
    return text[:at] if text else text


_ADVICE = "Four or five words that do not belong together are easy to keep and hard to guess."
