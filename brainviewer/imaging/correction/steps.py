"""The step that lies between two states of the labels."""

from collections.abc import Sequence

from brainviewer.core.correction.steps import Labels, Step, packed
from brainviewer.imaging.correction.label_edit import edit_of


def step_between(
    before: Labels, after: Labels, box: Sequence[slice], tool: str, by: str, time: str
) -> Step | None:
    """The step from labels to others that differ in a box only; None where they do not differ."""
    edit = edit_of(before, box, after[tuple(box)])
    if edit is None:
        return None
    i, j, k = edit.labels.shape
    changed = before[edit.box] ^ edit.labels
    return Step(tool, by, time, edit.start, (i, j, k), packed(changed))
