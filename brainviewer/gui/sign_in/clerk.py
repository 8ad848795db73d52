"""Looks at passwords in the background: that takes tenths of a second, on purpose."""

from collections.abc import Callable

from brainviewer.app.jobs import Jobs
from brainviewer.app.sign_in.signing_in import (
    MustWait,
    WrongPassword,
    change_password,
    sign_in,
    wait_seconds,
)
from brainviewer.core.accounts.account import AccountError
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Reader

_KEY = "password"


class Refusal(AccountError):
    """seconds : until the next password is looked at; what is said then lacks the advice."""

    def __init__(self, error: BrainViewerError, seconds: float) -> None:
        super().__init__(error.message, error.advice)
        self.seconds = seconds

    @property
    def sentence(self) -> str:
        """What is said beside the seconds that are counted down."""
        return self.message if self.seconds else str(self)


class Clerk:
    """One question at a time; exactly one of the callbacks follows on the main thread."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def sign_in(
        self,
        name: str,
        password: str,
        proven: Callable[[Reader], object],
        failed: Callable[[BrainViewerError], object],
    ) -> None:
        """failed : with a Refusal, PasswordMustChange, or what else is wrong."""
        self._ask(lambda: sign_in(name, password), name, proven, failed)

    def change_password(
        self,
        name: str,
        passwords: tuple[str, str],
        proven: Callable[[Reader], object],
        failed: Callable[[BrainViewerError], object],
    ) -> None:
        """passwords : the old one and the new one."""
        self._ask(lambda: change_password(name, *passwords), name, proven, failed)

    def _ask(
        self,
        ask: Callable[[], Reader],
        name: str,
        proven: Callable[[Reader], object],
        failed: Callable[[BrainViewerError], object],
    ) -> None:
        def work(_: object) -> Reader:
            try:
                return ask()
            except MustWait as error:
                raise Refusal(error, error.seconds) from None
            except WrongPassword as error:
                raise Refusal(error, wait_seconds(name)) from None

        self._jobs.start(_KEY, work, proven, failed, shown=False)
