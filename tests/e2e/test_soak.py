"""Readings one after another leave nothing: no thread, process or descriptor, and no socket.

The long form, with the memory, is ``tests/benchmarks/soak.py``.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.soak import OVER_CYCLES, judged
from tests.benchmarks.soak_figures import Held, InternetSteps, internet_sockets, slope

ROOT = Path(__file__).parents[2]
PRIVACY = (ROOT / "PRIVACY.md").read_text("utf-8")
CYCLES = 6
SETTLED = 3
"""From this reading on all is loaded that a reading needs."""

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the accounts of Linux are read"
)


@pytest.mark.window
def test_a_few_readings_leave_nothing_and_open_no_socket(tmp_path: Path) -> None:
    """With the watch of ``tests/offline`` in every process: it ends one that opens a socket."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.soak", ROOT / "resources" / "demo"),
            *("--cycles", str(CYCLES), "--line", "1", "--whole", "0"),
            *("--home", tmp_path / "home"),
        ],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]),
            "TMPDIR": str(tmp_path),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    readings = [json.loads(line) for line in lines[:CYCLES]]
    end = json.loads("\n".join(lines[CYCLES:]))
    assert end["errors"] == [], done.stderr[-2000:]
    assert readings[-1]["found"] == readings[-1]["classified"] == CYCLES
    assert end["sockets"] == end["steps_towards_a_network"] == 0
    settled = readings[SETTLED - 1 :]
    for name, spare in (("children", 0), ("descriptors", 1), ("threads", 2)):
        held = [one[name] for one in settled]
        # What is still at work when a reading ends comes and goes; what is left, adds up.
        assert min(held[-2:]) - min(held[:2]) <= spare, (name, held)
    assert [path.name for path in tmp_path.iterdir()] == ["home"], "something is left on the disk"
    what_is_kept_is_told(tmp_path / "home")


def what_is_kept_is_told(home: Path) -> None:
    """Every file has a row in PRIVACY.md, and only its owner can read it."""
    rows = [line for line in PRIVACY.splitlines() if line.startswith("| ")]
    kept = list(home.rglob("*"))
    assert any(path.is_file() for path in kept)
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0, f"{path} can be read by others"
        first = path.relative_to(home).parts[0]
        told = f"`{first}/" if (home / first).is_dir() else f"`{first}"
        assert any(told in row for row in rows), f"PRIVACY.md does not tell of {first}"


def held(own_mb: float, threads: int = 9, sockets: int = 0) -> Held:
    return Held(own_mb, 100.0, threads, 2, 18, sockets)


def test_what_grows_is_seen() -> None:
    """Twenty megabytes of noise hide no leak of a tenth of a megabyte a reading."""
    noise = [10.0 if n % 3 else -10.0 for n in range(400)]
    flat = judged([held(500 + one) for one in noise])
    assert flat["within"] and abs(flat[f"grown_over_{OVER_CYCLES}"]["own_mb"]) < 20
    grown = judged([held(500 + one + 0.1 * n) for n, one in enumerate(noise)])
    assert not grown["within"]
    assert grown[f"grown_over_{OVER_CYCLES}"]["own_mb"] == pytest.approx(200, abs=20)
    assert not judged([held(500, threads=9 + n // 50) for n in range(400)])["within"]
    assert not judged([held(500, sockets=int(n == 7)) for n in range(400)])["within"]
    assert slope([1.0, 2.0, 900.0, 4.0, 5.0]) == pytest.approx(1.0)


def test_a_socket_is_seen() -> None:
    steps, before = InternetSteps(), internet_sockets(os.getpid())
    with socket.socket(socket.AF_UNIX):
        assert (steps.count, internet_sockets(os.getpid())) == (0, before)
    with socket.socket(socket.AF_INET) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        assert steps.count == 2
        assert internet_sockets(os.getpid()) == before + 1
