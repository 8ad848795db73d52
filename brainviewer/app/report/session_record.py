"""What a session holds, as data and in words."""

from pathlib import Path
from typing import Any

from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.saved_session.places import FoundSources
from brainviewer.core.counting import counted, listed
from brainviewer.core.saved_session import SavedSession
from brainviewer.core.shown_text import shown_text


def session_record(
    session: SavedSession, found: FoundSources, prior: FoundSources
) -> dict[str, Any]:
    """A session as data; see ``docs/schema``. found, prior : where its images are, and those of
    its prior."""
    results, study = session.results, session.study
    finding, answer = results.finding, results.classification
    return with_schema(
        Schema.SESSION,
        {
            "id": session.id,
            "saved": session.saved,
            "version": session.version,
            "study": {
                "sha256": study.sha256,
                "sequences": {
                    str(modality): {"sha256": one.sha256, "file": one.name}
                    for modality, one in study.sequences.items()
                },
            },
            "sources": [str(path) for path in found.paths],
            "missing": [source.name for source in found.missing],
            "annotations": len(session.annotations),
            "corrected": finding is not None and finding.correction is not None,
            "lesion_found": None if finding is None else finding.found,
            "class": None if answer is None or not answer.in_scope else answer.predicted,
            "status": results.status or "not run",
            "report_text": bool(session.report_text),
            "feedback": None if session.feedback is None else session.feedback.opinion,
            "prior": None
            if session.prior is None
            else {
                "sha256": session.prior.study.sha256,
                "day": session.prior.day or None,
                "registered": session.prior.place is not None,
                "sources": [str(path) for path in prior.paths],
                "missing": [source.name for source in prior.missing],
            },
            "notices": list(session.left_out),
        },
    )


def session_text(file: Path, record: dict[str, Any]) -> str:
    """A session in words. record : of ``session_record``."""
    lines = [
        f"Session      {file.name}",
        f"Saved        {record['saved']} by version {record['version']}",
        f"Sequences    {listed(list(record['study']['sequences']))}",
        f"Annotations  {counted(record['annotations'], 'annotation', 'annotations')}",
    ]
    if record["lesion_found"] is not None:
        said = "found" if record["lesion_found"] else "not found"
        lines.append(f"Lesion       {said}{', corrected by hand' if record['corrected'] else ''}")
    lines += [f"Images       {path}" for path in record["sources"]]
    lines += [f"Missing      {name}" for name in record["missing"]]
    if (prior := record["prior"]) is not None:
        lines.append(f"Prior        {prior['day'] or 'of an unknown day'}")
        lines += [f"Images       {path}" for path in prior["sources"]]
        lines += [f"Missing      {name}" for name in prior["missing"]]
    lines += [f"Note: {notice}" for notice in record["notices"]]
    return "\n".join(map(shown_text, lines))
