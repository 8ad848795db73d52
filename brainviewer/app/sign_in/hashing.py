"""Passwords as hashes: argon2id, with the second parameters of RFC 9106.

64 MiB, 3 passes, 4 lanes: 0.05 to 0.3 s on a workstation. Hashes of other parameters are made
anew at the next sign-in.
"""

from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from brainviewer.core.accounts.account import AccountError
from brainviewer.core.accounts.password_rules import LONGEST, normal_form


@dataclass(frozen=True)
class Hashing:
    """How passwords are hashed. memory : KiB."""

    passes: int = 3
    memory: int = 65_536
    lanes: int = 4

    def hash(self, password: str) -> str:
        """The hash of a password, with its salt and parameters."""
        return _hasher(self).hash(_bytes(password))

    def _is_too_costly(self, hashed: str) -> bool:
        """Whether a hash asks for more than any version has: it would hold up, or kill, sign-in.

        Raises InvalidHashError.
        """
        asked = extract_parameters(hashed)
        memory, passes = asked.memory_cost, asked.time_cost
        return memory > _MOST_MEMORY or passes > _MOST_PASSES or asked.parallelism > _MOST_LANES

    def is_right(self, hashed: str | None, password: str) -> bool:
        """Whether a password has a hash; None, for which nothing is right, takes as long."""
        try:
            if hashed and self._is_too_costly(hashed):
                return False
            right = _hasher(self).verify(hashed or _nobodys(self), _bytes(password))
        except (VerifyMismatchError, InvalidHashError):
            return False
        except VerificationError:
            raise AccountError(
                "There is not enough memory to look at the password.", "Close other programs."
            ) from None
        return right and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters."""
        return _hasher(self).check_needs_rehash(hashed)


USUAL = Hashing()
_MOST_MEMORY, _MOST_PASSES, _MOST_LANES = 1 << 20, 16, 16
"""Of a hash that is looked at; memory in KiB."""


def _bytes(password: str) -> bytes:
    # No password is longer; what is would only cost time.
    return normal_form(password[: 4 * LONGEST]).encode("utf-8", "surrogatepass")


@lru_cache(4)
def _hasher(how: Hashing) -> PasswordHasher:
    return PasswordHasher(time_cost=how.passes, memory_cost=how.memory, parallelism=how.lanes)


def _nobodys(how: Hashing) -> str:
    """A hash of no password, made without work, that is looked at for names without an account."""
    parameters = f"m={how.memory},t={how.passes},p={how.lanes}"
    return f"$argon2id$v=19${parameters}${'A' * 22}${'A' * 43}"
