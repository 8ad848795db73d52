"""What lies in the journals of a home, as plain data."""

from typing import Any

from brainviewer.files.durable.records import records_in
from brainviewer.files.user_folders import journal_folder


def entries(kind: str) -> list[Any]:
    """Every entry of a kind in the journals of all studies, in the order of writing."""
    found: list[Any] = []
    for path in sorted(journal_folder().glob("*.journal")):
        for value in records_in(path.read_bytes()).values:
            found += [one for one in value.get("entries", ()) if one["kind"] == kind]
    return found


def feedback_values() -> list[dict[str, Any]]:
    """What was ever said of answers, as far as it was not tidied away."""
    return [entry["value"] for entry in entries("feedback")]
