"""How fast ``brainviewer data audit`` is, how much memory it takes, and what its search misses.

    python packaging/measure/measure_audit.py [--pictures 100000] [--data FOLDER] [--json FILE]

Made-up heads, each with neighbours that look like the next slice, and one in twenty with a copy.
``--data`` also measures how long looking at the pictures of a folder takes, on one core.
"""

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from brainviewer.files.image2d.reader import PICTURE_SUFFIXES
from brainviewer.training.audit.duplicates import find_duplicates
from brainviewer.training.audit.image_signature import SIDE, ImageSignature, measure_image, shrink
from brainviewer.training.audit.perceptual_hash import perceptual_hash

_OF_A_PATIENT = 20  # slices
_COPIED = 20  # one picture in so many has a copy


def made_up(count: int) -> tuple[list[ImageSignature], set[tuple[int, int]]]:
    """Looks of heads that do not exist, and which of them are copies."""
    random = np.random.default_rng(0)
    looks: list[ImageSignature] = []
    copies = set()
    while len(looks) < count:
        pattern = random.random((12, 12)).astype(np.float32)
        axes = (int(random.integers(13, 22)), int(random.integers(16, 24)))
        for _ in range(_OF_A_PATIENT):
            pattern = 0.5 * pattern + 0.5 * random.random((12, 12)).astype(np.float32)
            picture = _head(pattern, axes)
            looks.append(_look(picture))
            if random.random() < 1 / _COPIED:
                noisy = picture.astype(np.float32) + random.normal(0, 3, picture.shape)
                looks.append(_look(np.clip(noisy, 0, 255).astype(np.uint8)))
                copies.add((len(looks) - 2, len(looks) - 1))
    return looks, copies


def _head(pattern: np.ndarray, axes: tuple[int, int]) -> np.ndarray:
    tissue = cv2.resize(pattern, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    canvas = np.zeros((SIDE, SIDE), np.float32)
    cv2.ellipse(canvas, (SIDE // 2, SIDE // 2), axes, 0, 0, 360, 1, cv2.FILLED)
    return np.clip((60 + 150 * tissue) * canvas, 0, 255).astype(np.uint8)


def _look(picture: np.ndarray) -> ImageSignature:
    hashes = perceptual_hash(shrink(picture, 32))
    return ImageSignature(
        picture.tobytes()[:1200],
        (SIDE, SIDE),
        np.array([*hashes, *hashes], np.uint64),
        np.stack([picture, picture]),
        False,
        {},
        {},
    )


def measure(count: int) -> dict[str, Any]:
    """Seconds for the comparison of so many pictures, and what was found."""
    looks, copies = made_up(count)
    start = time.perf_counter()
    likeness = find_duplicates(looks)
    seconds = time.perf_counter() - start
    found = {(pair.first, pair.second) for pair in likeness.pairs}
    return {
        "pictures": len(looks),
        "copies": len(copies),
        "found": len(copies & found),
        "found_besides": len(found - copies),
        "compare_seconds": round(seconds, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def reading(folder: Path) -> dict[str, Any]:
    """Processor time for one look at a picture, in ms."""
    files = [f for f in sorted(folder.rglob("*")) if f.suffix.lower() in PICTURE_SUFFIXES][:500]
    cv2.setNumThreads(1)
    measure_image(files[0])
    start = time.process_time()
    for file in files:
        measure_image(file)
    return {"look_ms": round(1000 * (time.process_time() - start) / len(files), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="a folder of pictures")
    parser.add_argument("--json", type=Path, help="write the figures here")
    chosen = parser.parse_args()
    figures = measure(chosen.pictures)
    if chosen.data:
        figures |= reading(chosen.data)
    print(json.dumps(figures, indent=2))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
