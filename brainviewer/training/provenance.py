"""Provenance of a result: versions, commit and machine, without names or paths."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import brainviewer

_PACKAGES = (
    "keras", "numpy", "onnx", "onnxruntime", "opencv-python-headless", "pillow", "scikit-learn",
    "scipy", "tensorflow", "torch",
)  # fmt: skip
_PATIENCE = 5.0  # seconds for git


def made_with() -> dict[str, Any]:
    """Versions of the application, Python and libraries, the commit, and the machine.

    ``commit`` is null where the application does not run from a checkout; ``changed`` tells whether
    files of the checkout differ from it.
    """
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "brainviewer": brainviewer.__version__,
        "python": platform.python_version(),
        "packages": packages,
        **_commit(Path(brainviewer.__file__).resolve().parents[1]),
        "machine": {
            "system": platform.system(),
            "processor": _processor(),
            "cores": os.cpu_count() or 0,
            "memory_gb": _memory_gb(),
        },
    }


def _commit(checkout: Path) -> dict[str, Any]:
    # The folder above an installed package may be a checkout of something else.
    if not (checkout / ".git").exists() or not (checkout / "pyproject.toml").is_file():
        return {"commit": None, "changed": None}
    commit = _git(checkout, "rev-parse", "HEAD")
    state = _git(checkout, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit or None, "changed": None if state is None else bool(state)}


def _git(checkout: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(checkout), *arguments],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, OSError, ValueError):  # not on every system
        return None
