"""How fast ``brainviewer data audit`` is, how much memory it takes, and what its search misses.

    python packaging/measure/measure_audit.py [--images 100000] [--data FOLDER] [--json FILE]

Made-up heads, each with neighbours that look like the next slice, and one in twenty with a copy.
``--data`` also measures how long looking at the images of a folder takes, on one core.
"""

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from brainviewer.files.image2d.folder import IMAGE_SUFFIXES
from brainviewer.training.audit.duplicates import find_duplicates
from brainviewer.training.audit.image_signature import SIDE, ImageSignature, measure_image, shrink
from brainviewer.training.audit.perceptual_hash import perceptual_hash

_OF_A_PATIENT = 20  # slices
_COPIED = 20  # one image in so many has a copy


def made_up(count: int) -> tuple[list[ImageSignature], set[tuple[int, int]]]:
    """Looks of heads that do not exist, and which of them are copies."""
    random = np.random.default_rng(0)
    signatures: list[ImageSignature] = []
    copies = set()
    while len(signatures) < count:
        pattern = random.random((12, 12)).astype(np.float32)
        axes = (int(random.integers(13, 22)), int(random.integers(16, 24)))
        for _ in range(_OF_A_PATIENT):
            pattern = 0.5 * pattern + 0.5 * random.random((12, 12)).astype(np.float32)
            image = _head(pattern, axes)
            signatures.append(_signature(image))
            if random.random() < 1 / _COPIED:
                noisy = image.astype(np.float32) + random.normal(0, 3, image.shape)
                signatures.append(_signature(np.clip(noisy, 0, 255).astype(np.uint8)))
                copies.add((len(signatures) - 2, len(signatures) - 1))
    return signatures, copies


def _head(pattern: np.ndarray, axes: tuple[int, int]) -> np.ndarray:
    tissue = cv2.resize(pattern, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    canvas = np.zeros((SIDE, SIDE), np.float32)
    cv2.ellipse(canvas, (SIDE // 2, SIDE // 2), axes, 0, 0, 360, 1, cv2.FILLED)
    return np.clip((60 + 150 * tissue) * canvas, 0, 255).astype(np.uint8)


def _signature(image: np.ndarray) -> ImageSignature:
    hashes = perceptual_hash(shrink(image, 32))
    return ImageSignature(
        image.tobytes()[:1200],
        (SIDE, SIDE),
        np.array([*hashes, *hashes], np.uint64),
        np.stack([image, image]),
        False,
        {},
        {},
    )


def measure(count: int) -> dict[str, Any]:
    """Seconds for the comparison of so many images, and what was found."""
    signatures, copies = made_up(count)
    start = time.perf_counter()
    likeness = find_duplicates(signatures)
    seconds = time.perf_counter() - start
    found = {(pair.first, pair.second) for pair in likeness.pairs}
    return {
        "pictures": len(signatures),
        "copies": len(copies),
        "found": len(copies & found),
        "found_besides": len(found - copies),
        "compare_seconds": round(seconds, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def reading(folder: Path) -> dict[str, Any]:
    """Processor time for one look at an image, in ms."""
    files = [f for f in sorted(folder.rglob("*")) if f.suffix.lower() in IMAGE_SUFFIXES][:500]
    cv2.setNumThreads(1)
    measure_image(files[0])
    start = time.process_time()
    for file in files:
        measure_image(file)
    return {"look_ms": round(1000 * (time.process_time() - start) / len(files), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--data", type=Path, help="a folder of images")
    parser.add_argument("--json", type=Path, help="write the figures here")
    chosen = parser.parse_args()
    figures = measure(chosen.images)
    if chosen.data:
        figures |= reading(chosen.data)
    print(json.dumps(figures, indent=2))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
