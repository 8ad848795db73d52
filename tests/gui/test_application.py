"""The application as the command starts it: a process of its own, on a real screen."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from brainviewer.app.settings import first_notice
from brainviewer.app.settings.settings import Settings
from brainviewer.files.user_folders import settings_folder
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.workplace import Workplace

pytestmark = pytest.mark.window

# Runs the command, and then this in its window when the engine has answered.
_DRIVER = """
import sys, threading
from PySide6.QtCore import QTimer
from brainviewer.app.status import Status
from brainviewer.gui import workplace

class Window(workplace.MainWindow):
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

workplace.MainWindow = Window
from brainviewer.__main__ import main
if __name__ == "__main__":
    sys.argv[0] = "brainviewer"
    main()
"""


def test_damaged_settings_are_told_at_the_start(home: None, qapp: QApplication) -> None:
    settings_folder().mkdir(parents=True)
    (settings_folder() / "settings.json").write_text("[")
    settings = Settings.load()
    settings.hints_seen, settings.notice_accepted = True, first_notice.EDITION
    thread = MainThread(qapp)
    place = Workplace(qapp, thread, settings)
    said: list[str] = []
    place.session.state.noticed.connect(lambda notice: said.append(notice.text))
    place.begin([], False)
    assert [one for one in said if one.startswith("The settings are damaged")]
    place.end()
    thread.deleteLater()


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


NOTICES = (
    "self.findChildren(__import__('brainviewer.gui.help.first_notice', fromlist=['x']).FirstNotice)"
)
TOURS = "self.findChildren(__import__('brainviewer.gui.help.tour', fromlist=['x']).Tour)"


def test_the_first_start_shows_the_demo_the_notice_and_the_tour(tmp_path: Path) -> None:
    """The study is opened and searched behind the notice; the tour comes when it is accepted."""
    opened = "state.study is not None and state.finding is not None"
    understood = f"[one.understood.click() for one in {NOTICES}]"
    done = start(
        tmp_path,
        [],
        opened,
        f"state.study.synthetic, len({TOURS}), len({understood}), len({TOURS})",
    )
    assert done.stdout == "True 0 1 1 []\n", done.stderr
    assert done.returncode == 0
    assert done.stderr == ""
    again = start(tmp_path, ["--demo"], opened, f"len({NOTICES}), len({TOURS})")
    assert again.stdout == "0 1 []\n", again.stderr


def test_who_does_not_accept_the_notice_quits(tmp_path: Path) -> None:
    quit_it = f"[one.quit.click() for one in {NOTICES}], self.isVisible()"
    done = start(tmp_path, ["--demo"], NOTICES, quit_it)
    assert done.stdout == "[None] False []\n", done.stderr
    assert (done.returncode, done.stderr) == (0, "")
    again = start(tmp_path, ["--demo"], NOTICES, f"len({NOTICES})")
    assert again.stdout == "1 []\n", again.stderr


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


def test_a_native_crash_is_offered_at_the_next_start(tmp_path: Path) -> None:
    done = start(tmp_path, [], "True", "__import__('faulthandler')._sigsegv()")
    assert done.returncode == -signal.SIGSEGV
    assert done.stderr == ""
    (trace,) = (tmp_path / "home" / "crashes").iterdir()
    assert "Segmentation fault" in trace.read_text()
    offers = "__import__('brainviewer.gui.faults.start_offer', fromlist=['x']).StartOffer"
    done = start(
        tmp_path,
        ["--demo"],
        f"self.findChildren({offers})",
        "[label.text() for label in self.findChildren(__import__('PySide6.QtWidgets',"
        " fromlist=['x']).QLabel) if 'unexpectedly' in label.text()]",
    )
    assert done.stdout.startswith("['BrainViewer ended unexpectedly on 20"), done.stderr
    assert done.returncode == 0
    assert list((tmp_path / "home" / "crashes").iterdir()) == [trace]


def test_a_bug_is_told_and_remembered_in_the_exit_code(tmp_path: Path) -> None:
    bug = "QTimer.singleShot(0, lambda: 1 / 0) if not self.session.faults.unread else None"
    windows = "__import__('brainviewer.gui.faults.window', fromlist=['x']).FaultWindow"
    done = start(
        tmp_path,
        [],
        f"[{bug}] and self.findChildren({windows})",
        f"[one.isVisible() for one in self.findChildren({windows})]",
    )
    assert done.stdout == "[True] []\n", done.stderr
    assert done.returncode == 1
    assert done.stderr == ""
    assert "ZeroDivisionError" in (tmp_path / "home" / "brainviewer.log").read_text()


def test_the_end_by_the_system_leaves_no_file(tmp_path: Path) -> None:
    done = start(tmp_path, [], "True", "__import__('os').kill(__import__('os').getpid(), 15)")
    assert done.returncode in (0, 128 + signal.SIGTERM), done.stderr
    assert not list((tmp_path / "home" / "crashes").iterdir())
