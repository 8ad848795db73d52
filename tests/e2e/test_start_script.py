"""``packaging/run.sh`` on a machine without a screen, in an environment that it has made before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

pytestmark = [
    pytest.mark.skipif(
        not (ROOT / ".venv" / ".brainviewer-app").is_file(),
        reason="the environment was not made by packaging/run.sh or packaging/test.sh",
    ),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="other systems always have a screen"
    ),
]


def start(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script from a folder, without a screen, and without a package index."""
    environment = {k: v for k, v in os.environ.items() if k not in SCREENS}
    return subprocess.run(
        ["bash", str(ROOT / "packaging" / "run.sh"), *arguments],
        cwd=folder,
        env={**environment, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_screen_the_demo_study_is_analysed(tmp_path: Path) -> None:
    here = tmp_path / "a folder with spaces"
    here.mkdir()
    started = start(here)
    assert started.returncode == 0, started.stderr
    said = [line for line in started.stderr.splitlines() if "no screen" in line]
    assert len(said) == 1
    (results,) = here.iterdir()
    assert said[0].endswith(str(results))
    assert {file.name for file in results.iterdir()} == {"result.json", "figure.png", "volume.png"}


def test_a_wrong_study_is_told_with_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    started = start(tmp_path, "empty")
    assert started.returncode == 2
    assert "Traceback" not in started.stderr
    assert started.stdout == ""
