"""The command line: the same functions as the window, one command each.

Exit codes: 0 done, 2 the user's input is wrong (one sentence with advice), 1 a bug;
130 interrupted, 143 ended by SIGTERM, 141 the output is no longer read.
"""

from brainviewer.cli import (
    audit_trail,
    follow_up,
    graphics,
    images,
    labelled_data,
    models,
    report,
    research,
    sessions,
    studies,
    users,
)
from brainviewer.cli.exporting import dicom, pictures, slices, surfaces, volume
from brainviewer.cli.monitoring import commands as monitoring
from brainviewer.cli.pacs import commands as pacs
from brainviewer.cli.program import app, run

__all__ = [
    "app",
    "audit_trail",
    "dicom",
    "follow_up",
    "graphics",
    "images",
    "labelled_data",
    "models",
    "monitoring",
    "pacs",
    "pictures",
    "report",
    "research",
    "run",
    "sessions",
    "slices",
    "studies",
    "surfaces",
    "users",
    "volume",
]
