"""Annotations on disk: kept as they are made, brought back, and saved as a file of one's own.

The journal lies in the user's data folder, one file for each study, named by the study's content
hash. It holds no file names and no patient names.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from brainviewer.core.annotations import Annotation
from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.user_folders import journal_folder
from brainviewer.files.writing import write_whole

FORMAT = "BrainViewer annotations"
SCHEMA = 1
WORLD = "millimetres, RAS+"
_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Kept:
    """What the journal holds for a study. notice : a sentence if it was damaged, else empty."""

    annotations: tuple[Annotation, ...] = ()
    notice: str = ""


def keep(study_hash: str, annotations: Iterable[Annotation], coordinates: str = WORLD) -> None:
    """Save the annotations of a study as they stand; a study without a hash keeps none.

    coordinates : what positions count in, for whoever reads the file.

    Raises FileError; what was kept before then stays.
    """
    if not study_hash:
        return
    path = _journal_of(study_hash)
    annotations = tuple(annotations)
    try:
        if not annotations:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"Annotations cannot be kept in '{path.parent}': {error.strerror}.",
            "Save them as a file of your own.",
        ) from error
    save_annotations(path, annotations, coordinates)


def restore(study_hash: str) -> Kept:
    """What was kept for a study; a damaged journal is set aside under a new name and told."""
    if not study_hash:
        return Kept()
    path = _journal_of(study_hash)
    if not path.exists():
        return Kept()
    try:
        return Kept(load_annotations(path))
    except FileError:
        return Kept(notice=_set_aside(path))


def save_annotations(
    path: Path, annotations: Iterable[Annotation], coordinates: str = WORLD
) -> None:
    """Write annotations to a JSON file, whole or not at all; see ``keep``. Raises FileError."""
    content = {
        "format": FORMAT,
        "schema": SCHEMA,
        "coordinates": coordinates,
        "annotations": [annotation.to_json() for annotation in annotations],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    # A lone surrogate, as some keyboards can produce, must not stop the saving.
    write_whole(path, text.encode("utf-8", errors="replace"))


def load_annotations(path: Path) -> tuple[Annotation, ...]:
    """The annotations of a file that ``save_annotations`` wrote.

    Raises FileError if it is missing, damaged, of another kind or of a newer schema.
    """
    damaged = FileError(
        f"'{path.name}' is not a file of annotations, or it is damaged.",
        "Choose a file that was saved with 'Save annotations as'.",
    )
    try:
        content = json.loads(read_ordinary(path, _MOST_BYTES).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise damaged from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise damaged
    schema = content.get("schema")
    if not isinstance(schema, int) or schema < 1:
        raise damaged
    if schema > SCHEMA:
        raise FileError(
            f"'{path.name}' was saved by a newer version of BrainViewer.",
            "Update BrainViewer to open it.",
        )
    try:
        annotations = [Annotation.from_json(entry) for entry in content["annotations"]]
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise damaged from error
    return _with_own_ids(annotations)


def _journal_of(study_hash: str) -> Path:
    if not re.fullmatch(r"[0-9A-Za-z_-]+", study_hash):
        raise ValueError("a content hash is made of letters and digits")
    return journal_folder() / f"{study_hash}.json"


def _set_aside(path: Path) -> str:
    aside = path.with_name(path.name + ".damaged")
    while aside.exists():
        aside = path.with_name(f"{path.name}.{uuid4().hex[:8]}.damaged")
    try:
        path.rename(aside)
    except OSError:
        return f"The saved annotations of this study cannot be read; they lie in '{path}'."
    return f"The saved annotations of this study were damaged; they were set aside as '{aside}'."


def _with_own_ids(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """The same marks; one whose id was seen already gets a new one."""
    seen: set[str] = set()
    result = []
    for annotation in annotations:
        own = annotation if annotation.id not in seen else replace(annotation, id=uuid4().hex)
        seen.add(own.id)
        result.append(own)
    return tuple(result)
