"""What stands in the audit trail, for tests."""

from brainviewer.core.audit_trail.line import Entry
from brainviewer.files.audit_trail.places import trail_folder
from brainviewer.files.audit_trail.reading import oldest_first


def entries() -> list[Entry]:
    """All entries, oldest first."""
    return [line.entry for line in oldest_first(trail_folder())]


def recorded(since: int = 1) -> list[tuple[str, str]]:
    """Actions and outcomes, after the first lines, oldest first."""
    return [(entry.action, entry.outcome) for entry in entries()[since:]]
