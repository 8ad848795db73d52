"""The looks of the user: which there are, and what becomes of them."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.settings.saving import SETTINGS
from brainviewer.app.settings.settings import MOST_LOOKS, Settings
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError
from brainviewer.painting.volume.looks.own_look import OwnLook, checked_name, name_key, read_look

LOOKS = "volume_looks"
"""The setting, for those who listen to its changes."""


class OwnLooks:
    """Which there are, in the order they were made. Kept in the settings.

    What of them makes no sense is left out, told once, and stays in the settings as it is.
    """

    def __init__(self, settings: Settings, jobs: Jobs, notices: Notices) -> None:
        self._settings, self._jobs, self._notices = settings, jobs, notices
        self._told = False

    @property
    def all(self) -> tuple[OwnLook, ...]:
        """All of them that can be used."""
        return kept_looks(self._settings)

    def tell_damaged(self) -> None:
        """Tell the user once what of them cannot be used."""
        if not self._told and (said := damaged_looks(self._settings)):
            self._told = True
            self.tell(said)

    def tell(self, said: str) -> None:
        """A sentence for the user that asks for caution."""
        self._notices.tell(said, "caution")

    def called(self, name: str) -> OwnLook | None:
        """The one that a new one of this name would take the place of."""
        wanted = name_key(name)
        return next((one for one in self.all if name_key(one.name) == wanted), None)

    def save(self, look: OwnLook) -> None:
        """Add a look, or put it in the place of the one of its name.

        Raises BrainViewerError if there are too many.
        """
        known = self._now()
        at = _index(known, look.name)
        if at is None and len(known) >= MOST_LOOKS:
            raise BrainViewerError(f"There are {MOST_LOOKS} looks of yours.", "Delete some first.")
        if at is None:
            known.append(look.stored())
        else:
            known[at] = look.stored()
        self._keep(known)

    def rename(self, look: OwnLook, name: str) -> OwnLook:
        """Give a look another name. Raises BrainViewerError if that cannot be."""
        renamed = OwnLook(checked_name(name), look.look)
        known = self._now()
        at, other = _index(known, look.name), _index(known, renamed.name)
        if other is not None and other != at:
            said = f"There is another look called '{renamed.name}'."
            raise BrainViewerError(said, "Choose another name.")
        if at is not None:
            known[at] = renamed.stored()
            self._keep(known)
        return renamed

    def delete(self, look: OwnLook) -> None:
        """Forget a look."""
        known = self._now()
        if (at := _index(known, look.name)) is not None:
            del known[at]
            self._keep(known)

    def _now(self) -> list[Any]:
        """All of them as they are stored, those of another window among them."""
        if self._settings.path is not None:
            self._jobs.finish(SETTINGS)  # what is on disk is read
            return list(Settings.load(self._settings.path).volume_looks)
        return list(self._settings.volume_looks)

    def _keep(self, known: Sequence[Any]) -> None:
        self._settings.update(volume_looks=tuple(known))


def kept_looks(settings: Settings) -> tuple[OwnLook, ...]:
    """The looks that settings hold, without those that are damaged or have the name of another."""
    found: dict[str, OwnLook] = {}
    for stored in settings.volume_looks:
        with suppress(BrainViewerError):
            one = read_look(stored)
            found.setdefault(name_key(one.name), one)
    return tuple(found.values())


def damaged_looks(settings: Settings) -> str:
    """A sentence on what of the looks in the settings cannot be used, or "" ."""
    wrong = []
    for stored in settings.volume_looks:
        try:
            read_look(stored)
        except BrainViewerError as error:
            wrong.append(error)
    if not wrong:
        return ""
    return f"{counted(len(wrong), 'look of yours is', 'looks of yours are')} left out: {wrong[0]}"


def _index(known: Sequence[Any], name: str) -> int | None:
    """Which of the stored looks has a name."""
    for at, stored in enumerate(known):
        called = stored.get("name") if isinstance(stored, dict) else None
        if isinstance(called, str) and name_key(called) == name_key(name):
            return at
    return None
