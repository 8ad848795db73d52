"""Lines of the trail, and what was found in it, as ``docs/schema`` describes them."""

from typing import Any

from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.core.audit_trail.faults import Check
from brainviewer.core.audit_trail.line import Line, time_text


def line_record(line: Line) -> dict[str, Any]:
    """A line."""
    entry = line.entry
    told = {
        "line": line.number,
        "time": time_text(line.moment.time),
        "reader": entry.name,
        "reader_id": entry.reader or None,
        "action": entry.action,
        "outcome": entry.outcome,
        "of_line": entry.of or None,
        "subjects": list(entry.subjects),
        "facts": dict(entry.what),
        "seal": line.seal,
    }
    return with_schema(Schema.AUDIT_LINE, told)


def check_record(check: Check) -> dict[str, Any]:
    """The result of a verification."""
    faults = [
        {
            "kind": fault.kind.value,
            "first_line": fault.first or None,
            "last_line": fault.last or None,
            "after": fault.since or None,
            "before": fault.until or None,
            "sentence": fault.sentence,
        }
        for fault in check.faults
    ]
    told = {
        "intact": check.intact,
        "lines": check.lines,
        "first": check.first or None,
        "last": check.last or None,
        "faults": faults,
        "notes": list(check.notes),
    }
    return with_schema(Schema.AUDIT_CHECK, told)
