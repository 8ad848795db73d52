"""The layers hold, and the contracts that guard them can fail."""

import ast
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = (
    "import sys; from importlinter.cli import lint_imports;"
    "sys.exit(lint_imports(no_cache=True, no_logo=True))"
)


QT_ALLOWED = {
    "gui": {"__version__", "QtCore", "QtGui", "QtPrintSupport", "QtSvg", "QtWidgets"},
    "painting": {"QtCore", "QtGui", "QtSvg"},
}
"""import-linter tells only whole packages apart: which modules of Qt each room may use."""


@cache
def imported(source: str) -> list[str]:
    """The modules that a module imports; parsed once, since the copies differ in one module."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "PySide6":
            names += [f"PySide6.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def misused_qt(folder: Path) -> list[str]:
    """Imports of a module of Qt by a room that may not use it, as ``module: import``."""
    found = []
    for path in sorted((folder / "brainviewer").rglob("*.py")):
        module = path.relative_to(folder / "brainviewer")
        allowed = QT_ALLOWED.get(module.parts[0], set())
        for name in imported(path.read_text(encoding="utf-8")):
            parts = name.split(".")
            if parts[0] == "PySide6" and (parts[1:2] or [""])[0] not in allowed:
                found.append(f"{module.as_posix()}: {name}")
    return found


def test_every_room_uses_the_modules_of_qt_that_it_may() -> None:
    assert misused_qt(ROOT) == []


@pytest.mark.parametrize(
    ("module", "planted", "found"),
    [
        ("painting/figure.py", "from PySide6.QtWidgets import QWidget", "PySide6.QtWidgets"),
        ("painting/figure.py", "import PySide6.QtPrintSupport", "PySide6.QtPrintSupport"),
        ("painting/devices.py", "from PySide6 import QtWidgets", "PySide6.QtWidgets"),
        ("painting/devices.py", "def late():\n    import PySide6", "PySide6"),
        ("app/exports.py", "from PySide6.QtGui import QImage", "PySide6.QtGui"),
        ("cli/exporting/pictures.py", "import PySide6.QtCore", "PySide6.QtCore"),
        ("gui/widgets.py", "from PySide6.QtOpenGL import QOpenGLWindow", "PySide6.QtOpenGL"),
    ],
)
def test_a_planted_import_of_qt_is_found(copy: Path, module: str, planted: str, found: str) -> None:
    with (copy / "brainviewer" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{planted}\n")
    assert misused_qt(copy) == [f"{module}: {found}"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of ``pyproject.toml`` on the package that lies in a folder."""
    return subprocess.run(
        [sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts, to be spoilt."""
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "brainviewer", tmp_path / "brainviewer", ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept() -> None:
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout
    assert "0 broken" in checked.stdout


@pytest.mark.parametrize(
    ("module", "planted", "broken"),
    [
        ("core/geometry.py", "import brainviewer.files.nifti.reader", "Arrows point down only"),
        ("models/card.py", "import brainviewer.painting.figure", "Arrows point down only"),
        ("imaging/preprocess/brain.py", "import brainviewer.models.card", "Arrows point down only"),
        ("files/nifti/reader.py", "import brainviewer.imaging.measure.cavity", "Arrows point down"),
        ("painting/figure.py", "import brainviewer.app.session", "Arrows point down only"),
        ("app/session.py", "import brainviewer.gui.theme", "Arrows point down only"),
        (
            "files/writing.py",
            "import PySide6.QtGui",
            "Qt only where it is painted and in the window",
        ),
        (
            "core/geometry.py",
            "import PySide6.QtCore",
            "Qt only where it is painted and in the window",
        ),
        (
            "cli/studies.py",
            "def late():\n    import PySide6.QtGui",
            "Qt only where it is painted and in the window",
        ),
        ("app/jobs.py", "import vtkmodules.vtkCommonCore", "VTK only"),
        ("gui/volume/pane.py", "from vtkmodules import qt", "VTK only"),
        ("gui/volume/pane.py", "import vtk", "no whole VTK"),
        ("models/subtype/input.py", "import tensorflow", "TensorFlow and Keras only"),
        ("models/engine/serve.py", "from keras import layers", "TensorFlow and Keras only"),
        ("models/engine/engine.py", "import onnxruntime", "ONNX Runtime only"),
        (
            "app/session.py",
            "import brainviewer.models.engine.onnx_runtime",
            "what makes engines only",
        ),
        (
            "gui/widgets.py",
            "import brainviewer.models.engine.keras_runtime",
            "what makes engines only",
        ),
        ("app/session.py", "import brainviewer.models.engine.inline", "No window runs a network"),
        ("imaging/rules/lesion_search.py", "import torch", "PyTorch, which only an extra"),
        ("models/registry.py", "import onnx", "The ONNX format only"),
        ("app/opening/image2d.py", "import pydicom", "Decoders of foreign images only"),
        ("files/dicom/reader.py", "import pydicom", "Decoders of foreign images only"),
        ("app/dicom_export/export.py", "import highdicom", "DICOM results are made in one room"),
        ("files/image2d/reader.py", "import tifffile", "Decoders of foreign images only"),
        ("app/study_list/rows.py", "import sqlite3", "SQLite by one door"),
        ("files/study_list/database.py", "import sqlite3", "SQLite by one door"),
        ("app/session.py", "import argon2", "Passwords are judged"),
        ("gui/pacs/nodes.py", "import brainviewer.pacs.node_changes", "What all readers share"),
        ("cli/models.py", "import brainviewer.models.installation.install", "What all readers"),
        ("gui/widgets.py", "import zxcvbn", "Passwords are judged"),
        (
            "gui/application.py",
            "import brainviewer.app.sign_in.first_account",
            "made on a terminal only",
        ),
        ("imaging/preprocess/brain.py", "from scipy import ndimage", "SciPy by one door"),
        ("app/session.py", "import requests", "The network only where PACS nodes"),
        ("app/documents.py", "import pynetdicom", "The network only where PACS nodes"),
        ("imaging/preprocess/brain.py", "import brainviewer.pacs.client", "Arrows point down only"),
        ("pacs/node_list.py", "import keyring", "The keyring of the system only"),
        ("files/journal/study_file.py", "import pickle", "No pickles"),
        ("newcomer.py", "", "Arrows point down only"),
    ],
)
def test_a_planted_import_breaks_its_contract(
    copy: Path, module: str, planted: str, broken: str
) -> None:
    with (copy / "brainviewer" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{planted}\n")
    checked = lint(copy)
    assert checked.returncode != 0
    said = checked.stdout + checked.stderr
    if module == "newcomer.py":  # a room without a place among the layers is refused outright
        assert "newcomer" in said
    else:
        names = [line.removesuffix("BROKEN") for line in said.splitlines() if "BROKEN" in line]
        assert any(broken in name for name in names), said


def test_the_window_brings_no_network_engine_into_its_process() -> None:
    program = (
        "import sys, brainviewer.gui.application;"
        "print(*{'tensorflow', 'keras', 'onnxruntime', 'torch'} & set(sys.modules))"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == ""
