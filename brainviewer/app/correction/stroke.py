"""A change of the segmentation that is under way, until it is one step."""

from typing import TYPE_CHECKING

from brainviewer.core.correction.steps import Box, Labels, Step

if TYPE_CHECKING:
    from brainviewer.imaging.correction.label_edit import LabelEdit


class Stroke:
    """Edits labels in place, and remembers how they were."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self._before = labels.copy()
        self._box: Box | None = None

    def make(self, edit: "LabelEdit | None") -> bool:
        """Make an edit; whether it changed anything."""
        if edit is None:
            return False
        edit.apply(self.labels)
        self._box = edit.box if self._box is None else _both(self._box, edit.box)
        return True

    def step(self, tool: str, by: str, time: str) -> Step | None:
        """All of it as one step; None where nothing is another than before."""
        from brainviewer.imaging.correction.steps import step_between

        if self._box is None:
            return None
        return step_between(self._before, self.labels, self._box, tool, by, time)

    def cancel(self) -> None:
        """Bring the labels back."""
        if self._box is not None:
            self.labels[self._box] = self._before[self._box]
            self._box = None


def _both(one: Box, other: Box) -> Box:
    i, j, k = (
        slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    return i, j, k
