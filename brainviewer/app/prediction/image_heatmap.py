"""An image with what the network looked at, as a file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from brainviewer.app.audit_trail.recording import audited
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import opening_window
from brainviewer.files.image2d.writer import check_image_path, save_image
from brainviewer.files.sources import refuse_source
from brainviewer.files.writing import check_new_file, make_folder
from brainviewer.painting.slice_image import heat_rgba

_OPACITY = 0.5


@contextmanager
def heatmap_files(images: Sequence[Path], out: Path) -> Iterator[Sequence[Path]]:
    """The file of each image's heatmap: ``out`` itself for one, else in the folder ``out``.

    In a folder they are called like the image, ``NAME-heatmap.png``, with a number where two
    images have one name. The folder is made, and goes again if nothing came into it.

    Raises BrainViewerError if there can be no such file.
    """
    if len(images) == 1 and out.suffix and not out.is_dir():
        check_image_path(out)
        check_new_file(out)
        refuse_source(out, images)
        yield [out]
        return
    if out.suffix.lower() == ".png" and not out.is_dir():
        raise BrainViewerError(
            f"{out.name} names one file, but there are {len(images)} images.",
            "Give a folder for their heatmaps.",
        )
    taken: dict[str, int] = {}
    files = []
    for image in images:
        count = taken[image.stem] = taken.get(image.stem, 0) + 1
        again = "" if count == 1 else f"-{count}"
        file = out / f"{image.stem}-heatmap{again}.png"
        refuse_source(file, images)
        files.append(file)
    new = not out.exists()
    make_folder(out)
    try:
        yield files
    finally:
        if new and not any(out.iterdir()):
            out.rmdir()


def save_heatmap(
    image: Study, frame: int, heatmap: Heatmap, path: Path, provenance: dict[str, Any]
) -> None:
    """Save a frame of an image in grey under its heatmap, whole or not at all; raises FileError.

    provenance : plain data to be kept inside the file.
    """
    window = opening_window(image.volumes[Modality.IMAGE])
    grey = window.apply(image.volumes[Modality.IMAGE].data[:, :, frame].T)
    base = Image.fromarray(np.repeat(grey[..., None], 3, axis=2)).convert("RGBA")
    base.alpha_composite(Image.fromarray(heat_rgba(heatmap.values, _OPACITY), "RGBA"))
    with audited(Action.EXPORTED, image, facts={"kind": "heatmap", "format": "png"}):
        save_image(base.convert("RGB"), path, provenance)
