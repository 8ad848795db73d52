"""Saves settings in their file: in the background, and what failed again with the next change."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from brainviewer.app.audit_trail.recording import record
from brainviewer.app.jobs import Jobs
from brainviewer.app.settings.settings_file import save
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError, FileError

log = logging.getLogger(__name__)
SETTINGS = "save settings"
Failed = Callable[[BrainViewerError], object]


class Saving:
    """Saves at once, or as a job; ``path`` None saves nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._jobs: Jobs | None = None
        self._failed: Failed = lambda error: None
        self._unsaved: set[str] = set()
        self._told = False

    def use(self, jobs: Jobs, failed: Failed) -> None:
        """Save in the background from now on.

        failed : told why settings could not be saved: once, until they can be again.
        """
        self._jobs, self._failed = jobs, failed

    def may_change(self, chosen: Sequence[str]) -> bool:
        """Record that settings of these names are changed, where that is wanted.

        False, and the user is told, if it cannot be recorded: they are not to be changed then.
        """
        try:
            if chosen:
                record(Action.SETTINGS, facts={"names": ", ".join(chosen)})
        except BrainViewerError as error:
            self._failed(error)
            return False
        return True

    def finish(self) -> None:
        """Wait until what was changed is in the file."""
        if self._jobs is not None:
            self._jobs.finish(SETTINGS)

    def save(self, settings: Mapping[str, Any], changed: Collection[str]) -> None:
        """Save the settings that were changed, with those that could not be saved before."""
        if self._path is None:
            return
        self._unsaved |= set(changed)
        names, path, ours = frozenset(self._unsaved), self._path, dict(settings)

        def failed(error: BrainViewerError) -> None:
            log.warning("The settings could not be saved.")
            self._unsaved |= names
            if not self._told:
                self._told = True
                advice = "The settings hold until you close, and are saved with the next change."
                self._failed(FileError(error.message, advice))

        def done(_: object = None) -> None:
            self._unsaved -= names
            self._told = False

        if self._jobs is not None:
            self._jobs.save(SETTINGS, lambda: save(path, ours, names), failed, done)
            return
        try:
            save(path, ours, names)
            done()
        except FileError as error:
            failed(error)
