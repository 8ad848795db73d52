"""What is drawn into exported slices, as boxes to tick."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from brainviewer.app.exporting.slice_series import BurnIn
from brainviewer.app.facts import Fact
from brainviewer.app.state import ViewState
from brainviewer.gui.actions.why_not import why_no_lesion
from brainviewer.gui.layouts import column
from brainviewer.gui.widgets import call, set_there


class BurnBoxes(QWidget):
    """A box for each field of ``BurnIn``."""

    changed = Signal()

    def __init__(self, state: ViewState) -> None:
        super().__init__()
        self._state = state
        self.boxes = {
            "lesion": QCheckBox("Lesion"),
            "annotations": QCheckBox("Annotations"),
            "text": QCheckBox("Corner texts, letters and scale"),
            "result": QCheckBox("Tumour and result"),
            "footer": QCheckBox("Where it came from, below the image"),
            "identify": QCheckBox("Study and file names"),
        }
        self.offer()
        usual = BurnIn()
        for name, box in self.boxes.items():
            if box.isEnabled():
                box.setChecked(getattr(usual, name))
            box.toggled.connect(call(self.changed.emit))
        self.boxes["identify"].setToolTip(
            "They may name the patient, and are left out unless you ask."
        )
        self.setLayout(column(*self.boxes.values(), spacing=5))

    def offer(self) -> None:
        """Offer what there is by now."""
        facts = self._state.facts
        lesion = bool({Fact.TUMOUR, Fact.SEGMENTATION} & facts)
        set_there(self.boxes["lesion"], lesion, why_no_lesion(self._state))
        there = Fact.ANNOTATIONS in facts
        set_there(self.boxes["annotations"], there, "There are none.")

    @property
    def chosen(self) -> BurnIn:
        """What is ticked."""
        return BurnIn(**{name: box.isChecked() for name, box in self.boxes.items()})
