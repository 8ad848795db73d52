"""A database that is damaged, under another name: nothing that it may still hold is lost."""

import os
from contextlib import suppress
from pathlib import Path

from brainviewer.files.own_file import free_name

BESIDE = ("-journal", "-wal", "-shm")
"""Endings of what SQLite keeps beside a database; of a file that is damaged, perhaps the best."""


def set_aside(path: Path) -> Path:
    """Give a database, and what lies beside it, a name that nothing has. Raises OSError."""
    aside = path.with_suffix(".damaged")
    if os.path.lexists(aside):
        aside = free_name(path, "damaged")
    path.replace(aside)
    for rest in BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + rest).replace(aside.with_name(aside.name + rest))
    return aside
