"""What a PACS node answers, as data; see ``docs/schema``."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from brainviewer.app.report.formats import Schema, with_schema

if TYPE_CHECKING:
    from brainviewer.pacs.query import Found, SeriesMatch


def studies_record(node: str, found: "Found") -> dict[str, Any]:
    """The studies that a node has found. node : its name."""
    studies = [asdict(study) for study in found.studies]
    return with_schema(Schema.PACS_FIND, {"node": node, "studies": studies, "more": found.more})


def series_record(node: str, study_uid: str, series: "Sequence[SeriesMatch]") -> dict[str, Any]:
    """The series of a study on a node. node : its name."""
    told = {"node": node, "study": study_uid, "series": [asdict(one) for one in series]}
    return with_schema(Schema.PACS_FIND, told)
