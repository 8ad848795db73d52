"""What kind of output a record is, and in which version; ``docs/schema`` describes each of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from brainviewer.core.research_use import RESEARCH_ONLY


class Schema(StrEnum):
    """The value of ``schema`` in an output: its kind, and a number that rises when a field goes."""

    STUDY = "brainviewer-study/1"
    FINDING = "brainviewer-finding/1"
    CLASSIFICATION = "brainviewer-classification/1"
    IMAGE_CLASSIFICATION = "brainviewer-image-classification/1"
    CLASSES = "brainviewer-classes/1"
    ANALYSIS = "brainviewer-analysis/1"
    FOLLOW_UP = "brainviewer-follow-up/1"
    PROVENANCE = "brainviewer-provenance/1"
    DICOM_EXPORT = "brainviewer-dicom-export/1"
    REPORT = "brainviewer-report/1"
    MODELS = "brainviewer-models/1"
    CHECKLIST = "brainviewer-checklist/1"
    PACS_FIND = "brainviewer-pacs-find/1"
    SESSION = "brainviewer-session/1"
    EXPORT_SLICES = "brainviewer-export-slices/1"
    EXPORT_SURFACES = "brainviewer-export-surfaces/1"
    AUDIT_LINE = "brainviewer-audit-line/1"
    AUDIT_CHECK = "brainviewer-audit-check/1"
    MONITOR = "brainviewer-monitor/1"
    GRAPHICS = "brainviewer-graphics/1"


def with_schema(schema: Schema, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as an output of its own, which says what it is for."""
    return {"schema": schema.value, "notice": RESEARCH_ONLY, **record}
