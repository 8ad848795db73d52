"""Readers take turns at the real window, and what each leaves in the process is measured.

    xvfb-run -a -s "-screen 0 1680x1050x24" python -m tests.benchmarks.reader_switches [--turns N]

In each turn the demo study is opened, searched and classified by the engine, annotated, and the
window locked; then the other reader signs in. A JSON line for each: resident memory of the process
in MiB, its threads, child processes and open files, after all of the reader before is gone.
"""

import argparse
import gc
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.settings.first_notice import accept
from brainviewer.app.settings.settings import Settings
from brainviewer.app.sign_in.accounts import add_account
from brainviewer.app.sign_in.first_account import make_first_administrator
from brainviewer.app.sign_in.signing_in import begin_use, change_password, sign_out
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.gui.application import Running
from brainviewer.gui.sign_in.reception import Reception
from tests.gui.hands import drag

READERS = {"Anna": "seven green lamps asleep", "Ben": "nine tin cups on a rope"}
PATIENCE_S = 600


def wait(until: Callable[[], object]) -> None:
    """Let the windows work until something holds. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE_S
    while not until():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents()
        time.sleep(0.005)


def type_in(field: QWidget, text: str) -> None:
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def make_readers() -> None:
    """Both have been here before."""
    passwords = list(READERS.items())
    first = make_first_administrator(*passwords[0], takes_over=False)
    begin_use(first)
    name, password = passwords[1]
    second = change_password(name, add_account(name), password)
    for reader in (first, second):
        begin_use(reader)
        settings = Settings.load()
        settings.update(hints_seen=True)
        accept(settings)
    sign_out()


def figures() -> dict[str, float]:
    """Of this process, on Linux."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    status = Path("/proc/self/status").read_text("ascii")
    values = dict(line.split(":", 1) for line in status.splitlines())
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
    return {
        "resident_mib": round(int(values["VmRSS"].split()[0]) / 1024, 1),
        "threads": int(values["Threads"]),
        "children": len(children),
        "files": len(list(Path("/proc/self/fd").iterdir())),
    }


def read(reception: Reception) -> None:
    """Open, search, classify and annotate the demo study."""
    workplace = reception.workplace
    assert workplace is not None
    state = workplace.session.state
    workplace.session.documents.open_demo()
    wait(lambda: state.classification_status is Status.DONE)
    workplace.session.view.set_tool(Tool.RULER)
    drag(workplace.window.grid.panes[0], QPointF(60, 60), QPointF(140, 110))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=6)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = home
        make_readers()
        app = QApplication([])
        running = Running(app, Settings())
        running.begin([], False)
        reception = running.reception
        assert reception is not None
        page = reception.entrance.credentials
        for turn in range(chosen.turns):
            name = list(READERS)[turn % 2]
            type_in(page.name, name)
            type_in(page.password.field, READERS[name])
            wait(lambda: reception.workplace is not None and not reception.entrance.isVisible())
            print(json.dumps({"turn": turn, "reader": name, **figures()}), flush=True)
            read(reception)
            reception.lock()
            page.left.click()
        page.left.click()
        running.close()
        print(json.dumps({"turn": "end", **figures()}), flush=True)


if __name__ == "__main__":
    main()
