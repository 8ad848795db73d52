"""A model that ships as a row of the leaderboard: its answers for images that it never saw."""

from collections.abc import Mapping, Sequence
from typing import Any

from brainviewer.training.image_classification.data.labelled_images import LabelledImages
from brainviewer.training.image_classification.evaluation.results import Predictions, result_record
from brainviewer.training.leaderboard.entries import SHIPPED


def shipped_result(
    model: str,
    about: str,
    source: LabelledImages,
    classes: Sequence[str],
    classified: Predictions,
    settings: Mapping[str, Any],
    images: Mapping[str, int],
    seed: int = 2026,
) -> dict[str, Any]:
    """The result of a model, as ``docs/image-results.md`` says, measured from its answers.

    model : id of the model, which names the row.
    source : the data, as ``find_images`` reads it: rows of the same data stand in one table.
    classified : each image answered by the network that never saw its fold.
    settings : ``input_size``, ``colour``, ``pretrained``, ``weights`` and what else is known.
    images : how many were used for ``train`` and ``validation`` of one fold.
    """
    counts = {name: int((classified.truth == place).sum()) for place, name in enumerate(classes)}
    return result_record(
        SHIPPED,
        classes,
        classified,
        seed,
        recipe=model,
        network=model,
        about=about,
        data={
            "folder": source.folder.name,
            "layout": source.layout,
            "images_sha256": source.sha256,
            "images": len(classified.files),
            "classes": counts,
        },
        protocol={
            "split": source.layout,
            "grouped": source.grouped,
            "tested": sorted(set(classified.folds)),
            **images,
            "test": len(classified.files),
            "limit": None,
        },
        settings=dict(settings),
        notices=list(source.notices),
    )
