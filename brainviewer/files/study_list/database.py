"""The database of the study list: SQLite in the user's data folder, for the user alone.

Studies are keyed by their content, and places by a hash of paths, sizes and times: no name of a
patient, file or folder is stored.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.files.database.forgiving import ForgivingDatabase
from brainviewer.files.database.schema import DatabaseError, Schema
from brainviewer.files.study_list.entry import KeptClassification, KeptFinding, StudyEntry
from brainviewer.files.user_folders import data_folder

Kept = TypeVar("Kept", KeptFinding, KeptClassification)
_AT_ONCE = 500
_FINDING = ", ".join(f"finding_{item.name}" for item in fields(KeptFinding))
_CLASSIFICATION = ", ".join(f"class_{item.name}" for item in fields(KeptClassification))
SCHEMA = Schema(
    "the study list",
    (
        (
            """CREATE TABLE studies (content TEXT PRIMARY KEY, sequences TEXT, thumbnail BLOB,
                finding_time, finding_method, finding_network, finding_found, finding_volume_ml,
                finding_enhancing_ml, finding_product_mm2, finding_cut_off,
                class_time, class_model, class_predicted, class_name, class_probability,
                class_in_scope, class_confident)""",
            "CREATE TABLE places (place TEXT PRIMARY KEY, content TEXT NOT NULL)",
        ),
    ),
    "Until then, what is found is kept until you close BrainViewer.",
    (
        "The study list was damaged and is begun anew; earlier results are not in it.",
        "Open the studies again to fill it. The damaged file is kept as '{aside}'.",
    ),
)


def database_file() -> Path:
    """Where the database lies."""
    return data_folder() / "studies.sqlite"


class StudyDatabase:
    """What is known of studies; safe to be called from any thread. Opened when it is first used.

    A file that cannot be used is left as it is and replaced by one in memory; one that is damaged
    is set aside under a new name, and a new one begun. Studies are listed and read whatever becomes
    of the file: ``entries`` and ``keep_study`` raise nothing, ``keep_finding`` and
    ``keep_classification`` raise FileError.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._database = ForgivingDatabase(path or database_file(), SCHEMA)

    @property
    def trouble(self) -> FileError | None:
        """What became of the file; None where all is well, or once it was told."""
        return self._database.trouble

    def told(self) -> None:
        """The trouble was told."""
        self._database.trouble = None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def entries(self, places: Sequence[str]) -> dict[str, StudyEntry]:
        """What is known of the studies at places (see ``place_key``); unknown ones are left out."""
        found: dict[str, StudyEntry] = {}
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = (
                f"SELECT place, content, sequences, thumbnail, {_FINDING}, {_CLASSIFICATION} "
                f"FROM places JOIN studies USING (content) WHERE place IN ({marks})"
            )
            rows = []
            with self._telling(), self._database.transaction() as working:
                rows = working.rows(query, some)
            for place, *columns in rows:
                with suppress(ValueError, TypeError):  # a row that another program has changed
                    found[place] = _entry(columns)
        return found

    def keep_study(self, entry: StudyEntry, place: str) -> StudyEntry:
        """Keep what a study looks like and where it lies; returns it with what was found before."""
        sequences = " ".join(entry.sequences)
        with self._telling(), self._database.transaction() as working:
            working.change(
                "INSERT INTO studies (content, sequences, thumbnail) VALUES (?, ?, ?) ON CONFLICT "
                "DO UPDATE SET sequences = excluded.sequences, thumbnail = excluded.thumbnail",
                (entry.content, sequences, entry.thumbnail),
            )
            working.change("INSERT OR REPLACE INTO places VALUES (?, ?)", (place, entry.content))
        return self.entries([place]).get(place, entry)

    def keep_finding(self, content: str, finding: KeptFinding) -> None:
        """Keep what was found of the lesion of a study."""
        self._keep(content, _FINDING, astuple(finding))

    def keep_classification(self, content: str, result: KeptClassification) -> None:
        """Keep what was predicted for a study."""
        self._keep(content, _CLASSIFICATION, astuple(result))

    def _keep(self, content: str, columns: str, values: tuple[Any, ...]) -> None:
        marks = ", ".join("?" * len(values))
        with self._database.transaction() as working:
            working.change("INSERT OR IGNORE INTO studies (content) VALUES (?)", (content,))
            working.change(
                f"UPDATE studies SET ({columns}) = ({marks}) WHERE content = ?", (*values, content)
            )

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the database cannot do becomes ``trouble``."""
        try:
            yield
        except DatabaseError as error:
            self._database.trouble = error


def _entry(columns: Sequence[Any]) -> StudyEntry:
    """An entry from a row. Raises ValueError or TypeError if it makes no sense."""
    content, sequences, thumbnail, *rest = columns
    count = len(fields(KeptFinding))
    finding, result = rest[:count], rest[count:]
    return StudyEntry(
        str(content),
        tuple(Modality(word) for word in (sequences or "").split()),
        bytes(thumbnail or b""),
        _kept(KeptFinding, finding),
        _kept(KeptClassification, result),
    )


def _kept(kind: type[Kept], values: Sequence[Any]) -> Kept | None:
    """What columns hold, in the types of the fields of a class; None where nothing was kept."""
    if values[0] is None:
        return None
    types = [item.type for item in fields(kind)]
    return kind(*(_typed(value, of) for value, of in zip(values, types, strict=True)))


def _typed(value: Any, of: Any) -> Any:
    """A value in the type of a field; a number where that may be None, which is unknown."""
    if of in (str, bool):
        return of(value)
    return None if value is None else float(value)
