"""Images that the model of brain tumours must refuse, as ``OUT/KIND/NAME.png``.

    python -m brainviewer.training.image_classification.data.ood_images --out OUT

They are drawn, or cut from what installed packages and this repository hold. Folders of one's own
images beside them, each named for a kind (CT, other organs), are measured as well.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cbook import get_sample_data
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.datasets import load_sample_images

from brainviewer.files.image2d.reader import read_image2d
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.training.command import run_alone

Pixels = NDArray[np.uint8]
"""(rows, columns) or (rows, columns, 3)"""
Random = np.random.Generator

_EACH = 24  # of each kind that is drawn
_CUTS = 12  # of each photograph and screenshot, beside the whole
_SIDE = 256
_WINDOW_IMAGES = Path(__file__).parents[4] / "docs/images"
_WORDS = ["table", "figure", "page", "report", "method", "result", "note", "total", "signature"]


def _text(random: Random) -> Pixels:
    """Lines of words, dark on light or the other way round."""
    figure = _figure(random)
    ink = "black" if figure.get_facecolor()[0] else "white"
    lines = "\n".join(" ".join(random.choice(_WORDS, 14)) for _ in range(60))
    figure.text(0.05, 0.95, lines, color=ink, size=random.uniform(7, 18), va="top")
    return _rendered(figure)


def _plot(random: Random) -> Pixels:
    """Bars, lines, points, a heat map or a histogram."""
    figure = _figure(random)
    axes = figure.add_subplot(facecolor=figure.get_facecolor())
    count = int(random.integers(5, 40))
    values = random.normal(0, 1, count).cumsum()
    match int(random.integers(5)):
        case 0:
            axes.bar(range(count), np.abs(values))
        case 1:
            axes.plot(values)
        case 2:
            axes.scatter(values, random.normal(0, 1, count), s=30)
        case 3:
            axes.imshow(random.normal(0, 1, (count, count)))
        case _:
            axes.hist(random.normal(0, 1, 500), bins=count)
    return _rendered(figure)


def _figure(random: Random) -> Figure:
    paper = "white" if random.random() < 0.7 else "black"
    return Figure(figsize=random.uniform(3, 9, 2).tolist(), dpi=100, facecolor=paper)


def _rendered(figure: Figure) -> Pixels:
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba(), np.uint8)[..., :3]


def _blank(random: Random) -> Pixels:
    """One grey, or a ramp from one to another."""
    first, last = random.uniform(0, 255, 2)
    last = first if random.random() < 0.5 else last
    return np.tile(np.linspace(first, last, _SIDE).astype(np.uint8), (_SIDE, 1))


def _noise(random: Random) -> Pixels:
    """Noise, fine or in blotches; half of it in an ellipse like a head."""
    noise = random.normal(0, 1, (_SIDE, _SIDE))
    noise = cv2.GaussianBlur(noise, (0, 0), random.uniform(0.3, 12))
    image: Pixels = np.clip(128 + 50 * noise / noise.std(), 0, 255).astype(np.uint8)
    if random.random() < 0.5:
        head = np.zeros_like(image)
        axes = random.integers(70, 115, 2).tolist()
        cv2.ellipse(head, (_SIDE // 2, _SIDE // 2), axes, 0, 0, 360, 1, cv2.FILLED)
        image *= head
    return image


_DRAWN = {"text": _text, "plot": _plot, "blank": _blank, "noise": _noise}


def cuts(image: Pixels, random: Random) -> Iterator[Pixels]:
    """The image, and parts of it that keep at least a third of each side, some mirrored."""
    yield image
    for _ in range(_CUTS):
        high, wide = (round(length * random.uniform(1 / 3, 1)) for length in image.shape[:2])
        top, left = (
            int(random.integers(whole - part + 1))
            for whole, part in zip(image.shape, (high, wide), strict=False)
        )
        part = image[top : top + high, left : left + wide]
        yield part[:, ::-1] if random.random() < 0.5 else part


def ood_images(random: Random) -> Iterator[tuple[str, Pixels]]:
    """Kind and pixels of every image; the same chance gives the same ones."""
    for kind, draw in _DRAWN.items():
        for _ in range(_EACH):
            yield kind, draw(random)
    portrait = read_image2d(Path(get_sample_data("grace_hopper.jpg", asfileobj=False)))
    for photograph in (*load_sample_images().images, portrait.rgb()):
        for part in cuts(photograph, random):
            yield "photograph", part
    for path in sorted(_WINDOW_IMAGES.glob("*.png")):
        for part in cuts(read_image2d(path).rgb(), random):
            yield "screenshot", part


def main(
    out: Annotated[Path, typer.Option(help="Folder for the images.")],
    seed: Annotated[int, typer.Option(help="The same seed makes the same images.")] = 0,
) -> None:
    """Write images that are no MR of a head, in a folder for each kind."""
    for number, (kind, image) in enumerate(ood_images(np.random.default_rng(seed))):
        make_folder(out / kind)
        pixels = np.ascontiguousarray(image[..., ::-1] if image.ndim == 3 else image)
        write_whole(out / kind / f"{number:04d}.png", cv2.imencode(".png", pixels)[1].tobytes())
    typer.echo(f"{number + 1} images are in {out}.")


if __name__ == "__main__":
    run_alone(main)
