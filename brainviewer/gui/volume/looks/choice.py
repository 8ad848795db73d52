"""Which look the 3D view has: chosen by pictures, edited, and kept as one of the user's own."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from brainviewer.app.looks.own_looks import OwnLooks
from brainviewer.app.state import ViewState
from brainviewer.core.study import Modality
from brainviewer.gui.dialogs.questions import ask
from brainviewer.gui.volume.controls import VolumeControls
from brainviewer.gui.volume.drawing import VolumeDrawing
from brainviewer.gui.volume.looks.naming import ask_to_rename, ask_to_save
from brainviewer.gui.volume.looks.pictures import LookPictures
from brainviewer.gui.volume.looks.popup import LookPopup, OfferedLook
from brainviewer.gui.widgets import listen, timer
from brainviewer.painting.volume.looks.own_look import OwnLook, seen_as
from brainviewer.painting.volume.looks.pictures import PictureSubject
from brainviewer.painting.volume.render_request import blendable
from brainviewer.painting.volume.view import SecondSequence, VolumeView
from brainviewer.painting.volume.voxels.look import VolumeLook
from brainviewer.painting.volume.voxels.presets import PRESETS

if TYPE_CHECKING:
    from brainviewer.gui.volume.looks.editor import LookEditor

_ASK_MS = 100
_GAP = 12
"""Points between the editor and the 3D view."""


class LookChoice(QObject):
    """Chooses the look of a 3D view.

    pane : in which it is shown. looks : those of the user; None offers and keeps none.
    view : how the head is seen at present. set_view : sees it in another way.
    """

    def __init__(
        self,
        pane: QWidget,
        state: ViewState,
        looks: OwnLooks | None,
        controls: VolumeControls,
        drawing: VolumeDrawing,
        view: Callable[[], VolumeView],
        set_view: Callable[[VolumeView], None],
    ) -> None:
        super().__init__(pane)
        self._pane, self._state, self._looks = pane, state, looks
        self._controls, self._drawing = controls, drawing
        self._view, self._set_view = view, set_view
        self._popup: LookPopup | None = None
        self._editor: LookEditor | None = None
        self._block_of: tuple[object, ...] | None = None
        self._pictures = LookPictures(self)
        self._ask = timer(self, _ASK_MS, self._ask_for_pictures)
        self._signals = state.study_changed, state.volumes_changed
        listen(self._forget, *self._signals)
        drawing.drawn.connect(self._show_histogram)
        self.follow(view())

    def choose(self, name: str) -> None:
        """The look of a name; the usual one, and a sentence, where nothing has it."""
        view, said = seen_as(self._view(), name, self._own)
        self._set_view(view)
        if said and self._looks is not None:
            self._looks.tell(said)

    def open(self, over: QWidget) -> None:
        """Let the user choose, below a widget."""
        if self._looks is not None:
            self._looks.tell_damaged()
        popup = self._made_popup()
        popup.offer(self._offered(), self._view().preset)
        popup.offer_blend(self._others(), self._view().second)
        self.follow(self._view())  # another window may have deleted or changed its look
        popup.open_over(over)
        self._ask_for_pictures()

    def edit(self) -> None:
        """Edit the look that is seen."""
        from brainviewer.gui.volume.looks.editor import LookEditor

        view = self._view()
        if self._editor is None:
            self._editor = made = LookEditor(self._name(view), view.voxel_look, self._pane)
            made.edited.connect(self._show_edited)
            made.save_wanted.connect(self._save)
            made.destroyed.connect(self._editor_gone)
            made.adjustSize()
            place = self._pane.mapToGlobal(QPoint(-_GAP - made.width(), 0))
            made.move(max(place.x(), self._pane.screen().availableGeometry().left()), place.y())
        self._block_of = None
        self._show_histogram()
        self._editor.show()
        self._editor.raise_()
        self._editor.activateWindow()

    def follow(self, view: VolumeView) -> None:
        """Show which look a view has."""
        name, saved = self._name(view), self._saved(view)
        self._controls.show_look(name, saved is not None and view.voxel_look != saved)
        if self._editor is not None and self._editor.look != view.voxel_look:
            self._editor.begin(name, view.voxel_look)

    def known(self, view: VolumeView) -> VolumeView:
        """A view; in the usual look, and a sentence, where its own was deleted meanwhile."""
        if self._saved(view) is not None:
            return view
        view, said = seen_as(view, view.preset)
        if self._looks is not None:
            self._looks.tell(said)
        return view

    def close(self) -> None:
        """Nothing is made any more."""
        self._ask.stop()
        for signal in self._signals:
            signal.disconnect(self._forget)
        self._pictures.close()
        if self._editor is not None:
            self._editor.close()

    def _forget(self) -> None:
        """Hold nothing of a study that is left."""
        self._pictures.forget()
        self._block_of = None

    @property
    def _own(self) -> tuple[OwnLook, ...]:
        return () if self._looks is None else self._looks.all

    def _saved(self, view: VolumeView) -> VolumeLook | None:
        """The look of a view as it is kept; None for one that was deleted, also elsewhere."""
        if (preset := PRESETS.get(view.preset)) is not None:
            return preset.look
        own = None if self._looks is None else self._looks.called(view.preset)
        return None if own is None else own.look

    def _name(self, view: VolumeView) -> str:
        if view.preset in PRESETS:
            return PRESETS[view.preset].name
        return view.preset if self._saved(view) is not None else f"Deleted: {view.preset}"

    def _offered(self) -> list[OfferedLook]:
        known = [OfferedLook(key, one.name, one.tip, one.look) for key, one in PRESETS.items()]
        return known + [
            OfferedLook(
                one.name, one.name, f"“{one.name}”, one of your own looks", one.look, own=True
            )
            for one in self._own
        ]

    # -- the popup --------------------------------------------------------------------------

    def _made_popup(self) -> LookPopup:
        if self._popup is None:
            self._popup = LookPopup(self._pane)
            self._popup.chosen.connect(self.choose)
            self._popup.edit_wanted.connect(self._choose_and_edit)
            self._popup.rename_wanted.connect(self._rename)
            self._popup.delete_wanted.connect(self._delete)
            self._popup.blend.wanted.connect(self._blend)
            listen(self._pictures.stop, self._popup.closed)
            listen(self._ask.stop, self._popup.closed)
            self._pictures.made.connect(self._popup.show_picture)
        return self._popup

    def _others(self) -> list[Modality]:
        """The sequences that can be blended with the one in 3D."""
        study = self._state.solid_study
        shown = self._drawing.worker.requested.modality
        there = () if study is None else blendable(study)
        return [one for one in there if one is not shown] if shown in there else []

    def _blend(self, second: SecondSequence | None) -> None:
        self._set_view(replace(self._view(), second=second))

    def _ask_for_pictures(self) -> None:
        """Once the 3D view shows the study: nothing shall delay that."""
        popup, study = self._popup, self._state.solid_study
        if popup is None or not popup.isVisible() or study is None:
            return
        shown = self._drawing.delivered
        if shown.study is not study or shown.modality is None:
            self._ask.start()
            return
        subject = PictureSubject(study, shown.modality, shown.finding, shown.skull, shown.parts)
        looks = [one.look for one in self._offered()]
        self._pictures.show(subject, looks, popup.pixels)

    def _choose_and_edit(self, key: str) -> None:
        if key != self._view().preset:  # what was edited and not saved goes on
            self.choose(key)
        self.edit()

    def _rename(self, key: str) -> None:
        if self._looks is None or (look := self._looks.called(key)) is None:
            return
        renamed = ask_to_rename(self._looks, look, self._pane.window())
        if renamed is not None and self._view().preset == look.name:
            self._set_view(replace(self._view(), preset=renamed.name))
            if self._editor is not None:
                self._editor.call_it(renamed.name)

    def _delete(self, key: str) -> None:
        if self._looks is None or (look := self._looks.called(key)) is None:
            return
        what = f"Delete the look '{look.name}'?"
        if ask(self._pane.window(), what, "It cannot be brought back.", "Delete"):
            self._looks.delete(look)
            if self._view().preset == look.name:
                self._set_view(replace(self._view(), preset=VolumeView().preset, own=None))

    # -- the editor -------------------------------------------------------------------------

    def _show_edited(self, look: VolumeLook) -> None:
        self._set_view(replace(self._view(), own=look))

    def _show_histogram(self) -> None:
        """Of the head that is on the screen, once for each."""
        seen, shown = self._drawing.worker.seen, self._drawing.delivered
        of = shown.study, shown.modality, shown.bare, shown.second
        if self._editor is None or seen is None or shown.study is None:
            return
        if self._block_of is None or any(
            a is not b for a, b in zip(of, self._block_of, strict=True)
        ):
            self._block_of = of
            self._editor.show_block(seen.block)

    def _save(self) -> None:
        if self._looks is None or self._editor is None:
            return
        preset = self._view().preset
        offered = "" if preset in PRESETS else preset
        saved = ask_to_save(self._looks, OwnLook(offered, self._editor.look), self._editor)
        if saved is not None:
            self._set_view(replace(self._view(), preset=saved.name, own=saved.look))
            self._editor.call_it(saved.name)

    def _editor_gone(self) -> None:
        self._editor, self._block_of = None, None
