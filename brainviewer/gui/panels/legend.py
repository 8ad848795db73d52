"""What the colours over the slices mean, under the switch of their overlay."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QLabel, QWidget

from brainviewer.app.state import ViewState
from brainviewer.gui.layouts import clear, grid, put
from brainviewer.gui.widgets import label, listen, right, tabular, told
from brainviewer.painting import palette
from brainviewer.painting.text.measurements import part_volume_text, volume_text

_SWATCH = 10
_SEGMENT = "Value {value} of the segmentation that came with the study, by the convention of BraTS"
_DIFFERENCE = "Lesion that BrainViewer found, and that the segmentation of the study marks"
_PART = "Volume of this part of the lesion, as it was found"


class LegendEntry(NamedTuple):
    """A colour, what it means, and a number that belongs to it."""

    colour: str
    name: str
    value: str
    tip: str


class Legend(QWidget):
    """A colour, a name and a value for each entry; hidden while there is none.

    entries : those of a state.
    """

    def __init__(
        self, state: ViewState, entries: Callable[[ViewState], Sequence[LegendEntry]]
    ) -> None:
        super().__init__()
        self._state, self._entries = state, entries
        self._shown: Sequence[LegendEntry] = ()
        self._grid = grid((8, 2), (24, 0, 0, 2), growing=1)
        self.setLayout(self._grid)
        listen(self._show, state.overlays_changed, state.study_changed, state.finding_changed)
        self._show()

    def _show(self) -> None:
        entries = self._entries(self._state)
        self.setVisible(bool(entries))
        if not entries or entries == self._shown:
            return
        self._shown = entries
        clear(self._grid)
        for line, entry in enumerate(entries):
            value = right(tabular(label(entry.value, "small")))
            widgets = swatch(entry.colour), label(entry.name, "small"), value
            put(self._grid, line, *(told(widget, tip=entry.tip) for widget in widgets))


def swatch(colour: str) -> QLabel:
    """A small square of a colour, the same where a widget is disabled."""
    square = QLabel()
    square.setFixedSize(_SWATCH, _SWATCH)
    square.setStyleSheet(f"QLabel {{ background: {colour}; }}")
    return square


def segment_entries(state: ViewState) -> list[LegendEntry]:
    """The values of the study's own segmentation, while it is shown."""
    if state.study is None or not state.overlays.segmentation:
        return []
    names = state.study.segment_names
    return [
        LegendEntry(
            palette.segment_colour(value, names), name, str(value), _SEGMENT.format(value=value)
        )
        for value, name in names.items()
    ]


def part_entries(state: ViewState) -> list[LegendEntry]:
    """The parts of the lesion with their volumes, while they are shown."""
    finding = state.finding
    if finding is None or finding.parts is None or not state.overlays.parts:
        return []
    return [
        LegendEntry(colour, part.title, part_volume_text(finding, part), _PART)
        for part, colour in palette.PARTS.items()
    ]


def difference_entries(state: ViewState) -> list[LegendEntry]:
    """What both mark, and each alone, while the difference is shown."""
    agreement = state.finding.agreement if state.finding is not None else None
    if agreement is None or not state.overlays.difference:
        return []
    both = agreement.lesion.both_ml
    volumes = both, agreement.lesion.found_ml - both, agreement.lesion.supplied_ml - both
    return [
        LegendEntry(colour, name[0].upper() + name[1:], volume_text(ml), _DIFFERENCE)
        for (colour, name), ml in zip(palette.DIFFERENCE.items(), volumes, strict=True)
    ]
