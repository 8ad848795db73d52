"""What the panes of a grid show when it is chosen, and when its size changes."""

from collections.abc import Sequence
from dataclasses import replace

from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.hanging.hanging import Form, Hanging
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality

_FIRST = (Modality.T1CE, Modality.FLAIR, Modality.T2, Modality.T1)
"""The sequences that tell most of a tumour, where there is no room for all."""


def resized(hanging: Hanging, rows: int, columns: int, modalities: Sequence[Modality]) -> Hanging:
    """A layout of rows × columns panes.

    What the panes of a grid show stays in its row and column; new panes show what the usual
    filling has there, and so do all where the layout was a built-in one.
    """
    usual = usual_panes(rows, columns, modalities)
    if hanging.layout is None and hanging.form is Form.GRID:
        before, wide = hanging.panes, hanging.columns
        tall = -(-len(before) // wide)
        usual = tuple(
            before[row * wide + column]
            if row < tall and column < wide and row * wide + column < len(before)
            else usual[row * columns + column]
            for row in range(rows)
            for column in range(columns)
        )
    return replace(hanging, panes=usual, form=Form.GRID, columns=columns, name="")


def usual_panes(rows: int, columns: int, modalities: Sequence[Modality]) -> tuple[PaneContent, ...]:
    """What a new grid shows: sequences side by side, planes below each other.

    One pane a sequence shows the chosen plane; a single pane shows the active sequence.
    """
    count = rows * columns
    if count == 1:
        return (PaneContent(),)
    if count <= len(modalities):
        return tuple(PaneContent(modality=one) for one in _best(modalities, count))
    if columns <= len(modalities) and rows <= len(Plane):
        beside, planes = _best(modalities, columns), list(Plane)[:rows]
    else:
        beside, planes = list(modalities), list(Plane)
    made = [PaneContent(PaneKind.SLICE, one, plane) for plane in planes for one in beside]
    if len(made) < count:
        made.append(PaneContent(PaneKind.VOLUME))
    made += [PaneContent(PaneKind.NOTHING)] * (count - len(made))
    return tuple(made[:count])


def _best(modalities: Sequence[Modality], count: int) -> list[Modality]:
    """So many sequences, in the order of display."""
    wanted = [one for one in _FIRST if one in modalities][:count]
    return [one for one in modalities if one in wanted]
