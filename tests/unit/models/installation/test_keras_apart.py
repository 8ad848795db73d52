"""The tests of networks of Keras, in a process without OpenGL."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def test_networks_of_keras() -> None:
    file = Path(__file__).with_name("test_adding_keras.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", str(file)],
        cwd=ROOT,
        env={**os.environ, "BRAINVIEWER_TEST_TRAINING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
