"""A section of the left panel: how thick slices are, how planes are turned, and the cine."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.core.reformation.slab import THICKNESSES, Slab, SlabMode
from brainviewer.core.slices import Plane
from brainviewer.gui.layouts import grid, put
from brainviewer.gui.widgets import button, label, listen, number_field, told

_SINGLE = "Single slices"
_MODES = {
    _SINGLE: None,
    **{f"{mode.value.capitalize()}": mode for mode in SlabMode},
}


class ReformationSection(QWidget):
    """Slab, planes and cine of the open study."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._mode, self._thickness = QComboBox(), number_field(*THICKNESSES)
        self._mode.addItems(list(_MODES))
        self._mode.setMinimumWidth(1)  # else as wide as its longest entry
        self._thickness.setSuffix(" mm")
        self._tilt = label(role="quiet", wrap=True)
        self._straighten = button(
            "Reset planes",
            tip="Take back how the planes were turned",
            clicked=session.reformations.straighten,
        )
        self._play = button(
            "Play slices",
            tip="Of the plane that is shown, again and again",
            clicked=session.cine.toggle,
            checkable=True,
        )
        self._speed = number_field(1, 60)
        self._speed.setSuffix(" /s")
        rows = grid((4, 4), growing=1)
        put(rows, 0, label("Slab", "quiet"), told(self._mode, name="Slab"))
        put(rows, 1, label("Thickness", "quiet"), told(self._thickness, name="Thickness"))
        put(rows, 2, label("Planes", "quiet"), self._tilt)
        put(rows, 4, label("Slices", "quiet"), told(self._speed, name="Slices a second"))
        rows.addWidget(self._straighten, 3, 1, Qt.AlignmentFlag.AlignRight)
        rows.addWidget(self._play, 5, 1, Qt.AlignmentFlag.AlignRight)
        self.setLayout(rows)
        self._mode.textActivated.connect(self._choose)
        self._thickness.valueChanged.connect(self._thicken)
        self._speed.valueChanged.connect(
            lambda speed: session.settings.update(cine_speed=round(speed))
        )
        state = session.state
        listen(self._show, state.facts_changed, state.study_changed, state.reformation_changed)
        session.settings.changed.connect(lambda _: self._show())
        self._show()

    def _choose(self, name: str) -> None:
        mode, reformations = _MODES[name], self._session.reformations
        reformations.set_slab(None) if mode is None else reformations.set_slab_mode(mode)

    def _thicken(self, thickness: float) -> None:
        if (slab := self._state.reformation.slab) is not None:
            self._session.reformations.set_slab(Slab(thickness, slab.mode))

    def _show(self) -> None:
        facts, reformation = self._state.facts, self._state.reformation
        slab, solid = reformation.slab, Fact.SEQUENCES in facts
        with (
            QSignalBlocker(self._mode),
            QSignalBlocker(self._thickness),
            QSignalBlocker(self._speed),
        ):
            self._mode.setCurrentText(_SINGLE if slab is None else slab.mode.value.capitalize())
            self._thickness.setValue((slab or self._session.reformations.last_slab).thickness_mm)
            self._speed.setValue(self._session.settings.cine_speed)
        self._mode.setEnabled(solid)
        self._thickness.setEnabled(solid and slab is not None)
        self._straighten.setEnabled(Fact.OBLIQUE in facts)
        self._tilt.setText(self._said())
        self._play.setEnabled(Fact.SEVERAL_SLICES in facts)
        self._play.setChecked(self._state.playing)
        self._play.setText("Stop" if self._state.playing else "Play slices")

    def _said(self) -> str:
        """How far each plane is tilted."""
        study, reformation = self._state.solid_study, self._state.reformation
        if study is None or reformation.obliquity is None:
            return "not turned"
        tilts = (
            f"{plane.value[0].upper()} {reformation.tilt(study.grid, plane):.0f}°"
            for plane in Plane
        )
        return "  ".join(tilts)
