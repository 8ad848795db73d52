"""Images that the model of brain tumours must refuse, as ``OUT/KIND/NAME.png``.

    python -m brainviewer.training.image_classification.data.ood_images --out OUT [--sources DIR]

What installed packages hold, and what can be drawn, needs no sources. ``--sources`` is a folder of
folders, each named for a kind: images in it are cut up like photographs, volumes (DICOM, NIfTI,
NRRD) are sliced.
"""

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import SimpleITK
import typer
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.folder_listing import list_folder
from brainviewer.files.image2d.folder import IMAGE_SUFFIXES
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.training.command import run_alone
from brainviewer.training.image_classification.data.drawn_images import drawn

Grey = NDArray[np.uint8]
Pixels = NDArray[np.uint8]
"""(rows, columns) or (rows, columns, 3)"""
Images = Iterator[tuple[str, str, Pixels]]
"""Kind, name and pixels."""

# Images that packages bring, by package and folder in it; photographs but for those named below.
_INSTALLED = {
    ("sklearn", "datasets/images"): "china.jpg flower.jpg",
    ("matplotlib", "mpl-data/sample_data"): "grace_hopper.jpg",
    ("skimage", "data"): "astronaut.png camera.png chelsea.png coffee.png coins.png "
    "hubble_deep_field.jpg ihc.png moon.png page.png retina.jpg rocket.jpg",
}
_KINDS = {"ihc": "histology", "page": "text"}
_WINDOW_IMAGES = Path(__file__).parents[4] / "docs/images"
_CUTS = 12  # of each photograph, beside the whole
_SHOTS = 8  # of each image of a window: more of it than a crop of a photograph
_SLICES = 24  # of a volume in the plane it was taken in; half as many in each other plane
# Fewer slices, or slices so many times further apart than pixels, show nothing from the side.
_FEW, _THICK = 32, 3.0
_LEAST_SHOWN = 0.08  # of a slice that must not be black
# Window centre and width in Hounsfield units.
_BRAIN, _SOFT, _BONE, _LUNG = (40, 80), (40, 400), (400, 1800), (-600, 1500)
_LEAST_LUNG = 0.08  # of a slice for which lungs are what one looks at
_AIR = -200  # a volume that goes below is a CT


def cuts(image: Pixels, count: int, least: float, random: np.random.Generator) -> list[Pixels]:
    """The image, and ``count`` parts of it, some mirrored.

    least : of each side that a part keeps; so photographs of which there are few make many
    """
    rows, columns = image.shape[:2]
    parts = [image]
    for _ in range(count):
        high, wide = (round(length * random.uniform(least, 1)) for length in (rows, columns))
        top, left = int(random.integers(rows - high + 1)), int(random.integers(columns - wide + 1))
        part = image[top : top + high, left : left + wide]
        parts.append(part[:, ::-1] if random.random() < 0.5 else part)
    return parts


def volume_slices(volume: SimpleITK.Image, count: int = _SLICES) -> list[Grey]:
    """Slices of a volume as screens show them, evenly spread, with square pixels.

    volume : 2D or 3D, grey or colour, in mm

    ``count`` in the plane it was taken in, half as many in each other plane unless the slices are
    few or thick. CT is shown in a window for soft tissue, bone, and brain or lung in turn; other
    grey values from the 1st to the 99.5th percentile of the slice.
    """
    if volume.GetDimension() == 2:
        volume = SimpleITK.JoinSeries(volume)
    elif volume.GetNumberOfComponentsPerPixel() == 1:
        volume = SimpleITK.DICOMOrient(volume, "LPS")
    values, spacing = SimpleITK.GetArrayFromImage(volume), volume.GetSpacing()[::-1]
    if values.ndim == 4:
        colours = (values[k][..., :3] for k in _spread(len(values), count))
        return [np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), np.uint8) for one in colours]
    single = [axis for axis in range(3) if values.shape[axis] == 1]
    main = single[0] if single else int(np.argmax(spacing))
    made: list[Grey] = []
    for axis in range(3):
        down, across = (other for other in range(3) if other != axis)
        pixel = min(spacing[down], spacing[across])
        if axis != main and (values.shape[main] < _FEW or spacing[main] > _THICK * pixel):
            continue
        for k in _spread(values.shape[axis], count if axis == main else count // 2):
            one = np.take(values, k, axis).astype(np.float32)
            # The first axial slice is the lowest one, and belongs at the bottom.
            one = one[::-1] if axis != 0 else one
            size = [round(one.shape[n] * spacing[a] / pixel) for n, a in ((1, across), (0, down))]
            if values.min() < _AIR:
                low, high = _ct_window(one, len(made))
            else:
                low, high = np.percentile(one, [1, 99.5]).tolist()
            grey = (one - low) * (255 / max(high - low, 1e-6))
            shown = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
            if np.mean(shown > 20) > _LEAST_SHOWN:
                made.append(np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_LINEAR)))
    return made


