"""What is drawn into exported slices, as boxes to tick."""

from collections.abc import Set as AbstractSet

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from brainviewer.app.exporting.slice_series import BurnIn
from brainviewer.app.facts import Fact
from brainviewer.gui.layouts import column
from brainviewer.gui.widgets import call, check_box


class BurnBoxes(QWidget):
    """A box for each field of ``BurnIn``. facts : of the open study."""

    changed = Signal()

    def __init__(self, facts: AbstractSet[Fact]) -> None:
        super().__init__()
        lesion = bool({Fact.TUMOUR, Fact.SEGMENTATION} & facts)
        self.boxes = {
            "lesion": check_box("Lesion", lesion, "No lesion was found."),
            "annotations": check_box("Annotations", Fact.ANNOTATIONS in facts, "There are none."),
            "text": QCheckBox("Corner texts, letters and scale"),
            "result": QCheckBox("Tumour and result"),
            "footer": QCheckBox("Where it came from, below the image"),
            "identify": QCheckBox("Study and file names"),
        }
        usual = BurnIn()
        for name, box in self.boxes.items():
            if box.isEnabled():
                box.setChecked(getattr(usual, name))
            box.toggled.connect(call(self.changed.emit))
        self.boxes["identify"].setToolTip(
            "They may name the patient, and are left out unless you ask."
        )
        self.setLayout(column(*self.boxes.values(), spacing=5))

    @property
    def chosen(self) -> BurnIn:
        """What is ticked."""
        return BurnIn(**{name: box.isChecked() for name, box in self.boxes.items()})
