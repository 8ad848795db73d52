"""Small made-up collections of single images."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]


def head(seed: int, side: int = 96) -> Grey:
    """(side, side): a head with its own pattern, unlike that of any other seed."""
    random = np.random.default_rng(seed)
    # Drawn small and enlarged, so that the pattern does not depend on the size.
    noise = cv2.resize(random.random((9, 9)).astype(np.float32), (96, 96), interpolation=2)
    canvas = np.zeros((96, 96), np.uint8)
    axes = (int(random.integers(30, 42)), int(random.integers(34, 44)))
    cv2.ellipse(canvas, (48, 48), axes, 0, 0, 360, 1, cv2.FILLED)
    tissue = np.clip(60 + 140 * (noise - noise.min()) / np.ptp(noise), 0, 255)
    return np.asarray(cv2.resize((tissue * canvas).astype(np.uint8), (side, side)), np.uint8)


def write(path: Path, grey: Grey, quality: int = 90) -> Path:
    """Save an image in the format that the name says; makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(grey).save(path, **({"quality": quality} if path.suffix == ".jpg" else {}))
    return path


def write_collection(folder: Path, each: int = 8) -> tuple[Path, Path]:
    """Training and Testing with two classes; in each class two test images have a copy.

    One copy is identical after decoding (PNG), the other smaller and more compressed. One more
    test image is a copy that has the other class.
    """
    train, test = folder / "Training", folder / "Testing"
    for place, label in enumerate(("glioma", "none")):
        start = 100 * place
        for number in range(each):
            write(train / label / f"{number}.png", head(start + number))
        write(test / label / "same.tif", head(start))
        write(test / label / "near.jpg", head(start + 1, 72), quality=60)
        write(test / label / "new.png", head(start + 50))
    write(test / "none" / "contrary.png", head(2))
    return train, test
