"""Which look the 3D view has: the popup to choose from, and its pictures."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from brainviewer.app.state import ViewState
from brainviewer.gui.volume.looks.pictures import LookPictures
from brainviewer.gui.volume.looks.popup import LookPopup, OfferedLook
from brainviewer.gui.widgets import listen, timer
from brainviewer.painting.volume.looks.pictures import PictureSubject
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.presets import PRESETS

_ASK_MS = 100


class LookChoice(QObject):
    """Chooses the look of a 3D view.

    pane : in which it is shown. view : how the head is seen at present. set_view : sees it in
    another way. delivered : what the image on the screen shows.
    """

    def __init__(
        self,
        pane: QWidget,
        state: ViewState,
        view: Callable[[], VolumeView],
        set_view: Callable[[VolumeView], None],
        delivered: Callable[[], RenderRequest],
    ) -> None:
        super().__init__(pane)
        self._pane, self._state = pane, state
        self._view, self._set_view, self._delivered = view, set_view, delivered
        self._popup: LookPopup | None = None
        self._pictures = LookPictures(self)
        self._ask = timer(self, _ASK_MS, self._ask_for_pictures)
        self._signals = state.study_changed, state.volumes_changed
        listen(self._pictures.forget, *self._signals)

    def choose(self, name: str) -> None:
        """The look of a name."""
        self._set_view(replace(self._view(), preset=name, own=None))

    def open(self, over: QWidget) -> None:
        """Let the user choose, above a widget."""
        popup = self._made_popup()
        popup.offer(self._offered(), self._view().preset)
        popup.open_over(over)
        self._ask_for_pictures()

    def close(self) -> None:
        """Nothing is made any more."""
        self._ask.stop()
        for signal in self._signals:
            signal.disconnect(self._pictures.forget)
        self._pictures.close()

    def _made_popup(self) -> LookPopup:
        if self._popup is None:
            self._popup = LookPopup(self._pane)
            self._popup.chosen.connect(self.choose)
            listen(self._pictures.stop, self._popup.closed)
            listen(self._ask.stop, self._popup.closed)
            self._pictures.made.connect(self._popup.show_picture)
        return self._popup

    def _offered(self) -> list[OfferedLook]:
        return [OfferedLook(key, one.name, one.tip, one.look) for key, one in PRESETS.items()]

    def _ask_for_pictures(self) -> None:
        """Once the 3D view shows the study: nothing shall delay that."""
        popup, study = self._popup, self._state.solid_study
        if popup is None or not popup.isVisible() or study is None:
            return
        shown = self._delivered()
        if shown.study is not study or shown.modality is None:
            self._ask.start()
            return
        subject = PictureSubject(study, shown.modality, shown.finding, shown.skull)
        looks = [one.look for one in self._offered()]
        self._pictures.show(subject, looks, popup.pixels)
