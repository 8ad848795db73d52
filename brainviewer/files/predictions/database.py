"""The database of predictions: SQLite in the data folder of the computer, for its owner alone.

Studies and images are known by their content hash; no name of a patient, reader, file or folder
and no age is stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.monitoring.prediction import (
    KeptHistology,
    KeptOpinion,
    KeptPrediction,
    ModelVersion,
)
from brainviewer.files.database.database import Database, Transaction
from brainviewer.files.database.schema import DatabaseError, Fault, Schema
from brainviewer.files.predictions.rows import COLUMNS, NO_FRAME, from_row, opinion_key, to_row
from brainviewer.files.user_folders import machine_folder

SCHEMA = Schema(
    "the list of predictions",
    (
        (
            """CREATE TABLE predictions (id INTEGER PRIMARY KEY, time TEXT NOT NULL,
                kind TEXT NOT NULL, model TEXT NOT NULL, version TEXT NOT NULL,
                weights TEXT NOT NULL, input TEXT NOT NULL, frame INTEGER, sequences TEXT,
                rests_on TEXT, prevalence TEXT, probabilities TEXT, predicted TEXT,
                decision TEXT NOT NULL, ood_score REAL, ood_limit REAL, confidence REAL,
                mask_confidence REAL, seconds REAL, memory_mb REAL, engine TEXT, embedding BLOB)""",
            "CREATE INDEX by_time ON predictions (time)",
            "CREATE INDEX by_input ON predictions (input)",
            """CREATE TABLE opinions (input TEXT, frame INTEGER, model TEXT, version TEXT,
                predicted TEXT, agrees INTEGER NOT NULL,
                PRIMARY KEY (input, frame, model, version, predicted))""",
            "CREATE TABLE histology (input TEXT PRIMARY KEY, type TEXT NOT NULL, time TEXT)",
            """CREATE TABLE accepted (model TEXT, version TEXT, weights TEXT, time TEXT NOT NULL,
                PRIMARY KEY (model, version, weights))""",
        ),
    ),
    "Until then, predictions are not kept.",
    (
        "The list of predictions was damaged and is begun anew; earlier ones are not in it.",
        "The damaged file is kept as '{aside}'.",
    ),
)


def database_file() -> Path:
    """Where the database lies."""
    return machine_folder() / "predictions.sqlite"


class PredictionDatabase:
    """What is kept of predictions; safe to be called from any thread. Opened when first used.

    A damaged file is set aside under another name and a new one begun, which ``trouble`` tells. All
    methods raise DatabaseError if the file cannot be used; then nothing was changed.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.trouble: FileError | None = None
        self._database = Database(path or database_file(), SCHEMA)

    @property
    def path(self) -> Path:
        """Where it lies; there may be no file yet."""
        return self._database.path

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # -- predictions ------------------------------------------------------------------------

    def keep(self, *predictions: KeptPrediction) -> None:
        """Add predictions, all or none."""
        rows = [to_row(one) for one in predictions]
        with self._transaction() as working:
            for row in rows:
                marks = ", ".join("?" * len(row))
                working.change(f"INSERT INTO predictions ({COLUMNS}) VALUES ({marks})", row)

    def predictions(self, since: str = "", model_id: str = "") -> list[KeptPrediction]:
        """Predictions in the order of their time; rows that make no sense are left out.

        since : UTC, ISO 8601. model_id : of one model alone.
        """
        with self._transaction() as working:
            rows = working.rows(
                f"SELECT {COLUMNS} FROM predictions WHERE time >= ? AND (? = '' OR model = ?) "
                "ORDER BY time, id",
                (since, model_id, model_id),
            )
        return [made for row in rows if (made := from_row(row)) is not None]

    def delete(self, before: str = "") -> int:
        """Remove predictions with what belongs to them alone; returns how many there were.

        before : UTC, ISO 8601: only those that are older; all, and all histology, if empty.
        """
        with self._transaction() as working:
            working.rows("PRAGMA secure_delete = ON")
            if not before:
                count = working.change("DELETE FROM predictions")
                for table in ("opinions", "histology", "accepted"):
                    working.change(f"DELETE FROM {table}")
                return count
            count = working.change("DELETE FROM predictions WHERE time < ?", (before,))
            left = "(SELECT input FROM predictions)"
            working.change(f"DELETE FROM opinions WHERE input NOT IN {left}")
            working.change(
                f"DELETE FROM histology WHERE time < ? AND input NOT IN {left}", (before,)
            )
            return count

    # -- what is added to them --------------------------------------------------------------

    def keep_opinion(self, opinion: KeptOpinion) -> None:
        """Keep the last feedback on an answer."""
        with self._transaction() as working:
            working.change(
                "INSERT OR REPLACE INTO opinions VALUES (?, ?, ?, ?, ?, ?)",
                (*opinion_key(opinion), opinion.agrees),
            )

    def withdraw_opinion(self, opinion: KeptOpinion) -> None:
        """Forget the feedback on an answer."""
        with self._transaction() as working:
            working.change(
                "DELETE FROM opinions WHERE (input, frame, model, version, predicted) = "
                "(?, ?, ?, ?, ?)",
                opinion_key(opinion),
            )

    def opinions(self) -> list[KeptOpinion]:
        """The last feedback on each answer."""
        with self._transaction() as working:
            rows = working.rows(
                "SELECT input, frame, model, version, predicted, agrees FROM opinions"
            )
        return [
            KeptOpinion(
                (str(content), None if frame == NO_FRAME else int(frame)),
                str(model),
                str(version),
                str(predicted),
                bool(agrees),
            )
            for content, frame, model, version, predicted, agrees in rows
        ]

    def keep_histology(self, histology: KeptHistology) -> None:
        """Keep what histology said of a study, in place of what was entered before."""
        with self._transaction() as working:
            working.change(
                "INSERT OR REPLACE INTO histology VALUES (?, ?, ?)",
                (histology.input, histology.type, histology.time),
            )

    def withdraw_histology(self, content: str) -> bool:
        """Forget the histology of a study; whether there was one."""
        with self._transaction() as working:
            return working.change("DELETE FROM histology WHERE input = ?", (content,)) > 0

    def histology(self) -> dict[str, KeptHistology]:
        """What histology said, by content hash."""
        with self._transaction() as working:
            rows = working.rows("SELECT input, type, time FROM histology")
        return {str(row[0]): KeptHistology(*map(str, row)) for row in rows}

    def accept(self, model: ModelVersion, time: str) -> None:
        """From a time on, compare a model with what it said here before.

        time : UTC, ISO 8601; empty to compare it with its card again.
        """
        key = (model.id, model.version, model.weights_sha256)
        with self._transaction() as working:
            working.change("DELETE FROM accepted WHERE (model, version, weights) = (?, ?, ?)", key)
            if time:
                working.change("INSERT INTO accepted VALUES (?, ?, ?, ?)", (*key, time))

    def accepted(self) -> dict[ModelVersion, str]:
        """Since when models are compared with what they said here before."""
        with self._transaction() as working:
            rows = working.rows("SELECT model, version, weights, time FROM accepted")
        return {ModelVersion(*map(str, row[:3])): str(row[3]) for row in rows}

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        self._make_usable()
        with self._database.transaction() as working:
            yield working

    def _make_usable(self) -> None:
        """Set a damaged file aside. Raises DatabaseError."""
        try:
            self._database.check()
        except DatabaseError as error:
            if error.fault is not Fault.DAMAGED:
                raise
            try:
                aside = self._database.set_aside()
            except OSError:
                raise error from None
            self._database.check()
            said, advice = SCHEMA.begun_anew
            self.trouble = FileError(said, advice.format(aside=aside.name))
