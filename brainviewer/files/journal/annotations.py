"""Annotations kept as they are made, and brought back when their study is opened again.

Several windows may write those of one study: what each of them changed since it last looked is
brought into what is there, under a lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.errors import FileError
from brainviewer.core.study import Study
from brainviewer.files.annotation_file import AnnotationFile
from brainviewer.files.journal.older_files import has_older_files
from brainviewer.files.journal.sentences import Words
from brainviewer.files.journal.standing import ANNOTATION
from brainviewer.files.journal.study_file import StudyFile

WORDS = Words("The annotations", "the annotations", "Keep new ones with 'Save annotations as'")


@dataclass(frozen=True)
class Restored:
    """What the journal holds for a study. notice : a sentence if something is amiss, else empty."""

    annotations: tuple[Annotation, ...] = ()
    notice: str = ""


class AnnotationJournal:
    """The annotations of one study on disk; a study without a hash has none there."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._file = StudyFile(study.content_hash, WORDS)
        self._entries: dict[str, Any] = {}
        self._shown: tuple[Annotation, ...] = ()
        """Of these entries, what can be shown."""
        self._left_out = ""
        self._known: tuple[Annotation, ...] = ()
        """What this window and the journal had when they last met."""
        self._behind: tuple[Annotation, ...] | None = None
        """What was known before the first change that could not be kept yet."""
        self._tried: dict[str, Annotation | None] = {}
        """What was last tried to be kept of each since; None: to be deleted."""

    def restore(self) -> Restored:
        """What was kept. A journal that makes no sense is set aside under a new name and told.

        One that cannot be read now, or that a newer version wrote, stays where it is and is told.
        """
        file = self._file
        if not file.hash or not (file.changed_elsewhere or has_older_files(file.hash)):
            return Restored(notice=file.told())
        try:
            with file.alone():
                there = self._there()
                if file.standing.empty:
                    file.tidy()
        except FileError as error:
            return Restored(notice=str(error))
        self._known = there
        return Restored(there, self._told())

    @property
    def changed_elsewhere(self) -> bool:
        """Whether another window has written since this one last looked."""
        return bool(self._file.hash) and self._file.changed_elsewhere

    def keep(
        self, annotations: Sequence[Annotation], before: Sequence[Annotation] | None = None
    ) -> Restored:
        """Bring what changed here into what is on disk; returns both together.

        Of an annotation that was changed in two windows the later change stays.

        before : what ``annotations`` was before the change, if that is not what ``restore`` or
            ``keep`` returned last: while this writes in a thread, the user goes on.

        Raises FileError; what was kept before then stays, and the next call tries again.
        """
        if not self._file.hash:
            return Restored(tuple(annotations))
        if before is not None and self._behind is None:
            self._behind = tuple(before)
        if self._behind is not None:
            annotations = merged(self._behind, annotations, self._known)
        with self._file.alone():
            kept = self._there()
            # What is gone deletes nothing of what is known: the folder may be away for a while.
            there = kept if self._file.is_there else self._known
            together = merged(self._met(there), annotations, there)
            changes = _changes(kept, together)
            self._tried.update({one["id"]: None for one in changes})
            self._tried.update({one.id: one for one in together if one.id in self._tried})
            self._file.add(changes)
            self._known, self._behind, self._tried = together, None, {}
            self._entries, self._shown = dict(self._file.standing.annotations), together
        return Restored(together, self._told())

    def _met(self, there: Sequence[Annotation]) -> tuple[Annotation, ...]:
        """What both knew; what could not be kept may be there all the same, and is ours then."""
        theirs = {one.id: one for one in there}
        known = {one.id: one for one in self._known}
        for name, tried in self._tried.items():
            if theirs.get(name) == tried:
                known.pop(name, None)
                if tried is not None:
                    known[name] = tried
        return tuple(known.values())

    def _told(self) -> str:
        """What is amiss, each thing once."""
        left, self._left_out = self._left_out, ""
        kept = f"{left} What was left out stays in '{self._file.path}'." if left else ""
        return " ".join(filter(None, (self._file.told(), kept)))

    def _there(self) -> tuple[Annotation, ...]:
        """What the journal holds that can be shown; read again only where it is another."""
        entries = self._file.standing.annotations
        if entries != self._entries:
            found = AnnotationFile("", tuple(entries.values())).annotations_on(self._study)
            self._entries, self._shown = dict(entries), found.annotations
            self._left_out = found.notice
        return self._shown


def _changes(there: Sequence[Annotation], together: Sequence[Annotation]) -> list[dict[str, Any]]:
    """The entries that make one of the other."""
    before = {annotation.id: annotation for annotation in there}
    after = {annotation.id for annotation in together}
    return [
        *({"kind": ANNOTATION, "id": name, "gone": True} for name in before if name not in after),
        *(
            {"kind": ANNOTATION, "id": one.id, "value": one.to_json()}
            for one in together
            if before.get(one.id) != one
        ),
    ]


def merged(
    before: Sequence[Annotation], here: Sequence[Annotation], there: Sequence[Annotation]
) -> tuple[Annotation, ...]:
    """What two windows made of the same annotations, by their ids.

    before : what both knew. here : of the window that changes last; its changes win. there : of
        the other one.
    """
    known = {annotation.id: annotation for annotation in before}
    theirs = {annotation.id: annotation for annotation in there}
    kept = (
        theirs.get(annotation.id) if known.get(annotation.id) == annotation else annotation
        for annotation in here
    )
    ours = {annotation.id for annotation in here}
    new = (
        annotation
        for annotation in there
        if annotation.id not in ours and annotation.id not in known
    )
    return (*filter(None, kept), *new)