def _spread(length: int, count: int) -> list[int]:
    """At most ``count`` of the places 0..length, each in the middle of an equal part."""
    parts = min(count, length)
    return [int((part + 0.5) * length / parts) for part in range(parts)]


def _ct_window(hounsfield: NDArray[np.float32], number: int) -> tuple[float, float]:
    """Ends of the window in which the slice is shown."""
    lung = np.mean((hounsfield > -950) & (hounsfield < -600)) > _LEAST_LUNG
    centre, width = (_SOFT, _BONE, _LUNG if lung else _BRAIN)[number % 3]
    return centre - width / 2, centre + width / 2


def _installed(random: np.random.Generator) -> Images:
    for (package, folder), names in _INSTALLED.items():
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            continue
        for path in (Path(found.origin).parent / folder / name for name in names.split()):
            if path.is_file():
                kind = _KINDS.get(path.stem, "photograph")
                yield from _numbered(kind, path.stem, cuts(_pixels(path), _CUTS, 0.3, random))
    for path in sorted(_WINDOW_IMAGES.glob("*.png")):
        yield from _numbered("screenshot", path.stem, cuts(_pixels(path), _SHOTS, 0.75, random))


def from_sources(folder: Path, random: np.random.Generator) -> Images:
    """Everything in the folders of ``folder``, each named for a kind.

    Raises FileError if a file is neither an image nor a volume that can be read.
    """
    for kind in list_folder(folder):
        for path in list_folder(kind) if kind.is_dir() else ():
            if path.suffix.lower() in IMAGE_SUFFIXES:
                made: Sequence[Pixels] = cuts(_pixels(path), _CUTS, 0.3, random)
            else:
                try:
                    made = volume_slices(SimpleITK.ReadImage(str(path)))
                except RuntimeError:
                    raise FileError(
                        f"{path.name} is no volume that can be read.",
                        "Take it out of the folder, or save it as NIfTI.",
                    ) from None
            yield from _numbered(kind.name, path.name.split(".")[0], made)


def _numbered(kind: str, stem: str, images: Sequence[Pixels]) -> Images:
    for number, image in enumerate(images):
        yield kind, f"{stem}-{number:02d}", image


def _pixels(path: Path) -> Pixels:
    image = read_image2d(path)
    return image.rgb() if image.coloured else image.grey()


def write_images(out: Path, images: Images) -> dict[str, int]:
    """Write (kind, name, image) as ``out/kind/name.png``; says how many of each kind."""
    counts: Counter[str] = Counter()
    for kind, name, image in images:
        make_folder(out / kind)
        colours = image[..., ::-1] if image.ndim == 3 else image
        _, packed = cv2.imencode(".png", np.ascontiguousarray(colours))
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        write_whole(out / kind / f"{plain}.png", packed.tobytes())
        counts[kind] += 1
    return dict(counts)


def main(
    out: Annotated[Path, typer.Option(help="Folder for the images.")],
    sources: Annotated[
        Path | None, typer.Option(help="Folder of KIND/volumes and images to use as well.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same images.")] = 0,
) -> None:
    """Write images that are no MR of a head, in a folder for each kind."""
    random = np.random.default_rng(seed)
    parts = [drawn(random), _installed(random)]
    parts += [from_sources(sources, random)] if sources else []
    counts = write_images(out, chain(*parts))
    for kind, count in sorted(counts.items()):
        typer.echo(f"{count:5d}  {kind}")


if __name__ == "__main__":
    run_alone(main)
