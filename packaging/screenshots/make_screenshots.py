"""The images of the README and the user guide, taken from the real window on the demo study.

    xvfb-run -a -s "-screen 0 1680x1050x24" \\
        python packaging/screenshots/make_screenshots.py [FOLDER] [--theme light]

Only the synthetic demo study is ever shown in them. Those of the light theme lie in a folder of
their own, for pages that show them to who prefers it.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Layout, Tool
from brainviewer.app.status import Status
from brainviewer.core.report_text import ReportText
from brainviewer.core.study import Modality
from brainviewer.gui.help.guide_window import GuideWindow
from brainviewer.gui.help.tour import Tour
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.theme import apply_theme

_IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
IN_GUIDE = {"dark": _IMAGES, "light": _IMAGES / "light"}
"""Where the images of each theme lie."""
SIZE = (1400, 850)
PATIENCE_S = 300
# How long a fine 3D image takes on software OpenGL, with room to spare.
REST_S = 3.0


class Photographer:
    """Drives one window and takes images of it."""

    def __init__(self, folder: Path, theme: str) -> None:
        self._folder = folder
        self._app = QApplication([])
        apply_theme(self._app, theme)
        self.open_window(Settings(theme=theme))

    def open_window(self, settings: Settings) -> None:
        """A window in which nothing is open."""
        self.session = Session(MainThread(self._app).post, settings)
        self.window = MainWindow(self.session)
        self.window.resize(*SIZE)
        self.window.show()

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the window work until something holds. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE_S
        while not until():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            self._app.processEvents()
            time.sleep(0.005)

    def rest(self, seconds: float = REST_S) -> None:
        """Let the window paint what it still has to."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def take(self, name: str, of: QWidget | None = None) -> None:
        """Save an image of the window, or of another."""
        path = self._folder / f"{name}.png"
        (of or self.window).grab().save(str(path))
        with Image.open(path) as image:
            image.convert("RGB").save(path, optimize=True)

    def drag(self, tool: Tool, start: QPoint, end: QPoint) -> None:
        """Draw with a tool on the first pane; positions count from its middle."""
        self.session.view.set_tool(tool)
        pane = self.window.grid.shown[0]
        middle = pane.rect().center()
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mousePress(pane, button, keys, middle + start)
        QTest.mouseMove(pane, middle + (start + end) / 2)
        QTest.mouseMove(pane, middle + end)
        QTest.mouseRelease(pane, button, keys, middle + end)

    def close(self) -> None:
        """Close the window and all that runs for it."""
        self.window.close()


def take_screenshots(folder: Path, theme: str) -> None:
    """The window with its answer, three planes, annotations, the pen, and help."""
    folder.mkdir(parents=True, exist_ok=True)
    photographer = Photographer(folder, theme)
    session = photographer.session
    session.documents.open_demo()
    photographer.wait(lambda: session.state.classification_status is Status.DONE)
    photographer.wait(lambda: session.state.location.status is Status.DONE)
    session.view.set_overlay(segmentation=False)
    photographer.rest()
    photographer.take("window")
    session.view.set_layout(Layout.THREE_PLANES)
    session.view.set_active(Modality.T1CE)
    photographer.rest()
    photographer.take("three-planes")
    session.view.set_layout(Layout.ONE_LARGE)
    session.view.set_overlay(heatmap=False, crosshair=False)
    photographer.drag(Tool.RULER, QPoint(35, 110), QPoint(185, -10))
    photographer.drag(Tool.ELLIPSE, QPoint(-170, -60), QPoint(-90, 20))
    session.annotations.select("")
    session.view.set_tool(Tool.WINDOW)
    photographer.rest()
    photographer.take("annotate")
    session.report_text.write(ReportText("First seizure.", "One lesion.", "Glioma is probable."))
    photographer.window.parts.report.bring_up()
    photographer.rest()
    photographer.take("report", photographer.window.parts.report.window)
    photographer.window.parts.report.window.hide()

    session.view.set_layout(Layout.FOUR_SEQUENCES)
    session.view.set_tool(Tool.PAINT)
    photographer.rest()
    photographer.take("correct")
    session.view.set_tool(Tool.WINDOW)
    _take_help(photographer)
    photographer.close()


def _take_help(photographer: Photographer) -> None:
    """The guide with a search in it, and the second step of the tour."""
    window = photographer.window
    window.actions_by_id["guide"].trigger()
    guide = window.findChild(GuideWindow)
    QTest.keyClicks(guide.search, "brush wheel")
    photographer.rest(1.0)
    photographer.take("guide", guide)
    guide.close()
    window.actions_by_id["tour"].trigger()
    tour = window.findChild(Tour)
    tour.next.click()
    photographer.rest(1.0)
    photographer.take("tour")
    tour.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--theme", default="dark", choices=IN_GUIDE)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        # Annotations of an earlier run must not appear in the images.
        os.environ["BRAINVIEWER_HOME"] = home
        take_screenshots(chosen.folder or IN_GUIDE[chosen.theme], chosen.theme)


if __name__ == "__main__":
    main()
