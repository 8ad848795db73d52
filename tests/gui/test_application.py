"""The application as the command starts it: a process of its own, on a real screen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.application import Crashes
from brainviewer.gui.main_thread import MainThread

pytestmark = pytest.mark.window

# Runs the command, and then this in its window when the engine has answered.
_DRIVER = """
import sys, threading
from PySide6.QtCore import QTimer
from brainviewer.app.status import Status
from brainviewer.gui import application

class Window(application.MainWindow):
    def __init__(self, session):
        super().__init__(session)
        self._look = QTimer(self, interval=20)
        self._look.timeout.connect(self._done)
        self._look.start()

    def _done(self):
        state = self.session.state
        if {condition}:
            self._look.stop()
            heavy = {{"tensorflow", "keras", "onnxruntime", "torch"}} & set(sys.modules)
            print({said}, sorted(heavy), flush=True)
            self.close()

application.MainWindow = Window
from brainviewer.__main__ import main
if __name__ == "__main__":
    sys.argv[0] = "brainviewer"
    main()
"""


def start(
    tmp_path: Path, arguments: list[str], condition: str, said: str
) -> subprocess.CompletedProcess[str]:
    driver = tmp_path / "driver.py"
    driver.write_text(_DRIVER.format(condition=condition, said=said))
    return subprocess.run(
        [sys.executable, str(driver), *arguments],
        env={
            **os.environ,
            "BRAINVIEWER_HOME": str(tmp_path / "home"),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_demo_goes_all_the_way_and_the_end_is_clean(tmp_path: Path) -> None:
    done = start(
        tmp_path,
        ["--demo"],
        "state.classification_status in (Status.DONE, Status.FAILED)",
        "state.classification_status, state.study.synthetic, state.on_tumour_slice",
    )
    assert done.stdout == "done True True []\n", done.stderr
    assert done.returncode == 0
    assert done.stderr == ""
    log = tmp_path / "home" / "brainviewer.log"
    assert not log.exists() or "ERROR" not in log.read_text()


def test_the_first_start_shows_the_demo_and_the_tour(tmp_path: Path) -> None:
    done = start(
        tmp_path,
        [],
        "state.study is not None and state.finding is not None",
        "state.study.synthetic, len(self.findChildren(__import__('brainviewer.gui.help.tour',"
        " fromlist=['Tour']).Tour))",
    )
    assert done.stdout == "True 1 []\n", done.stderr
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_path_that_is_no_study_is_a_notice_and_no_end(tmp_path: Path) -> None:
    heard = "self.findChild(__import__('brainviewer.gui.notices', fromlist=['x']).NoticeBar)"
    done = start(
        tmp_path,
        [str(tmp_path / "nowhere")],
        f"{heard}.sentences",
        f"state.study is None, len({heard}.sentences)",
    )
    assert done.returncode in (0, 2), done.stderr
    if done.returncode == 0:
        assert done.stdout == "True 1 []\n"
    assert "Traceback" not in done.stderr


@pytest.fixture
def crashes(monkeypatch: pytest.MonkeyPatch) -> Crashes:
    hooks = sys.excepthook
    made = Crashes(MainThread())
    made.remove()
    sys.excepthook = hooks
    return made


def test_a_bug_is_told_once_and_remembered_in_the_exit_code(
    qtbot: QtBot, crashes: Crashes, caplog: pytest.LogCaptureFixture
) -> None:
    assert crashes.exit_code == 0
    crashes.report(ZeroDivisionError("a bug"))
    crashes.report(ZeroDivisionError("the same again"))
    box = crashes._box
    assert isinstance(box, QMessageBox)
    assert "Your study stays open" in box.text()
    assert "ZeroDivisionError" in box.detailedText()
    assert crashes.exit_code == 1
    assert len(caplog.records) == 2
    box.close()
    qtbot.waitUntil(lambda: not crashes._showing)
    crashes.report(BrainViewerError("It is broken.", "Mend it."))
    assert crashes._box.text() == "It is broken. Mend it."
    crashes._box.close()
    qtbot.waitUntil(lambda: not crashes._showing)
