"""Beginning and ending the audit trail; where there are accounts, an administrator does it."""

from dataclasses import dataclass

from brainviewer.app.audit_trail.permission import require_administrator
from brainviewer.app.audit_trail.recording import NO_FACTS, begin, own_trail, record
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError
from brainviewer.files.audit_trail.key_place import KeyPlace


@dataclass(frozen=True)
class Begun:
    """What was begun. place : where the key lies. aside : the folder of the trail before."""

    place: KeyPlace
    aside: str = ""

    @property
    def sentence(self) -> str:
        """What was begun, and where the key is."""
        where = {
            KeyPlace.KEYRING: "in the system's keyring",
            KeyPlace.FILE: "in a file that only you can read, since there is no keyring here",
        }[self.place]
        kept = f" The trail before is kept in the folder '{self.aside}'." if self.aside else ""
        return f"What is done is recorded from now on. The key lies {where}.{kept}"


def start(*, anew: bool = False) -> Begun:
    """Record from now on.

    anew : put a trail whose key is away, or that was tampered with, aside before.
    Raises FileError, and BrainViewerError if what is done is recorded already.
    """
    require_administrator()
    trail = own_trail()
    aside = trail.set_aside() if anew else ""
    if trail.begun and trail.count and not trail.stopped:
        said = "What is done is recorded already."
        raise BrainViewerError(said, "See it with 'brainviewer audit-trail show'.")
    return Begun(begin({"aside": aside} if aside else NO_FACTS).place, aside)


def stop() -> None:
    """Record no more; that is recorded. Raises BrainViewerError if nothing is recorded."""
    require_administrator()
    if not record(Action.STOPPED):
        raise BrainViewerError(
            "Nothing is recorded.", "Begin with 'brainviewer audit-trail start'."
        )
