"""How the shipped models were made, and how users make theirs (extra ``train``)."""

from brainviewer.core.errors import BrainViewerError
from brainviewer.training.api import (
    compare,
    evaluate,
    heatmaps,
    read_recipe,
    shipped_recipes,
    train,
)

__all__ = [
    "BrainViewerError",
    "compare",
    "evaluate",
    "heatmaps",
    "read_recipe",
    "shipped_recipes",
    "train",
]
