"""Where a trained network looked in images that it never saw, as heatmaps on one sheet."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report
from brainviewer.core.findings.classification import Heatmap
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.files.writing import write_whole
from brainviewer.models.card import ModelCard
from brainviewer.models.card_file import load_card
from brainviewer.models.image_classification.eligibility import grey_of
from brainviewer.models.image_classification.prediction import classify_image
from brainviewer.models.installation.source import RUN_GRAPH
from brainviewer.painting.slice_image import heat_rgba
from brainviewer.training.external.answers import engine_for
from brainviewer.training.external.external_test import model_named
from brainviewer.training.image_classification.data.contact_sheet import Tile, contact_sheet
from brainviewer.training.image_classification.evaluation.result_files import (
    PREDICTIONS_FILE,
    read_predictions,
)
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.packing.packing import pack_run
from brainviewer.training.run_folder import RECIPE_FILE, read_run
from brainviewer.training.runs.repeated import runs_by_seed
from brainviewer.training.training_runs import TUMOUR_IMAGES, recipe_kind

HEATMAPS_FILE = "heatmaps.png"
_SEED, _OPACITY = 2026, 0.5


def write_heatmaps(
    run: Path, count: int, file: Path, report: Report, data: Path | None = None
) -> str:
    """Draw where the network of a measured run saw the class that it named, as a PNG.

    count : of held-out images, drawn by chance: half of them answered wrong, as far as there are.
    data : where the images lie; by default where they were.

    The network is that of the first fold that was tested; it is asked, and the map made, as the
    window does it (Zhou et al. 2016). Returns what to tell. Raises FileError if the run has no such
    network, or its images are gone.
    """
    with _network(run) as (card, tested):
        if card.network is None or not card.network.dense_layer:
            raise FileError(
                f"The network {card.name} has no heatmap: it does not end in global average "
                "pooling and one dense layer.",
                "Leave --heatmaps out, or train one that ends so.",
            )
        folder = _images(run, data, tested)
        places = _chosen(tested, count)
        tiles = []
        with engine_for(card) as engine:
            for number, place in enumerate(places):
                report(number / len(places), f"heatmaps: {number} of {len(places)}")
                pixels = read_image2d(folder / tested.files[place]).pixels
                found = classify_image(pixels, engine, card=card)
                truth = card.codes[tested.truth[place]]
                right = found.predicted == truth
                said = f"{found.predicted} {100 * found.classes.get(found.predicted, 0):.0f} %"
                tiles.append(
                    Tile(
                        _with_heat(pixels, found.heatmap),
                        said if found.in_scope else "no answer",
                        "right" if right else f"it is {truth}",
                        not right,
                    )
                )
    title = f"{card.name}: {counted(len(tiles), 'held-out image')}, class-activation heatmaps"
    write_whole(file, contact_sheet(title, tiles))
    return f"Heatmaps of {counted(len(tiles), 'held-out image')} are in {file}."


def _with_heat(pixels: NDArray[np.generic], heat: Heatmap | None) -> NDArray[np.uint8]:
    """(rows, columns, 3): the image in grey, with the heatmap over it."""
    grey = grey_of(pixels)
    low, high = np.percentile(grey, [0.5, 99.5])
    base = np.clip((grey - low) / max(float(high - low), 1e-6), 0, 1)[..., None] * 255
    if heat is not None:
        rgba = heat_rgba(heat.values, _OPACITY).astype(np.float32)
        alpha = rgba[..., 3:] / 255
        base = base * (1 - alpha) + rgba[..., :3] * alpha
    return np.broadcast_to(np.rint(base), (*grey.shape, 3)).astype(np.uint8)


def _chosen(tested: Predictions, count: int) -> list[int]:
    """Places of images, wrong ones first; each kind by chance."""
    wrong = tested.probabilities.argmax(axis=1) != tested.truth
    random = np.random.default_rng(_SEED)
    of_wrong, of_right = (random.permutation(np.flatnonzero(one)) for one in (wrong, ~wrong))
    first = of_wrong[: max(count // 2, count - len(of_right))]
    return [*first.tolist(), *of_right[: count - len(first)].tolist()]


def _images(run: Path, data: Path | None, tested: Predictions) -> Path:
    """The folder that the names of images start from; raises FileError if they are gone."""
    about = read_run(run) or read_run(run.parent) or {}
    folder = data or Path(about.get("data", run))
    if not (folder / tested.files[0]).is_file():
        raise FileError(
            f"The images of the run {run.name} are not in {folder.name}.",
            "Bring them back to where the run had them.",
        )
    return folder


@contextmanager
def _network(run: Path) -> Iterator[tuple[ModelCard, Predictions]]:
    """The network of the first fold of a run as a model, and its answers to what it never saw."""
    own = next((one for one in (run, run.parent) if (one / RECIPE_FILE).is_file()), run)
    kind = recipe_kind(own / RECIPE_FILE) if (own / RECIPE_FILE).is_file() else ""
    kept = read_predictions(run / PREDICTIONS_FILE)
    if kind == TUMOUR_IMAGES and kept is None:
        raise FileError(
            f"The run {run.name} is not measured.", "Run 'brainviewer evaluate' on it first."
        )
    if kept is None or not (kind == TUMOUR_IMAGES or (run / RUN_GRAPH).is_file()):
        several = [one.name for one in runs_by_seed(run).values()]
        several = several or sorted(file.parent.name for file in run.glob(f"*/{RUN_GRAPH}"))
        raise FileError(
            f"The folder {run.name} holds no single network for images that heatmaps are made of.",
            f"Give one of its folders: {', '.join(several)}."
            if several
            else "Leave --heatmaps out.",
        )
    fold = kept.test.folds[0]
    tested = kept.test.at(np.flatnonzero(np.array(kept.test.folds) == fold))
    if kind != TUMOUR_IMAGES:
        with model_named(str(run)) as card:
            yield card, tested
        return
    from brainviewer.training.image_classification.fitting.tumour_fit import network_file

    with TemporaryDirectory() as folder:
        pack_run(run, Path(folder), run.resolve().name, network_file(run, int(fold)))
        yield load_card(Path(folder)), tested
