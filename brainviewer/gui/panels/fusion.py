"""The left panel's part for two sequences in one pane."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import FUSION_MAPS, FusionMode
from brainviewer.gui.layouts import grid, put
from brainviewer.gui.widgets import label, listen, slider, told

_NAMES = {
    None: "Off",
    FusionMode.BLEND: "Over each other",
    FusionMode.ENHANCEMENT: "Enhancing map",
    FusionMode.SWIPE: "Swipe",
    FusionMode.CHECKERBOARD: "Checkerboard",
    FusionMode.BLINK: "Blink",
    FusionMode.DIFFERENCE: "Difference",
}
_FADES = (FusionMode.BLEND, FusionMode.ENHANCEMENT)


class FusionSection(QWidget):
    """Way, second sequence, opacity and colours; what a way has no use for is not there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state = state = session.state
        self._way, self._second, self._colours = QComboBox(), QComboBox(), QComboBox()
        for mode, name in _NAMES.items():
            self._way.addItem(name, mode)
        for name in FUSION_MAPS:
            self._colours.addItem(name.capitalize(), name)
        change = session.view.set_fusion
        self._opacity = slider(0, 100, "Opacity", lambda value: change(opacity=value / 100))
        self._rows: list[tuple[QLabel, QWidget]] = []
        rows = grid((4, 4), growing=1)
        for n, (name, widget) in enumerate(
            (
                ("Way", self._way),
                ("With", self._second),
                ("Opacity", self._opacity),
                ("Colours", self._colours),
            )
        ):
            words = label(name, "quiet")
            put(rows, n, words, told(widget, name=f"Fusion: {name.lower()}"))
            self._rows.append((words, widget))
        self.setLayout(rows)
        # Qt makes plain texts of them.
        self._way.activated.connect(
            lambda _: change(mode=FusionMode(way) if (way := self._way.currentData()) else None)
        )
        self._second.activated.connect(
            lambda _: change(second=Modality(self._second.currentData()))
        )
        self._colours.activated.connect(lambda _: change(colour_map=self._colours.currentData()))
        listen(self._refill, state.study_changed, state.volumes_changed)
        listen(self._show, state.overlays_changed, state.facts_changed)
        self._refill()

    def _refill(self) -> None:
        study = self._state.solid_study
        self._second.clear()
        for modality in () if study is None else study.together.volumes:
            self._second.addItem(modality.value, modality)
        self._show()

    def _show(self) -> None:
        state, fusion = self._state, self._state.overlays.fusion
        self.setEnabled(Fact.COMMON_GRID in state.facts)
        boxes = self._way, self._second, self._colours
        values = [fusion.mode, None, fusion.colour_map]
        if (study := state.solid_study) is not None:
            values[1] = fusion.with_second(study)
        for box, value in zip(boxes, values, strict=True):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        with QSignalBlocker(self._opacity):
            self._opacity.setValue(round(fusion.opacity * 100))
        mode = fusion.mode
        needed = (
            True,
            mode not in (None, FusionMode.ENHANCEMENT),
            mode in _FADES,
            mode is FusionMode.BLEND,
        )
        for shown, widgets in zip(needed, self._rows, strict=True):
            for widget in widgets:
                widget.setVisible(shown)
