"""A file of annotations: which study they belong to, and the annotations themselves.

JSON with ``format``, ``schema``, ``notice``, ``coordinates`` (words for a human reader),
``study`` (see ``AnnotatedStudy``; older versions did not write it) and ``annotations``. It holds no
file names and no patient names.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import MOST_ANNOTATIONS, why_impossible
from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.core.geometry import Unit
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.study import Study
from brainviewer.files.annotated_study import AnnotatedStudy, annotated_study, told_of
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.writing import write_whole

FORMAT = "BrainViewer annotations"
SCHEMA = 1
MOST_BYTES = 50_000_000
_LONGEST_ID = 64
_UNITS = {"millimetres": Unit.MM, "micrometres": Unit.MICRON, "pixels": Unit.PIXEL}
_THEIR_STUDY = "Open the study that they were made on."
_DAMAGED = "it is damaged"
_OTHER_KIND = "it is of a kind that this version does not know"
_KINDS = frozenset(kind.value for kind in Kind)
_TOO_MANY = f"there are more than {MOST_ANNOTATIONS:,}"


class DamagedFile(FileError):
    """The file can be read, and what it holds is not a file of annotations."""


class NewerFile(FileError):
    """A newer version wrote the file."""


class OtherStudy(FileError):
    """The annotations were made on another study, and whoever asks for it may see them here."""


@dataclass(frozen=True)
class ReadAnnotations:
    """What of a file can be shown on a study.

    left_out : the entries that cannot, as they stand in the file; why : the reason of each.
    """

    annotations: tuple[Annotation, ...] = ()
    left_out: tuple[Any, ...] = ()
    why: tuple[str, ...] = ()

    @property
    def notice(self) -> str:
        """A sentence about what was left out; empty if nothing was."""
        if not self.left_out:
            return ""
        few = len(self.left_out) == 1
        start = "One annotation was" if few else f"{len(self.left_out):,} annotations were"
        return f"{start} left out: {'; '.join(Counter(self.why))}."


@dataclass(frozen=True)
class AnnotationFile:
    """What a file says. name : of the file, for sentences. source : None if it does not say."""

    name: str
    entries: tuple[Any, ...]
    source: AnnotatedStudy | None = None
    coordinates: str = ""

    @property
    def readable(self) -> tuple[Annotation, ...]:
        """The annotations that make sense, wherever they lie."""
        read = map(_read, self.entries[:MOST_ANNOTATIONS])
        return tuple(_with_own_ids([annotation for annotation in read if annotation is not None]))

    def annotations_on(self, study: Study) -> ReadAnnotations:
        """The annotations that are possible on a study; whether it is theirs is not asked."""
        read = [_read(entry) for entry in self.entries[:MOST_ANNOTATIONS]]
        whole = _with_own_ids([annotation for annotation in read if annotation is not None])
        reasons = iter(zip(whole, why_impossible(whole, study.grid), strict=True))
        shown: list[Annotation] = []
        left: list[tuple[Any, str]] = []
        for entry, annotation in zip(self.entries, read, strict=False):
            own, why = (None, _why_unread(entry)) if annotation is None else next(reasons)
            if own is None or why:
                left.append((entry, why))
            else:
                shown.append(own)
        left += [(entry, _TOO_MANY) for entry in self.entries[MOST_ANNOTATIONS:]]
        return ReadAnnotations(
            tuple(shown), tuple(e for e, _ in left), tuple(why for _, why in left)
        )

    def opened_on(
        self, study: Study, *, other_study: bool = False
    ) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
        """The annotations to show on a study, and sentences that must be said beside them.

        Raises what ``check_study`` raises, and FileError if none of the annotations can be shown.
        """
        self.check_study(study, other_study=other_study)
        annotations = self.annotations_on(study)
        if annotations.left_out and not annotations.annotations:
            said = f"None of the annotations in '{self.name}' can be shown on this study."
            raise FileError(f"{said} {annotations.notice}", _THEIR_STUDY)
        return annotations.annotations, tuple(
            filter(None, (*self.notices_on(study), annotations.notice))
        )

    def check_study(self, study: Study, *, other_study: bool = False) -> None:
        """Raises FileError if the annotations say nothing about a study, OtherStudy if they may.

        other_study : the user wants to see annotations of another study on this one.
        """
        made = f"The annotations in '{self.name}' were made on"
        if self.source is None:
            same_unit = _UNITS.get(self.coordinates.split(",")[0]) in (None, study.grid.unit)
        else:
            same_unit = self.source.same_unit(study)
        if not same_unit:
            raise FileError(f"{made} images of another kind or unit.", _THEIR_STUDY)
        if self.source is None or not self.source.content_hash or self.source.is_same(study):
            return
        if not self.source.shares_space(study):
            said = f"{made} another study, whose positions cannot be told on this one."
            raise FileError(said, _THEIR_STUDY)
        if not other_study:
            raise OtherStudy(f"{made} another study.", _THEIR_STUDY)

    def notices_on(self, study: Study) -> tuple[str, ...]:
        """What must be said when the annotations are shown on a study."""
        if self.source is None or not self.source.content_hash:
            said = f"'{self.name}' does not say which study it belongs to"
            return (f"{said}: check that it is this one.",)
        if self.source.is_same(study):
            return ()
        said = f"The annotations of '{self.name}' were made on another study"
        return (f"{said}: check each of them.",)


def save_annotations(
    path: Path,
    annotations: Iterable[Annotation],
    study: Study,
    others: Sequence[Any] = (),
    mode: int = 0o666,
) -> None:
    """Write annotations to a JSON file, whole or not at all. Raises FileError.

    others : entries that cannot be shown and are kept as they are.
    mode : permissions; see ``write_whole``.
    """
    write_whole(path, annotations_content(annotations, study, others), mode)


def annotations_content(
    annotations: Iterable[Annotation], study: Study, others: Sequence[Any] = ()
) -> bytes:
    """The content of the file that ``save_annotations`` writes."""
    header = {
        "format": FORMAT,
        "schema": SCHEMA,
        "notice": RESEARCH_ONLY,
        "coordinates": study.grid.coordinates,
        "study": told_of(study),
    }
    lines = [*map(_line, annotations), *(json.dumps(entry) for entry in others)]
    text = json.dumps(header, indent=1)[: -len("\n}")] + ',\n "annotations": ['
    text += ",".join(f"\n  {line}" for line in lines) + ("\n ]\n}\n" if lines else "]\n}\n")
    # A lone surrogate, as some keyboards can produce, must not stop the saving.
    return text.encode("utf-8", errors="replace")


def read_annotations(path: Path) -> AnnotationFile:
    """What a file that ``save_annotations`` wrote says.

    Raises FileError if it cannot be read, DamagedFile if it is damaged or of another kind, and
    NewerFile if it is of a newer schema.
    """
    return annotations_in(path.name, read_ordinary(path, MOST_BYTES))


def annotations_in(name: str, content: bytes) -> AnnotationFile:
    """What the content of such a file says; see ``read_annotations``. name : for sentences."""
    try:
        return _parsed(name, json.loads(content.decode("utf-8")))
    except SENSELESS as error:
        raise DamagedFile(
            f"'{name}' is not a file of annotations, or it is damaged.",
            "Choose a file that was saved with 'Save annotations as'.",
        ) from error


def entries_by_id(entries: Sequence[Any]) -> dict[str, Any]:
    """Entries by their ids, each with one of its own; of what makes no sense by its content."""
    read = [_read(entry) for entry in entries]
    own = iter(_with_own_ids([annotation for annotation in read if annotation is not None]))
    found: dict[str, Any] = {}
    for entry, annotation in zip(entries, read, strict=True):
        if annotation is None:
            told = json.dumps(entry, sort_keys=True).encode("utf-8", errors="replace")
            found[f"unread-{sha256(told).hexdigest()[:32]}"] = entry
        else:
            name = next(own).id
            found[name] = {**entry, "id": name}
    return found


def _parsed(name: str, content: Any) -> AnnotationFile:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError("another kind of file")
    schema = content.get("schema")
    if not isinstance(schema, int) or schema < 1:
        raise ValueError("no schema")
    if schema > SCHEMA:
        raise NewerFile(
            f"'{name}' was saved by a newer version of BrainViewer.",
            "Update BrainViewer to open it.",
        )
    entries = content["annotations"]
    if not isinstance(entries, list):
        raise TypeError("annotations are a list")
    if entries and all(_read(entry) is None for entry in entries):
        raise ValueError("no annotation in it makes sense")
    words = str(content.get("coordinates", ""))
    return AnnotationFile(name, tuple(entries), annotated_study(content.get("study")), words)


def _read(entry: Any) -> Annotation | None:
    try:
        annotation = Annotation.from_json(entry)
    except SENSELESS:
        return None
    if not entry.get("id") or len(annotation.id) > _LONGEST_ID:
        # The same one at every reading, so that two windows speak of the same annotation.
        known = json.dumps(entry, sort_keys=True).encode("utf-8", errors="replace")
        return replace(annotation, id=sha256(known).hexdigest()[:32])
    return annotation


def _why_unread(entry: Any) -> str:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    return _OTHER_KIND if isinstance(kind, str) and kind not in _KINDS else _DAMAGED


@lru_cache(maxsize=2 * MOST_ANNOTATIONS)
def _line(annotation: Annotation) -> str:
    return json.dumps(annotation.to_json(), ensure_ascii=False)


def _with_own_ids(annotations: Sequence[Annotation]) -> list[Annotation]:
    """The same annotations; one whose id was seen already gets another one."""
    seen: set[str] = set()
    result = []
    for annotation in annotations:
        own, count = annotation, 1
        while own.id in seen:
            count += 1
            own = replace(annotation, id=f"{annotation.id[: _LONGEST_ID - 8]}-{count}")
        seen.add(own.id)
        result.append(own)
    return result
