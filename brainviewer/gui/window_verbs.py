"""What the actions of the window call, beside the session's own verbs."""

from PySide6.QtWidgets import QApplication

from brainviewer.app.exports import ExportSubject
from brainviewer.app.facts import Fact
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.slices import Convention, Plane
from brainviewer.gui.dialogs.key_sheet import KeySheet
from brainviewer.gui.dialogs.view_export import PictureExport
from brainviewer.gui.file_verbs import FileVerbs
from brainviewer.gui.pages import GuidePage, Page, about_text, card_page
from brainviewer.gui.panels.class_note import class_page
from brainviewer.gui.panels.tumour import copy_measurements
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.theme import apply_theme
from brainviewer.gui.welcome import Hints


class WindowVerbs(FileVerbs):
    """The part of the window with the verbs of menus, tool bar and keys."""

    grid: PaneGrid
    export_picture: PictureExport

    def export(self) -> None:
        """Export what is shown."""
        self.export_picture.ask()

    def export_tumour_slice(self) -> None:
        """Export the tumour slice."""
        self.export_picture.ask(ExportSubject.TUMOUR_SLICE)

    def export_volume(self) -> None:
        """Export the 3D view."""
        if Fact.STUDY in self.session.state.facts:
            self.export_picture.ask(ExportSubject.VOLUME)

    def copy_measurements(self) -> None:
        """Put the measurements on the clipboard."""
        copy_measurements(self.session)

    def copy_view(self) -> None:
        """Put the current view on the clipboard."""
        self.export_picture.copy()

    def classify_here(self) -> None:
        """Classify from the axial slice that is shown."""
        self.session.classification.run(self.session.state.slice_index(Plane.AXIAL))

    def set_convention(self, convention: Convention) -> None:
        """Change the display convention and remember it."""
        self.session.settings.update(convention=convention)
        self.session.view.set_convention(convention)

    def set_theme(self, name: str) -> None:
        """Change the theme and remember it."""
        self.session.settings.update(theme=name)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, name)

    def toggle_smooth(self) -> None:
        """Interpolate between pixels, or show them as squares."""
        smooth = not self.session.settings.smooth_pixels
        self.session.settings.update(smooth_pixels=smooth)
        self.grid.set_smooth(smooth)

    def show_shortcuts(self) -> None:
        """The page of keys and mouse."""
        KeySheet(self).show()

    def show_guide(self) -> None:
        """The user guide."""
        try:
            GuidePage(self).show()
        except (BrainViewerError, OSError):
            self.session.notices.tell("The user guide is not part of this installation.", "error")

    def show_card(self, model_id: str) -> None:
        """The page of a model."""
        try:
            card_page(model_id, self).show()
        except BrainViewerError as error:
            self.session.notices.tell(str(error), "error")

    def show_class(self, code: str = "") -> None:
        """The page of a class; of the one that the answer names, without a code."""
        result = self.session.state.classification
        try:
            class_page(code or (result.predicted if result is not None else ""), self).show()
        except BrainViewerError as error:
            self.session.notices.tell(str(error), "error")

    def toggle_trial(self) -> None:
        """Edit the picture on trial, or show it again as it is."""
        if self.session.state.trial is None:
            self.session.occlusion.start()
        else:
            self.session.occlusion.stop()

    def show_about(self) -> None:
        """The page about the application."""
        Page("About BrainViewer", about_text(), self).show()

    def show_hints(self) -> None:
        """The hints of the first start."""
        hints = Hints(self.grid)
        hints.read.connect(lambda: self.session.settings.update(hints_seen=True))
