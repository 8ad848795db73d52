"""The window presets of the user: which there are, and what becomes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from brainviewer.app.jobs import Jobs
from brainviewer.app.settings.saving import SETTINGS
from brainviewer.app.settings.settings import Settings
from brainviewer.app.settings.window_presets import MOST_PRESETS
from brainviewer.app.voi.preset_file import read_presets, write_presets
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.core.voi.own_presets import (
    OwnPreset,
    checked_name,
    fitting,
    read_preset,
    scanner_of,
)

PRESETS = "window_presets"
"""The setting, for those who listen to its changes."""


class OwnPresets:
    """Which there are, in the order of the menu. Kept in the settings, which tell of changes."""

    def __init__(self, settings: Settings, jobs: Jobs) -> None:
        self._settings, self._jobs = settings, jobs

    @property
    def all(self) -> tuple[OwnPreset, ...]:
        """All of them."""
        return kept_presets(self._settings)

    def called(self, name: str, volume: Volume, *, this_scanner: bool) -> OwnPreset | None:
        """The one that a new one of this name would take the place of."""
        key = scanner_of(volume).key if this_scanner else ""
        place = volume.modality.value, key, " ".join(name.split()).casefold()
        return next((one for one in self.all if one.place == place), None)

    def save(self, preset: OwnPreset) -> None:
        """Add a preset, or put it in the place of the one of its name.

        Raises BrainViewerError if there are too many.
        """
        known = self._now()
        if any(one.place == preset.place for one in known):
            known = [preset if one.place == preset.place else one for one in known]
        else:
            known.append(preset)
        self._keep(known, preset)

    def rename(self, preset: OwnPreset, name: str) -> OwnPreset:
        """Give a preset another name. Raises BrainViewerError if that cannot be."""
        renamed = replace(preset, name=checked_name(preset.modality, name))
        known = self._now()
        if any(one.place == renamed.place != preset.place for one in known):
            said = f"There is another preset called '{renamed.name}' for {preset.modality}."
            raise BrainViewerError(said, "Choose another name.")
        self._keep([renamed if one.place == preset.place else one for one in known])
        return renamed

    def delete(self, preset: OwnPreset) -> None:
        """Forget a preset."""
        self._keep([one for one in self._now() if one.place != preset.place])

    def open_with(self, preset: OwnPreset, opens: bool) -> None:
        """Let studies open with a preset, or not."""
        changed = replace(preset, opens=opens)
        known = [changed if one.place == preset.place else one for one in self._now()]
        self._keep(known, changed)

    def move(self, preset: OwnPreset, by: int) -> None:
        """Put a preset so many places further down the list."""
        known = self._now()
        at = next((n for n, one in enumerate(known) if one.place == preset.place), None)
        if at is not None:
            one = known.pop(at)
            known.insert(min(max(at + by, 0), len(known)), one)
            self._keep(known)

    def take_over(self, path: Path) -> tuple[int, str]:
        """Add the presets of a file, in the place of those of the same names.

        Returns how many there are, and a sentence on what was left out, or "". Raises FileError for
        a file from elsewhere, BrainViewerError if there would be too many; nothing is changed then.
        """
        found, left_out = read_presets(path)
        known = {one.place: one for one in self._now()}
        known.update({one.place: one for one in found})
        self._keep(list(known.values()), *found)
        return len(found), left_out

    def export(self, path: Path) -> None:
        """Write all to a file. Raises FileError."""
        write_presets(path, self.all)

    def _now(self) -> list[OwnPreset]:
        """All of them, those of another window among them."""
        if self._settings.path is not None:
            self._jobs.finish(SETTINGS)  # what is on disk is read
            return list(kept_presets(Settings.load(self._settings.path)))
        return list(self.all)

    def _keep(self, known: Sequence[OwnPreset], *new: OwnPreset) -> None:
        """Keep these; where a new one opens studies, others of its place do no more."""
        if len(known) > MOST_PRESETS:
            said = f"There would be more than {MOST_PRESETS} presets. Nothing was changed."
            raise BrainViewerError(said, "Delete some first.")
        kept = _one_opens(known, new)
        self._settings.update(window_presets=tuple(one.stored() for one in kept))


def opening_presets(settings: Settings, study: Study) -> dict[Modality, OwnPreset]:
    """Those that a study opens with, by sequence; one for its scanner goes first."""
    own = [one for one in kept_presets(settings) if one.opens]
    found = {m: fitting(own, volume) for m, volume in study.volumes.items()}
    return {m: max(some, key=lambda one: bool(one.scanner)) for m, some in found.items() if some}


def kept_presets(settings: Settings) -> tuple[OwnPreset, ...]:
    """The presets that settings hold, in the order of the menu."""
    return tuple(map(read_preset, settings.window_presets))


def _one_opens(known: Iterable[OwnPreset], new: Sequence[OwnPreset]) -> list[OwnPreset]:
    """The same, of which one at most opens the studies of a sequence and a scanner, the newest."""
    known = list(known)
    last = {(one.modality, one.scanner): one.place for one in (*known, *new) if one.opens}
    return [
        replace(one, opens=one.opens and last[one.modality, one.scanner] == one.place)
        for one in known
    ]
