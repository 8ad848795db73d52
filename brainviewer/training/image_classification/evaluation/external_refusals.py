"""How often a model that ships refuses images of heads by MR from another source.

    python -m brainviewer.training.image_classification.evaluation.external_refusals \
        --model resources/models/ID \
        --data sartaj --known cheng --out resources/models/ID/evaluation.json

Inside the data of the training the fraction of false refusals is what the limit was set to;
elsewhere it is larger. Measured with the files that ship, as the application does it: first simple
checks, which in such collections refuse CT that is passed off as MR, then the distance of the
features. The shares are of what passes the checks. Images of which there is a near-copy among those
that the model was trained on are easier; those without are counted by themselves as well. ``--out``
adds what was measured to an evaluation; the README is written from it (``tumour_package
--texts-only``).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.files.writing import write_whole
from brainviewer.models.card import ModelCard
from brainviewer.models.card_file import load_card
from brainviewer.models.engine.onnx_runtime import OnnxRuntime
from brainviewer.models.feature_ood import embedding, load_ood
from brainviewer.models.image_classification.eligibility import grey_of, why_not_image
from brainviewer.models.image_classification.input import prepare_image
from brainviewer.models.registry import verify
from brainviewer.training.command import print_progress, run_alone
from brainviewer.training.image_classification.data.labelled_images import (
    LabelledImage,
    LabelledImages,
    find_images,
)
from brainviewer.training.image_classification.data.tumour_folds import near_copies
from brainviewer.training.image_classification.evaluation.tumour_evaluation import (
    fraction_with_interval,
)
from brainviewer.training.json_files import dump

Grey = NDArray[np.uint8]
Flags = NDArray[np.bool_]


def has_near_copy(images: Sequence[Grey], known: Sequence[Grey]) -> list[bool]:
    """Whether each image has a near-copy, or one of a near-copy, among those that are known."""
    group = near_copies([*known, *images]).tolist()
    taken = set(group[: len(known)])
    return [number in taken for number in group[len(known) :]]


def refused_images(
    card: ModelCard, source: LabelledImages, images: Sequence[LabelledImage], report: Report
) -> tuple[Flags, Flags]:
    """Which images the simple checks refuse, and which the network's features; (n,) each.

    Raises FileError if an image cannot be read.
    """
    assert card.network is not None and card.ood_check is not None
    verify(card)
    runtime, ood_check = OnnxRuntime(), load_ood(card.ood_check)
    runtime.load(card.network)
    gated, refused = np.zeros((2, len(images)), bool)
    for number, image2d in enumerate(images):
        report(number / len(images), f"{number} of {len(images)} images")
        image = read_image2d(source.folder / image2d.file)
        pixels = image.rgb() if image.coloured else image.grey()
        gated[number] = bool(why_not_image(pixels))
        if not gated[number]:
            tensor = prepare_image(grey_of(pixels), card.input).tensor
            features = runtime.predict(tensor)[1]
            refused[number] = ood_check.distance(embedding(features)) > ood_check.limit
    return gated, refused


def counts(gated: Flags, refused: Flags) -> dict[str, float] | None:
    """What was refused of some images; None where no image passes the simple checks."""
    passed = int(np.sum(~gated))
    if not passed:
        return None
    many = int(refused.sum())
    return {
        "images": len(gated),
        "gated": int(gated.sum()),
        "passed": passed,
        "refused_images": many,
        **fraction_with_interval("refused", many / passed, passed),
    }


def main(
    model: Annotated[Path, typer.Option(help="Folder of the model.")],
    data: Annotated[Path, typer.Option(help="Images of heads from another source, by class.")],
    known: Annotated[Path, typer.Option(help="The images that it was trained on.")],
    out: Annotated[Path | None, typer.Option(help="An evaluation to add the figures to.")] = None,
) -> None:
    """Count false refusals on images from another source."""
    card = load_card(model)
    if not card.of_images:
        raise FileError(f"{card.id} is no model of single images.", "Choose one that is.")
    source, trained = find_images(data), find_images(known)
    images = [image for image in source.images if image.label in card.codes]
    if not images:
        raise FileError(f"{data.name} holds no image of a class of {card.id}.", "Give another.")
    asked, before = (
        [read_image2d(folder / image.file).grey() for image in some]
        for folder, some in ((source.folder, images), (trained.folder, trained.images))
    )
    copied = np.array(has_near_copy(asked, before))
    gated, refused = refused_images(card, source, images, print_progress())
    labels = np.array([image.label for image in images])
    testing = np.array([image.testing for image in images])
    parts = {"all": np.ones_like(testing), "testing": testing, "without a copy": ~copied}
    classes: dict[str, dict[str, Any]] = {label: {} for label in sorted(set(labels.tolist()))}
    for label, rows in classes.items():
        for name, part in parts.items():
            own = part & (labels == label)
            if (row := counts(gated[own], refused[own])) is not None:
                rows[name] = row
    found = {"folder": source.folder.name, "images": len(images), "classes": classes}
    if out is not None:
        evaluation = json.loads(out.read_text(encoding="utf-8"))
        evaluation["scope"]["elsewhere"] = found
        write_whole(out, dump(evaluation).encode())
    typer.echo(dump(found))


if __name__ == "__main__":
    run_alone(main)
