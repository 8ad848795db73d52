"""Worker processes end with their parent, whatever ends it."""

import ast
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import brainviewer
from brainviewer.core.process.worker_pool import worker_pool
from tests.processes import running

PARENT = """
import os, time
from brainviewer.core.process.worker_pool import worker_pool

def work(number):
    print(os.getpid(), flush=True)
    time.sleep(number)

if __name__ == "__main__":
    with worker_pool(2) as pool:
        list(pool.map(work, {sleeps}))
        print("resting", flush=True)
        time.sleep(600)
"""


@pytest.mark.parametrize("sleeps", [(600, 600), (0.5, 0.5)], ids=["at work", "at rest"])
def test_workers_end_when_their_parent_is_killed(tmp_path: Path, sleeps: tuple[float, ...]) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(sleeps=sleeps))
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(parent.stdout.readline()) for _ in sleeps]
        if sleeps[0] < 1:
            assert parent.stdout.readline() == "resting\n"
        assert all(map(running, workers))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        late = time.monotonic() + 30
        while any(map(running, workers)):
            assert time.monotonic() < late, "the workers outlived their parent"
            time.sleep(0.05)


def test_they_do_the_work_and_stop_early() -> None:
    with worker_pool(2) as pool:
        found = pool.map(abs, range(-1000, 0))
        assert [next(found), next(found)] == [1000, 999]


def test_every_pool_of_processes_is_made_here() -> None:
    package = Path(brainviewer.__file__).parent
    makers = ("ProcessPoolExecutor", "Pool", "fork")
    for file in sorted(package.rglob("*.py")):
        names = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute | ast.Name)
        }
        if file.name != "worker_pool.py":
            assert names.isdisjoint(makers), f"{file.relative_to(package)}: use worker_pool"
