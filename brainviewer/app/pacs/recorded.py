"""What is asked of a PACS node, retrieved from it and sent to it, recorded in the audit trail.

For the window and the command line; see ``pacs.client`` for what each does and raises.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.audit_trail.subjects import NAME, PATIENT, STUDY, Identifier
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.headers.dicom_source import Patient
from brainviewer.files.dicom.elements import NotDicom, read_elements
from brainviewer.pacs import client
from brainviewer.pacs.node import Node
from brainviewer.pacs.query import Found, Query, SeriesMatch

Arrived = Callable[[SeriesMatch, Path], object]


def find_studies(node: Node, query: Query, report: Report = silent) -> Found:
    """Search a node for studies."""
    about = ((PATIENT, query.patient_id),)
    with audited(Action.ASKED, about=about, facts={"node": node.name}):
        return client.find_studies(node, query, report)


def retrieve(
    node: Node,
    study_uid: str,
    series: Sequence[SeriesMatch],
    folder: Path,
    report: Report = silent,
    arrived: Arrived = lambda series, path: None,
) -> tuple[Path, ...]:
    """Retrieve series of a study into a folder."""
    facts = {"node": node.name, "series": len(series)}
    with audited(Action.RETRIEVED, about=((STUDY, study_uid),), facts=facts):
        return client.retrieve(node, study_uid, series, folder, report, arrived)


def send(
    node: Node,
    paths: Sequence[Path],
    report: Report = silent,
    stored: Callable[[int], object] = lambda count: None,
) -> int:
    """Send DICOM files."""
    facts = {"node": node.name, "objects": len(paths)}
    with audited(Action.SENT, about=_in_files(paths), facts=facts):
        return client.send(node, paths, report, stored)


def _in_files(paths: Sequence[Path]) -> tuple[Identifier, ...]:
    """Whose files they are, as far as their headers tell; what cannot be read is not sent."""
    found: dict[Identifier, None] = {}
    for path in paths:
        with suppress(NotDicom, FileError):
            said = read_elements(path).said
            name = Patient(said.get("PatientName", "")).readable_name
            for one in (
                (STUDY, said.get("StudyInstanceUID", "")),
                (PATIENT, said.get("PatientID", "")),
                (NAME, name),
            ):
                found[one] = None
    return tuple(found)
