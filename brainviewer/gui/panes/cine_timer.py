"""The clock of the cine."""

from collections.abc import Collection

from PySide6.QtCore import QObject, Qt, QTimer

from brainviewer.app.session import Session


class CineTimer(QObject):
    """Asks for the next slice as often as the settings say, while slices are played."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(session.cine.step)
        session.state.playing_changed.connect(self._follow)
        session.settings.changed.connect(self._set_speed)
        self._set_speed({"cine_speed"})

    def _follow(self) -> None:
        if self._session.state.playing:
            self._timer.start()
        else:
            self._timer.stop()

    def _set_speed(self, changed: Collection[str]) -> None:
        if "cine_speed" in changed:
            self._timer.setInterval(round(1000 / self._session.settings.cine_speed))
