"""The trail as a file for others: JSON lines with their seals, or a table."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from brainviewer.app.audit_trail.looking import Wanted, key_of_lines, lines, row_of
from brainviewer.app.audit_trail.recording import audited
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.audit_trail.line import Line
from brainviewer.core.errors import FileError
from brainviewer.core.table_cells import harmless
from brainviewer.files.writing import check_new_file, write_whole

JSON_LINES, TABLE = ".jsonl", ".csv"
_HEAD = ("line", "time", "reader", "action", "about", "details", "outcome", "subjects", "seal")


def take_out(path: Path, wanted: Wanted) -> int:
    """Write the lines that are wanted into a file, oldest first; how many there are.

    path : ``.jsonl`` for the lines as they are, sealed; ``.csv`` for a table.
    Raises BrainViewerError, before anything is written or with what was there left alone.
    """
    ending = path.suffix.lower()
    if ending not in (JSON_LINES, TABLE):
        raise FileError(
            f"'{path.name}' is neither a table nor a file of lines.",
            "Let its name end with .csv or .jsonl.",
        )
    check_new_file(path)
    found = [*lines(wanted)][::-1]
    with audited(Action.TRAIL_EXPORTED, facts={"format": ending[1:], "lines": len(found)}):
        content = (
            b"".join(line.written for line in found) if ending == JSON_LINES else _table(found)
        )
        write_whole(path, content)
    return len(found)


def _table(found: Iterable[Line]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEAD)
    key = key_of_lines()
    for line in found:
        row, entry = row_of(line, key), line.entry
        cells = (
            row.number, row.time, row.reader, row.action, row.about, row.details, entry.outcome,
            " ".join(entry.subjects), line.seal,
        )  # fmt: skip
        writer.writerow([harmless(str(cell)) for cell in cells])
    return text.getvalue().encode("utf-8-sig", errors="replace")
