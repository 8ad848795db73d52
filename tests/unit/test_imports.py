"""What a command does not use, it does not import: that is most of the time that it takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources" / "demo"

ALWAYS = {
    # toolkits and networks, by those who use them only
    "PySide6", "pyqtgraph", "tensorflow", "keras", "torch", "sklearn", "vtkmodules",
    # half a second each, for a few lines that are written out
    "scipy.stats", "nibabel", "requests",
    # what reaches a network, by what asks a PACS only
    "pynetdicom", "dicomweb_client", "keyring",
    # decoders run in a process of their own
    "SimpleITK", "pydicom", "tifffile", "matplotlib",
}  # fmt: skip
PAINTS = ALWAYS - {"PySide6"} | {"PySide6.QtWidgets", "PySide6.QtPrintSupport"}
"""What is not imported by commands that paint."""
ARITHMETIC = {"scipy", "cv2"}
LOCATING = {"SimpleITK"}
"""What brings a head over the template of the atlas."""
LOCATES = ("pick STUDY", "classify STUDY")
NETWORKS = {"onnxruntime", "h5py"}

SCRIPT = """
import json, sys
from brainviewer import cli

def window(paths, demo):
    raise AssertionError

if __name__ == "__main__":
    code = cli.run(sys.argv[1:], window)
    print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def imported(tmp_path: Path, *arguments: object) -> set[str]:
    """The modules that a command has imported in the end."""
    script = tmp_path / "command.py"
    script.write_text(SCRIPT)
    home = str(tmp_path / "home")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BRAINVIEWER_HOME": home}
    done = subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr, done.stdout
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr[:500]
    return set(modules)


@pytest.mark.parametrize(
    ("command", "unused"),
    [
        ("--help", ARITHMETIC | NETWORKS | {"PIL"}),
        ("--version", ARITHMETIC | NETWORKS | {"PIL"}),
        ("models", ARITHMETIC | NETWORKS),
        ("explain", ARITHMETIC | NETWORKS | {"PIL"}),
        ("info STUDY", ARITHMETIC | NETWORKS | {"PIL"}),
        ("info IMAGE", ARITHMETIC | NETWORKS),
        ("pick STUDY", {"h5py", "PIL"}),
        ("classify STUDY", {"PIL"}),
        ("classify IMAGE", {"scipy"}),
        ("export STUDY -o OUT", {"h5py"}),
        ("export IMAGE -o OUT", {"scipy"} | NETWORKS),
        ("train --help", ARITHMETIC | NETWORKS | {"PIL"}),
        ("data audit PICTURES", NETWORKS | {"scipy.ndimage", "scipy.optimize"}),
        ("pacs nodes", ARITHMETIC | NETWORKS | {"PIL"}),
        ("leaderboard", NETWORKS | {"scipy"}),
        ("graphics", ARITHMETIC | NETWORKS | {"PIL"}),
    ],
)
def test_a_command_imports_what_it_uses(tmp_path: Path, command: str, unused: set[str]) -> None:
    images = tmp_path / "pictures"
    for name in ("glioma", "none"):
        (images / name).mkdir(parents=True)
        grey = np.random.default_rng(len(name)).integers(0, 255, (64, 64), np.uint8)
        Image.fromarray(grey).save(images / name / "slice.png")
    places = {
        "STUDY": DEMO,
        "IMAGE": images / "glioma" / "slice.png",
        "PICTURES": images,
        "OUT": tmp_path / "out.png",
    }
    modules = imported(tmp_path, *(places.get(word, word) for word in command.split()))
    never = PAINTS if command.startswith("export") else ALWAYS
    if command in LOCATES:
        never = never - LOCATING
    assert modules & (unused | never) == set()


def test_the_window_imports_nothing_that_only_work_needs(tmp_path: Path) -> None:
    code = "import sys, brainviewer.gui.application; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    later = {f"brainviewer.gui.{name}" for name in ("pacs.window", "pacs.nodes", "prior.window")}
    needless = (ALWAYS - {"PySide6"}) | NETWORKS | {"scipy", "vtk"} | later
    assert set(done.stdout.split()) & needless == set()
