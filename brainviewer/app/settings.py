"""What is remembered between starts: a small JSON file in the user's settings folder."""

import json
import logging
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from brainviewer.app.jobs import Jobs
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.slices import Convention
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.user_folders import OWN_FILE, make_own_folder, settings_folder
from brainviewer.files.writing import write_whole

log = logging.getLogger(__name__)
RECENT = 8
SETTINGS = "save settings"
Failed = Callable[[BrainViewerError], object]
_MOST_BYTES = 1_000_000
_CHOICES = {
    "engine": ("auto", "onnx", "tensorflow"),
    "theme": ("dark", "light", "system"),
}


@dataclass
class Settings:
    """Choices of the user; ``path`` None keeps them in memory only.

    recent : studies opened lately, newest first; each a list of paths.
    theme : ``dark``, ``light`` or ``system``.
    engine : ``auto``, ``onnx`` or ``tensorflow``.
    prevalence : how frequent the classes are taken to be, by the name that the model's card gives
        it; empty for what the model was calibrated for. ``picture_prevalence`` is that of the
        model of single images, whose settings are others.
    model, image_model : ids of the models that answer for studies and for single images; empty for
        those that come with the application.
    folded : names of the sections whose content is hidden, separated by commas.
    """

    path: Path | None = None
    recent: tuple[tuple[str, ...], ...] = ()
    theme: str = "dark"
    convention: Convention = Convention.RADIOLOGICAL
    engine: str = "auto"
    prevalence: str = ""
    picture_prevalence: str = ""
    model: str = ""
    image_model: str = ""
    folded: str = ""
    classify_on_opening: bool = True
    smooth_pixels: bool = True
    hints_seen: bool = False
    window_state: str = ""

    @classmethod
    def load(cls, path: Path | None = None) -> "Settings":
        """Read the settings; what is damaged or unknown falls back to its default."""
        path = path or settings_folder() / "settings.json"
        settings = cls(path)
        try:
            stored = _on_disk(path)
        except FileError:
            log.warning("The settings cannot be read now; the defaults are used.")
            return settings
        for item in fields(cls):
            if item.name in stored and item.name != "path":
                default = getattr(settings, item.name)
                try:
                    value = _as_setting(stored[item.name], default)
                except (TypeError, ValueError):
                    continue
                if value in _CHOICES.get(item.name, (value,)):
                    setattr(settings, item.name, value)
        return settings

    def __post_init__(self) -> None:
        self._jobs: Jobs | None = None
        self._failed: Failed = lambda error: None
        self._unsaved: set[str] = set()
        self._told = False

    def save_in(self, jobs: Jobs, failed: Failed) -> None:
        """Save in the background from now on.

        failed : told why settings could not be saved: once, until they can be again.
        """
        self._jobs, self._failed = jobs, failed

    def update(self, **changes: Any) -> None:
        """Change some settings and save them; what another window changed stays.

        A file that cannot be read now is left as it is. What could not be saved is saved with the
        next change.
        """
        for name, value in changes.items():
            setattr(self, name, value)
        if self.path is None:
            return
        self._unsaved |= changes.keys()
        names, path = frozenset(self._unsaved), self.path
        ours = {name: value for name, value in asdict(self).items() if name != "path"}

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
            self._jobs.save(SETTINGS, lambda: _save(path, ours, names), failed, done)
            return
        try:
            _save(path, ours, names)
            done()
        except FileError as error:
            failed(error)

    def remember_study(self, paths: Sequence[Path]) -> None:
        """Put a study at the top of the recent ones."""
        entry = tuple(str(Path(p).absolute()) for p in paths)
        if self._jobs is not None:
            self._jobs.finish(SETTINGS)  # what is on disk is read
        known = self.path is not None and Settings.load(self.path).recent
        self.update(recent=(entry, *(r for r in known or self.recent if r != entry))[:RECENT])


def _save(path: Path, ours: dict[str, Any], names: Collection[str]) -> None:
    """Bring the settings of these names into the file; the others as far as it has none."""
    stored = {**ours, **_on_disk(path), **{name: ours[name] for name in names}}
    try:
        make_own_folder(path.parent)
    except OSError as error:
        said = f"The settings cannot be saved in '{path.parent}': {error.strerror}."
        raise FileError(said, "Choose another folder.") from None
    write_whole(path, json.dumps(stored, indent=1).encode(), OWN_FILE)


def _on_disk(path: Path) -> dict[str, Any]:
    """What a file of settings holds; nothing if there is none, or if it makes no sense.

    Raises FileError if it cannot be read now.
    """
    if not os.path.lexists(path):
        return {}
    try:
        stored = json.loads(read_ordinary(path, _MOST_BYTES))
    except (ValueError, RecursionError):
        stored = None
    if not isinstance(stored, dict):
        log.warning("The settings are damaged; the defaults are used.")
        return {}
    return stored


def _as_setting(stored: Any, default: Any) -> Any:
    """A stored value in the type of its default. Raises TypeError or ValueError if it has none."""
    if isinstance(default, tuple):
        entries = [entry for entry in stored if entry and isinstance(entry, list)]
        return tuple(tuple(map(str, paths)) for paths in entries[:RECENT])
    if not isinstance(stored, bool if isinstance(default, bool) else str):
        raise TypeError("damaged")
    return type(default)(stored)
