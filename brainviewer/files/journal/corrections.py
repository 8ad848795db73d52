"""Corrections of a segmentation kept step by step, and brought back when their study is opened.

The window that corrects first holds the correction, by the lock of a file beside the journal.
"""

import json
import os
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Step
from brainviewer.core.errors import FileError
from brainviewer.core.study import Study
from brainviewer.files.durable.disk import disk
from brainviewer.files.journal.correction_content import (
    SENSELESS,
    correction_content,
    correction_of,
    told_base,
    told_step,
)
from brainviewer.files.journal.older_files import has_older_files
from brainviewer.files.journal.sentences import Words
from brainviewer.files.journal.standing import CORRECTION, HELD, CorrectionEntries
from brainviewer.files.journal.study_file import StudyFile
from brainviewer.files.locks import try_lock
from brainviewer.files.own_file import free_name
from brainviewer.files.user_folders import OWN_FILE, make_own_folder
from brainviewer.files.writing import write_whole

WORDS = Words(
    "Corrections",
    "the segmentation",
    "Save the segmentation as a file before you close the study",
)
_TRIES = 20


class CorrectionJournal:
    """The correction of one study on disk; a study without a hash has none there."""

    def __init__(self, study: Study) -> None:
        self._shape = study.grid.shape
        self._file = StudyFile(study.content_hash, WORDS)
        self._place = self._file.path.with_suffix(HELD)
        self._lock: int | None = None
        self._owed: list[dict[str, Any]] = []
        """What could not be kept yet: nothing that follows makes sense without it."""
        self._run, self._n = "", -1
        self._mine = CorrectionEntries()
        """All of it as it is here, also what could not be kept yet."""
        self._seen = ""
        """The id of the correction that was read, or written, here."""
        self._elsewhere = False

    def restore(self) -> tuple[KeptCorrection | None, str]:
        """What was kept, and a sentence if something is amiss.

        A correction that makes no sense is set aside and told; what follows a step that is damaged
        is left out.
        """
        file = self._file
        if not file.hash or not (file.changed_elsewhere or has_older_files(file.hash)):
            return None, ""
        try:
            with file.alone():
                entries, said = file.standing.correction, file.told()
                if entries.begin is None:
                    return None, said
                self._hold()
                try:
                    kept = correction_of(entries, file.hash, self._shape)
                except SENSELESS:
                    return None, self._set_aside()
        except FileError as error:
            return None, str(error)
        self._run = self._seen = entries.run
        self._n, self._mine = entries.n, deepcopy(entries)
        if not kept.steps.can_undo and not kept.steps.can_redo:
            return None, said
        if len(kept.steps.done) < len(entries.done):
            self._owe_anew(kept)  # new steps follow those that make sense
        return kept, said

    def begin(self, base: Base) -> None:
        """Write what is corrected; what was there before goes. Raises FileError."""
        self._owe_base(base)
        self._write()

    def replace(self, kept: KeptCorrection) -> str:
        """Let another correction take the place of what is kept.

        Returns a sentence that says where the one before lies now; empty if there was none, or
        the same. Raises FileError.
        """
        if not self._file.hash:
            return ""
        before, said = self.restore()
        if before is not None and not np.array_equal(before.labels, kept.labels):
            aside = free_name(
                self._file.path.with_suffix(".correction"), f"{uuid4().hex[:8]}.before"
            )
            write_whole(aside, correction_content(self._file.hash, before), OWN_FILE)
            said = (
                "Another correction of this study was kept on this computer; it is set aside as "
                f"'{aside}'."
            )
        self._owe_anew(kept)
        self._write()
        return said

    def add(self, step: Step, first: Base | None = None) -> None:
        """Write a step that was made. Raises FileError; it is then written with the next one.

        first : what is corrected, if this is the first step.
        """
        if first is not None:
            self._owe_base(first)
        self._owe({"step": told_step(step)})
        self._write()

    def move(self, by: int) -> None:
        """Write that a step was taken back (-1) or made again (1); see ``add``."""
        self._owe({"move": by})
        self._write()

    def close(self) -> None:
        """Let another window correct."""
        lock, self._lock = self._lock, None
        if lock is not None:
            with suppress(OSError):
                disk().unlink(self._place)
            disk().close(lock)

    def _owe(self, entry: dict[str, Any]) -> None:
        self._n += 1
        self._owed.append({"kind": CORRECTION, "run": self._run, "n": self._n, **entry})
        self._mine.follow(self._owed[-1])

    def _owe_base(self, base: Base) -> None:
        self._run, self._n, self._owed = uuid4().hex, -1, []
        self._owe({"begin": told_base(self._file.hash, base)})

    def _owe_anew(self, kept: KeptCorrection) -> None:
        self._owe_base(kept.base)
        for step in (*kept.steps.done, *reversed(kept.steps.undone)):
            self._owe({"step": told_step(step)})
        for _ in kept.steps.undone:
            self._owe({"move": -1})

    def _write(self) -> None:
        """Keep what is owed, in its order; a part may be there from a time before."""
        if not self._file.hash:
            return
        with self._file.alone():
            self._hold()
            there = self._file.standing.correction
            if there.run == self._run:
                owed = [entry for entry in self._owed if entry["n"] > there.n]
            else:  # begun here, or gone from there
                if there.begin is not None and there.run != self._seen:
                    self._write_aside("before")  # nobody has seen it here
                owed = list(self._mine.entries())
            self._file.add(owed)
            self._owed, self._seen = [], self._run

    def _hold(self) -> None:
        """Be the window that corrects. Raises FileError if another one is."""
        if self._lock is not None:
            return
        for _ in range(0 if self._elsewhere else _TRIES):
            try:
                make_own_folder(self._place.parent)
                lock = disk().open(self._place, os.O_RDWR | os.O_CREAT, OWN_FILE)
            except OSError as error:
                raise self._file.not_kept(error) from None
            try:
                free = try_lock(lock)
                gone = not os.fstat(lock).st_nlink
            except OSError:  # where there are no locks, nothing is locked
                free, gone = True, False
            if free and not gone:
                self._lock = lock
                return
            disk().close(lock)
            if not gone:
                break
        # Also later: the correction of that window is not what is edited here.
        self._elsewhere, self._owed = True, []
        raise FileError(
            "Another window corrects the segmentation of this study; what is changed here is not "
            "kept.",
            "Correct it there, or close that window and open the study again.",
        )

    def _set_aside(self) -> str:
        """The correction makes no sense on this study: it leaves the journal; the file is held."""
        there, aside = self._file.standing.correction, self._write_aside("damaged")
        entry = {"kind": CORRECTION, "run": there.run, "n": there.n + 1, "drop": True}
        self._file.add([entry])
        return (
            f"The saved correction of the segmentation was damaged; it is set aside as '{aside}'."
        )

    def _write_aside(self, ending: str) -> Path:
        """Write the correction that stands beside the journal."""
        path = free_name(self._file.path.with_suffix(".correction"), ending)
        told = [json.dumps(entry) for entry in self._file.standing.correction.entries()]
        write_whole(path, "\n".join(told).encode("utf-8", "replace"), OWN_FILE)
        return path
