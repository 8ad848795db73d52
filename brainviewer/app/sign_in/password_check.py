"""Whether a new password is acceptable, without asking anybody over the network."""

from functools import cache

from brainviewer.core.accounts.account import AccountError, name_key
from brainviewer.core.accounts.password_rules import check_form, check_not_common

_TOO_FEW_GUESSES = 1e8
"""What zxcvbn (Wheeler, USENIX Security 2016) calls somewhat guessable at most."""


def check_password(password: str, name: str) -> None:
    """Raises AccountError that says why a new password for an account is refused."""
    normal = check_form(password)
    check_not_common(normal, name, _common())
    from zxcvbn import zxcvbn

    known = [name_key(name), *name_key(name).split(), "brainviewer"]
    told = zxcvbn(normal[:72], user_inputs=known)
    if float(told["guesses"]) < _TOO_FEW_GUESSES:
        said = "This password follows a pattern that is guessed early."
        raise AccountError(said, "Take four or five words that do not belong together.")


@cache
def _common() -> frozenset[str]:
    """The 30,000 most common passwords, case-folded."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(name_key(password) for password in FREQUENCY_LISTS["passwords"])
