"""The image of "A reading from start to end" in the user guide, and a check of its first steps.

    PYTHONPATH=. xvfb-run -a -s "-screen 0 1680x1050x24" \\
        python packaging/screenshots/make_start_to_end_screenshots.py \\
        [FOLDER] [--theme light] [--study STUDY] [--all]

Mouse and keys alone do it, the dialog for folders included: open, hang and window. Without STUDY it
is the synthetic demo study; only that may be shown in the guide.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from make_screenshots import IN_GUIDE, Photographer
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from synthetic_node import NOW, examinations

from brainviewer.app.status import Status
from brainviewer.gui.notices import NoticeBar

WANTED = {"reading-hung"}
"""The images of the guide."""
CTRL, SHIFT, PLAIN = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


def _palette(image: Image.Image) -> Image.Image:
    """The colours of flat parts, greys for the slices, and the rest for what lies over them."""
    pixels = np.asarray(image).reshape(-1, 3)
    colours, many = np.unique(pixels, axis=0, return_counts=True)
    flat = colours[np.argsort(many)[::-1][:64]]
    greys = np.repeat(np.linspace(0, 255, 96).round(), 3).reshape(-1, 3)
    bright = colours[np.ptp(colours.astype(int), axis=1) > 24][None]
    rest = Image.fromarray(bright).quantize(96, Image.Quantize.MAXCOVERAGE).getpalette()
    made = Image.new("P", (1, 1))
    made.putpalette([*flat.ravel().tolist(), *greys.astype(int).ravel().tolist(), *rest[:288]])
    return made


class Hands(Photographer):
    """Mouse and keys of a radiologist, who takes images on the way."""

    def __init__(self, folder: Path, theme: str, *, everything: bool) -> None:
        super().__init__(folder, theme)
        self._theme, self._everything = theme, everything
        self._come_up()

    def take(self, name: str, of: QWidget | None = None) -> None:
        """Save an image with few colours, if it is one of the guide's or all are wanted."""
        if not self._everything and name not in WANTED:
            return
        super().take(name, of)
        path = self._folder / f"{name}.png"
        with Image.open(path) as image:
            few = image.quantize(palette=_palette(image), dither=Image.Dither.NONE)
            few.save(path, optimize=True)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = PLAIN) -> None:
        """Press a key where the keys are."""
        if QApplication.activeWindow() is None:  # nothing else does it without a window manager
            self.window.activateWindow()
            self.rest(0.3)
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)
        self.rest(0.1)

    def stroke(self, pane: QWidget, *points: QPoint, held: Qt.KeyboardModifier = PLAIN) -> None:
        """Drag with the left button."""
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(pane, left, held, points[0])
        for start, end in pairwise(points):
            for step in (0.3, 0.7, 1.0):
                QTest.mouseMove(pane, start + (end - start) * step)
        QTest.mouseRelease(pane, left, held, points[-1])
        self.rest(0.3)

    def name_in_dialog(self, path: Path, ask: Callable[[], object]) -> None:
        """Type the name of a file or folder in the dialog that comes up, and press Enter."""

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QFileDialog):
                QTimer.singleShot(50, look)
                return
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            field.setFocus()
            self.rest(1.0)  # until the folder is listed: that names another file
            field.setText(str(path))
            field.completer().popup().hide()  # it would take Enter
            QTest.keyClick(field, Qt.Key.Key_Return)

        QTimer.singleShot(50, look)
        ask()

    def dismiss(self) -> None:
        """Read all notices."""
        bar = self.window.findChild(NoticeBar)
        while bar.sentences:
            bar._read()

    def _come_up(self) -> None:
        self.window.activateWindow()
        self.rest(0.5)


def open_and_hang(hands: Hands, study: Path) -> None:
    """The study, six panes, another window."""
    hands.take("reading-empty")
    hands.name_in_dialog(study, lambda: hands.press(Qt.Key.Key_O, CTRL))
    state = hands.session.state
    hands.wait(lambda: state.study is not None and state.arriving is None)
    hands.wait(lambda: state.classification_status in (Status.DONE, Status.FAILED))
    hands.rest()
    hands.take("reading-opened")
    hands.dismiss()
    hands.press(Qt.Key.Key_4, CTRL)
    hands.press(Qt.Key.Key_T)
    hands.rest()
    before = dict(state.windows)
    pane = hands.window.grid.shown[0]
    middle = pane.rect().center()
    hands.stroke(pane, middle, middle + QPoint(-20, 10))
    assert dict(state.windows) != before, "no window was changed"
    hands.rest()
    hands.take("reading-hung")


def make(
    folder: Path, theme: str, study: Path | None, prior: Path | None, *, everything: bool
) -> None:
    """One whole reading. Raises AssertionError where something is not as it was left."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="reading-") as above:
        place = Path(above)
        if study is None:
            examinations(place)
            study = place / NOW.date
        hands = Hands(folder, theme, everything=everything)
        open_and_hang(hands, study)
        hands.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--theme", default="dark", choices=IN_GUIDE)
    parser.add_argument("--study", type=Path, help="never for the guide")
    parser.add_argument("--all", action="store_true", help="also those that are not in the guide")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = home
        folder = chosen.folder or IN_GUIDE[chosen.theme]
        make(folder, chosen.theme, chosen.study, everything=chosen.all)


if __name__ == "__main__":
    main()
