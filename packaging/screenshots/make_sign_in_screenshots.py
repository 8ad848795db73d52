"""The images of "Sign in at the window" in the user guide, taken from the real windows.

    PYTHONPATH=. xvfb-run -a -s "-screen 0 1680x1050x24" \\
        python packaging/screenshots/make_sign_in_screenshots.py [FOLDER] [--theme light] [--all]

Two readers take turns, with mouse and keys alone; only the synthetic demo study is ever shown.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from few_colours import with_few_colours
from make_screenshots import IN_GUIDE, SIZE
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.settings.first_notice import accept
from brainviewer.app.settings.settings import Settings
from brainviewer.app.settings.table import Page
from brainviewer.app.sign_in.accounts import add_account
from brainviewer.app.sign_in.first_account import make_first_administrator
from brainviewer.app.sign_in.signing_in import begin_use, sign_out
from brainviewer.app.status import Status
from brainviewer.gui.application import Running
from brainviewer.gui.help.tour import Tour
from brainviewer.gui.settings.dialog import SettingsDialog
from brainviewer.gui.sign_in.reception import Reception

ANNA, PASSWORD, NEW = "Anna Miller", "seven green lamps asleep", "nine tin cups on a rope"
IN_THE_GUIDE = {"sign-in", "locked", "accounts"}
PATIENCE_S = 300


class Turns:
    """What readers do one after the other, with an image of each step."""

    def __init__(self, folder: Path, theme: str, *, every: bool) -> None:
        self._folder, self._every = folder, every
        QApplication.setHighDpiScaleFactorRoundingPolicy(
            Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
        )
        self._app = QApplication([])
        self._theme = theme
        self._running = Running(self._app, Settings(theme=theme))

    def take_all(self) -> None:
        """Sign in, lock, unlock, the page of accounts, and a new reader with his password."""
        anna = make_first_administrator(ANNA, PASSWORD, takes_over=False)
        begin_use(anna)
        self._used()
        once = add_account("Ben")
        add_account("Carla Ruiz")
        sign_out()
        self._running.begin([], True)
        reception = self._running.reception
        assert reception is not None
        page = reception.entrance.credentials
        self.type(page.name, ANNA)
        self.take("sign-in", reception.entrance)
        for turn in range(4):
            self.wait(page.enter.isEnabled)
            self.type(page.password.field, f"a wrong guess {turn}")
            self.wait(lambda: page.said.text() and not page.said.text().startswith("Looking"))
        self.take("sign-in-wait", reception.entrance)
        self.wait(page.enter.isEnabled)
        self.type(page.password.field, PASSWORD)
        self.wait(lambda: reception.workplace is not None)
        self._at_work(reception)
        self._accounts(reception)
        self._lock(reception)
        self._another(reception, once)
        self._running.close()

    def _at_work(self, reception: Reception) -> None:
        workplace = reception.workplace
        assert workplace is not None
        workplace.window.resize(*SIZE)
        state = workplace.session.state
        self.wait(lambda: state.classification_status is Status.DONE)
        self.rest(3)
        self.take("signed-in", workplace.window)

    def _accounts(self, reception: Reception) -> None:
        workplace = reception.workplace
        assert workplace is not None
        workplace.window.actions_by_id["settings"].trigger()
        (dialog,) = workplace.window.findChildren(SettingsDialog)
        dialog.show_page(Page.ACCOUNTS)
        self.rest(1)
        self.take("accounts", dialog)

    def _lock(self, reception: Reception) -> None:
        workplace, page = reception.workplace, reception.entrance.credentials
        assert workplace is not None
        QTest.keyClick(
            workplace.window.windowHandle(),
            Qt.Key.Key_K,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
        )
        self.wait(lambda: reception.locked)
        self.rest(0.5)
        self.take("locked", reception.entrance)
        self.take("locked-screen")
        self.type(page.password.field, PASSWORD)
        self.wait(lambda: not reception.locked)
        self.rest(1)
        self.take("unlocked")
        workplace.window.actions_by_id["lock"].trigger()
        QTest.mouseClick(page.left, Qt.MouseButton.LeftButton)
        self.take("somebody-else", reception.entrance)

    def _another(self, reception: Reception, once: str) -> None:
        page, new = reception.entrance.credentials, reception.entrance.new_password
        self.type(page.name, "Ben")
        self.type(page.password.field, once)
        self.wait(new.isVisible)
        self.type(new.new.field, "ben ben ben ben ben", enter=False)
        self.rest(1)
        self.take("new-password-refused", reception.entrance)
        new.new.field.clear()
        self.type(new.new.field, NEW, enter=False)
        self.rest(1)
        self.take("new-password", reception.entrance)
        self.type(new.again.field, NEW)
        self.wait(lambda: reception.workplace is not None and not reception.entrance.isVisible())
        workplace = reception.workplace
        assert workplace is not None
        self.wait(lambda: workplace.session.state.study is not None)
        self.rest(1)
        self.take("first-start-of-another")
        accept(workplace.settings)
        for tour in workplace.window.findChildren(Tour):
            tour.end()
        self._back(reception)

    def _back(self, reception: Reception) -> None:
        """Anna comes back, and is offered what she left."""
        page = reception.entrance.credentials
        reception.lock()
        QTest.mouseClick(page.left, Qt.MouseButton.LeftButton)
        self.type(page.name, ANNA)
        self.type(page.password.field, PASSWORD)
        self.wait(lambda: not reception.locked and not reception.entrance.isVisible())
        self.rest(2)
        self.take("offered-again")

    # -- hands and eyes ---------------------------------------------------------------------

    def type(self, field: QWidget, text: str, *, enter: bool = True) -> None:
        """Type into a field, and press Enter."""
        QTest.keyClicks(field, text)
        if enter:
            QTest.keyClick(field, Qt.Key.Key_Return)

    def wait(self, until: Callable[[], object]) -> None:
        """Let the windows work until something holds. Raises TimeoutError."""
        end = time.monotonic() + PATIENCE_S
        while not until():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            self._app.processEvents()
            time.sleep(0.005)

    def rest(self, seconds: float) -> None:
        """Let the windows paint what they still have to."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def take(self, name: str, of: QWidget | None = None) -> None:
        """Save an image of a window, or of the screen."""
        if not self._every and name not in IN_THE_GUIDE:
            return
        self.rest(0.3)
        path = self._folder / f"{name}.png"
        (of.grab() if of else self._app.primaryScreen().grabWindow(0)).save(str(path))
        with Image.open(path) as image:
            with_few_colours(image.convert("RGB")).save(path, optimize=True)

    def _used(self) -> None:
        """The reader has been here before."""
        settings = Settings.load()
        settings.update(hints_seen=True, theme=self._theme)
        accept(settings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--theme", default="dark", choices=IN_GUIDE)
    parser.add_argument("--all", action="store_true", help="images of every step")
    chosen = parser.parse_args()
    folder = chosen.folder or IN_GUIDE[chosen.theme]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = home
        Turns(folder, chosen.theme, every=chosen.all).take_all()


if __name__ == "__main__":
    main()
