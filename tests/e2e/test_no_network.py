"""Nothing leaves the computer: the whole way of a study, with a watch on every process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.toy_images import write_frames

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]

WINDOW = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow

def wait(app, condition, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        app.processEvents()
        time.sleep(0.01)

def main(app):
    session = Session(MainThread(app).post, Settings(classify_on_opening=False))
    window = MainWindow(session)
    window.show()
    state = session.state
    session.engine.start()
    session.documents.open_demo()
    wait(app, lambda: state.study and state.finding_status is Status.DONE)
    session.classification.run()
    wait(app, lambda: state.classification_status in (Status.DONE, Status.FAILED))
    assert state.classification_status is Status.DONE, state.classification_message
    window.export_image.copy()
    # An engine that has loaded a network would now begin to tell.
    until = time.monotonic() + 3
    wait(app, lambda: time.monotonic() > until)
    window.close()
    app.clipboard().clear()
    print("closed")

if __name__ == "__main__":
    main(QApplication([]))
"""

ENGINE = """
import sys, time
from brainviewer.models.engine.engine import Engine
from brainviewer.models.registry import model, image_model

if __name__ == "__main__":
    with Engine(sys.argv[1]) as engine:
        print(engine.warm(model("resnet50-glioma").network))
        print(engine.warm(image_model().network))
        time.sleep(2)
"""

COMMANDS = """
import json, sys
from brainviewer import cli

def window(paths, demo):
    raise AssertionError

if __name__ == "__main__":
    for command in json.loads(sys.argv[1]):
        code = cli.run(command, window)
        if code:
            sys.exit(f"{command}: exit code {code}")
"""

WORKERS = """
import time
from brainviewer.core.process.worker_pool import worker_pool

def work(number):
    from brainviewer.models.engine.onnx_runtime import OnnxRuntime
    from brainviewer.models.registry import model
    OnnxRuntime(1).load(model("resnet50-glioma").network)
    time.sleep(2)
    return number

if __name__ == "__main__":
    with worker_pool(2) as pool:
        print(list(pool.map(work, range(2))))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The home of a user who has never started anything."""
    (tmp_path / "house").mkdir()
    return tmp_path / "house"


@pytest.fixture
def watched(house: Path) -> Run:
    """Runs Python with the watch in it and in all of its children."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("XDG_", "ORT_"))}
    environment |= {
        "HOME": str(house),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]),
        "BRAINVIEWER_HOME": str(house / "brainviewer"),
        "QT_QPA_PLATFORM": "offscreen",
    }

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=house,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def ended_well(done: subprocess.CompletedProcess[str], house: Path) -> None:
    """It came to its end, and wrote nothing that could know the machine again."""
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stderr[-2000:]}"
    known = [p for p in house.rglob("*") if "deviceid" in p.name.lower() or "Microsoft" in p.parts]
    assert known == []


@pytest.mark.parametrize(
    "step",
    [
        "import socket; socket.socket(socket.AF_INET)",
        "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "import socket; socket.getaddrinfo('example.org', 443)",
        "import ctypes; ctypes.CDLL(None).socket(2, 1, 0)",
        "import subprocess, sys; c = 'import socket; socket.socket()'; "
        "sys.exit(subprocess.run([sys.executable, '-c', c]).returncode)",
    ],
)
def test_the_watch_sees_every_way_out(watched: Run, step: str) -> None:
    assert watched("-c", step).returncode != 0


def test_the_watch_lets_a_local_pipe_pass(watched: Run) -> None:
    assert watched("-c", "import socket; socket.socketpair()").returncode == 0


@pytest.mark.window
def test_the_window_opens_finds_classifies_and_exports(
    watched: Run, house: Path, tmp_path: Path
) -> None:
    script = tmp_path / "window.py"
    script.write_text(WINDOW)
    done = watched(script)
    ended_well(done, house)
    assert done.stdout == "closed\n"


def test_commands_open_find_classify_and_export(watched: Run, house: Path, tmp_path: Path) -> None:
    from brainviewer.app.opening.study import demo_paths

    demo = demo_paths()[0].parent
    image_series = write_frames(house / "film.dcm", (False, True))
    script = tmp_path / "commands.py"
    script.write_text(COMMANDS)
    without_networks = (
        ["info", demo],
        ["info", image_series],
        ["pick", demo],
        ["export", demo, "-o", house / "slice2.png"],
        ["models"],
        ["pacs", "nodes", "add", "archive", "--dimse", "pacs.invalid:104", "--title", "ARCHIVE"],
        ["pacs", "nodes"],
    )
    told = json.dumps([[str(argument) for argument in command] for command in without_networks])
    ended_well(watched(script, told), house)
    # A process each: what one has silenced would be silent for the next.
    for command in (
        ["classify", demo, "--model", "resnet50-glioma"],
        ["export", demo, "-o", house / "slice.png", "--heatmap", "--model", "resnet50-glioma"],
        ["classify", house / "slice2.png", "--heatmap", house / "map.png"],
        ["analyze", demo, "-o", house / "out"],
    ):
        ended_well(watched("-m", "brainviewer", *command), house)


def test_engines_keep_quiet_while_they_wait(watched: Run, house: Path, tmp_path: Path) -> None:
    script = tmp_path / "engine.py"
    script.write_text(ENGINE)
    for engine in ("onnx", "tensorflow"):
        done = watched(script, engine)
        ended_well(done, house)
        assert done.stdout.count("Engine ready") == 2


def test_workers_keep_quiet(watched: Run, house: Path, tmp_path: Path) -> None:
    script = tmp_path / "workers.py"
    script.write_text(WORKERS)
    done = watched(script)
    ended_well(done, house)
    assert done.stdout == "[0, 1]\n"
