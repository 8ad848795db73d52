"""The tables of an image model's README (``resources/pages/tumour_tables.md``)."""

from collections.abc import Mapping
from typing import Any

from brainviewer.training.templates import render_markdown


def tables(evaluation: Mapping[str, Any]) -> str:
    """Everything that was measured, as Markdown."""
    return render_markdown("tumour_tables", evaluation=evaluation)
