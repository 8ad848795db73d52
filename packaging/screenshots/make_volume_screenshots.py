"""The images of the guide's page on the 3D view, taken from the real window on the demo study.

    xvfb-run -a -s "-screen 0 1680x1050x24" \\
        python packaging/screenshots/make_volume_screenshots.py [FOLDER] [--theme light]
"""

import argparse
import os
import tempfile
from pathlib import Path

from few_colours import with_few_colours
from make_screenshots import IN_GUIDE, Photographer
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.status import Status
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality

_VIEW_REST_S = 4.0


class VolumePhotographer:
    """Takes images of the large 3D view, with what is open over it."""

    def __init__(self, folder: Path, theme: str) -> None:
        self._photographer = Photographer(folder, theme)
        self._folder = folder
        session = self._photographer.session
        session.documents.open_demo()
        self._photographer.wait(lambda: session.state.classification_status is Status.DONE)
        self._photographer.wait(lambda: session.state.location.status is Status.DONE)
        session.view.set_overlay(segmentation=False, crosshair=False)
        self.window = self._photographer.window
        self.volume = self.window.volume
        self.session = session
        self.do("volume-large")

    def do(self, *actions: str) -> None:
        """What the menu offers under these names."""
        for name in actions:
            self.window.actions_by_id[name].trigger()

    def take(self, name: str, of: QWidget | None = None) -> None:
        """The pane, or another widget, as it is on the screen with menus and popups over it."""
        self._photographer.rest(_VIEW_REST_S)
        widget = of or self.volume
        corner = widget.mapToGlobal(QPoint(0, 0))
        screen = QApplication.primaryScreen().grabWindow(
            0, corner.x(), corner.y(), widget.width(), widget.height()
        )
        path = self._folder / f"{name}.png"
        screen.save(str(path))
        with Image.open(path) as image:
            with_few_colours(image.convert("RGB")).save(path, optimize=True)

    def close(self) -> None:
        """Close the window."""
        self._photographer.close()


def take_screenshots(folder: Path, theme: str) -> None:
    """The brain with its tumour, looks, the editor, a cut with its face, slices, and the box."""
    folder.mkdir(parents=True, exist_ok=True)
    photographer = VolumePhotographer(folder, theme)
    photographer.take("volume")
    photographer.volume.offer_looks()
    photographer.take("volume-looks")
    QApplication.activePopupWidget().close()
    photographer.do("volume-edit-look")
    photographer.take("volume-editor", photographer.window)
    photographer.volume.looks.close()
    photographer.session.view.set_active(Modality.T1CE)
    photographer.do("volume-cut-tumour")
    photographer.take("volume-cut")
    photographer.do("volume-whole")
    photographer.volume.slices.show(*Plane)
    photographer.volume.set_view(photographer.volume.view.shown(opacity=0.25))
    photographer.take("volume-slices")
    photographer.do("volume-reset", "volume-box")
    photographer.take("volume-box")
    photographer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--theme", default="dark", choices=IN_GUIDE)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = home
        take_screenshots(chosen.folder or IN_GUIDE[chosen.theme], chosen.theme)


if __name__ == "__main__":
    main()
