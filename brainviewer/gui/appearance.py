"""How the window looks: theme, pixels, convention, and whether only images are shown."""

from collections.abc import Collection

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.session import Session
from brainviewer.core.slices import Convention
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.theme import apply_theme


class Appearance(QObject):
    """Changes how the window looks, and remembers what is a setting.

    panels_changed : panels were hidden, or are shown again.
    patient_changed : the patient's name was hidden, or is shown again.
    """

    panels_changed = Signal()
    patient_changed = Signal()

    def __init__(self, session: Session, grid: PaneGrid, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._grid = session, grid
        self._panels: tuple[QWidget, ...] = ()
        self.only_images = False
        session.settings.changed.connect(self._follow)

    def hides(self, *panels: QWidget) -> None:
        """Name what is hidden when only images are shown."""
        self._panels = panels

    def toggle_panels(self) -> None:
        """Only images, or everything."""
        self.only_images = not self.only_images
        for panel in self._panels:
            panel.setVisible(not self.only_images)
        self.panels_changed.emit()

    def toggle_patient(self) -> None:
        """Show or hide whose study it is, and remember it."""
        self._session.settings.update(show_patient=not self._session.settings.show_patient)

    def set_convention(self, convention: Convention) -> None:
        """Change the display convention and remember it."""
        self._session.settings.update(convention=convention)

    def set_theme(self, name: str) -> None:
        """Change the theme and remember it."""
        self._session.settings.update(theme=name)

    def toggle_smooth(self) -> None:
        """Interpolate between pixels, or show them as squares."""
        self._session.settings.update(smooth_pixels=not self._session.settings.smooth_pixels)

    def _follow(self, changed: Collection[str]) -> None:
        """Show what was changed, wherever it was."""
        settings, app = self._session.settings, QApplication.instance()
        if "theme" in changed and isinstance(app, QApplication):
            apply_theme(app, settings.theme)
        if "convention" in changed:
            self._session.view.set_convention(settings.convention)
        if "smooth_pixels" in changed:
            self._grid.set_smooth(settings.smooth_pixels)
        if "show_patient" in changed:
            self.patient_changed.emit()
