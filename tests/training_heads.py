"""Made heads for the training of the segmentation network."""

import numpy as np

from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.training.segmentation.head_volumes import FIELDS, MIRRORED, TrainingVolume

WANTED = SliceInput(
    {"FLAIR": 2, "T1": 1, "T1ce": 1, "T2": 1}, 4.0, 12.0, ("whole", "core", "enhancing")
)


def some_head(healthy_side: int = 1) -> TrainingVolume:
    """A round brain with a bright ball on the left of it (first rows are left)."""
    s, r, a = np.meshgrid(
        np.arange(20.0) - 9.5, np.arange(112) - 55.5, np.arange(128) - 63.5, indexing="ij"
    )
    depth = np.clip(60 - 2 * np.hypot(r, a), -9, 9)
    away = np.hypot(np.hypot(r + 12, a - 4), 2 * s)
    random = np.random.default_rng(0)
    fields = np.zeros((20, len(FIELDS), 112, 128), np.float32)
    for name, sign in (("FLAIR", 4.0), ("T1", -2.0), ("T1ce", -1.5), ("T2", 3.0)):
        image = random.normal(0, 0.3, s.shape) + sign * (away < 9)
        fields[:, FIELDS.index(name)] = image
        fields[:, FIELDS.index(MIRRORED + name)] = image[:, ::-1]
    for name, values in (("depth", depth), ("mirrored depth", depth), ("side", 2 * r)):
        fields[:, FIELDS.index(name)] = values
    for name, radius in (("whole", 9), ("core", 6), ("enhancing", 3)):
        fields[:, FIELDS.index(name)] = away < radius
    return TrainingVolume(fields, 4.0, (True, True, True, True), 3, healthy_side)
