"""One picture from disk to grey or colour, as training sees it."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from brainviewer.core.errors import FileError

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp")
MOST_PIXELS = 64_000_000
_ADVICE = "Take it out of the folder, or save it again as PNG."


def read_picture(path: Path) -> NDArray[np.uint8]:
    """A picture upright, as (height, width, 3) RGB; raises FileError if it cannot be used.

    16-bit grey is brought to 8 bits by its own lowest and highest value; what is transparent
    stands on black.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise FileError(
                        f"The picture {path.name} has {image.width} x {image.height} pixels, "
                        "which is too many.",
                        "Make it smaller.",
                    )
                if getattr(image, "n_frames", 1) > 1 and image.format == "GIF":
                    raise FileError(f"The picture {path.name} is an animation.", _ADVICE)
                return _as_rgb(ImageOps.exif_transpose(image))
    except FileError:
        raise
    except Exception as error:  # decoders raise errors of many kinds for a damaged file
        raise FileError(
            f"The picture {path.name} cannot be read ({type(error).__name__}).", _ADVICE
        ) from None


def _as_rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(image, np.float64)
        low, high = float(values.min()), float(values.max())
        grey = (values - low) * (255 / (high - low)) if high > low else np.zeros_like(values)
        return np.repeat(grey.round().astype(np.uint8)[..., None], 3, axis=2)
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", seen.size, (0, 0, 0, 255)), seen)
    return np.array(image.convert("RGB"), np.uint8)
