"""Which images a network learns from, which stop its training, and which it is measured on."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.training.image_classification.data.labelled_images import (
    LabelledImage,
    LabelledImages,
)
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe

# Neighbours in a series stay together where the data names no patients: so many of them, or, where
# a class has few images, as many as leave so many series of it.
_BLOCK, _SERIES, _LEAST_SERIES = 12, 5, 3


@dataclass(frozen=True, eq=False)
class Split:
    """Indices into the images, each (n,) int64, no two of which share a group.

    name : of the fold that is tested, or ``test``.
    """

    name: str
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Chosen:
    """The images that a recipe is about, with the answer that is right for each.

    classes : the classes of the network; labels : (n,) int64, places in ``classes``.
    """

    source: LabelledImages
    images: tuple[LabelledImage, ...]
    classes: tuple[str, ...]
    labels: NDArray[np.int64]


def choose(
    recipe: ImageRecipe,
    source: LabelledImages,
    excluded: Sequence[str] = (),
    limit: int | None = None,
) -> Chosen:
    """The images whose classes the recipe asks for, in their order.

    excluded : files to leave out.
    limit : at most so many images of each class of the data and each fold, spread evenly.

    Raises FileError if a class has no images, or if an excluded file is not there.
    """
    left_out, known = set(excluded), {image.file for image in source.images}
    if unknown := [file for file in excluded if file not in known]:
        raise FileError(
            f"The list of excluded images names '{shortened(unknown[0])}', "
            "which is not in the data.",
            "Write one path below the folder of the data on each line.",
        )
    classes = recipe.classes or {name: (name,) for name in source.classes}
    of = {member: class_name for class_name, members in classes.items() for member in members}
    there = [p for p in source.images if p.label in of and p.file not in left_out]
    if limit is not None:
        there = _thinned(there, limit)
    names = tuple(classes)
    for name in names:
        if not any(of[p.label] == name for p in there):
            raise FileError(
                f"The data has no images for the class '{name}' of the recipe {recipe.name}.",
                f"It has {', '.join(source.classes)}.",
            )
    labels = np.array([names.index(of[p.label]) for p in there], np.int64)
    return Chosen(source, tuple(there), names, labels)


def without(chosen: Chosen, files: Collection[str]) -> Chosen:
    """The same without some files."""
    stays = np.array([image.file not in files for image in chosen.images], bool)
    images = tuple(p for p, stay in zip(chosen.images, stays.tolist(), strict=True) if stay)
    return Chosen(chosen.source, images, chosen.classes, chosen.labels[stays])


def _thinned(images: Sequence[LabelledImage], limit: int) -> list[LabelledImage]:
    def part(image: LabelledImage) -> tuple[str, str, bool]:
        return image.label, image.fold or "", image.testing

    folds = {image.fold for image in images if image.fold is not None}
    kept = []
    for key, members in groupby(sorted(images, key=part), key=part):
        some = by_number(list(members))
        # What is in no fold will be dealt to all of them.
        most = limit if key[1] else limit * max(1, len(folds))
        places = np.unique(np.linspace(0, len(some) - 1, min(most, len(some))).astype(int))
        kept += [some[place] for place in places]
    return sorted(kept, key=lambda p: p.file)


def split(recipe: ImageRecipe, chosen: Chosen, fold: str | None = None) -> list[Split]:
    """The splits to train with: one, or with ``fold`` "all" one for each fold of the data.

    fold : the one to test on; by default the last. Data without folds has one split only.

    Raises FileError if there is no such fold, or if a part would lack a class.
    """
    random = np.random.default_rng(recipe.seed)
    source = chosen.source
    if any(image.fold is not None for image in source.images):
        folds = _complete_folds(chosen)
        names = sorted(set(folds.tolist()))
        if fold not in (None, "all", *names):
            raise FileError(
                f"The data has no fold '{fold}'.", f"Choose one of {', '.join(names)}, or all."
            )
        tested = names if fold == "all" else [fold or names[-1]]
        parts = [(name, folds == name) for name in tested]
    elif fold is not None:
        raise FileError("The data names no folds.", "Leave --fold out.")
    elif any(image.testing for image in source.images):
        parts = [("test", np.array([p.testing for p in chosen.images]))]
    else:
        everything = np.arange(len(chosen.labels))
        parts = [("test", _drawn(chosen, everything, recipe.test, random))]
    splits = []
    for name, testing in parts:
        # Folds that are given can tear groups: what is grouped with test images is left out.
        pairs = [*zip(chosen.images, testing.tolist(), strict=True)]
        related = {p.group for p, is_tested in pairs if is_tested and p.group != p.file}
        rest = np.flatnonzero([not (is_tested or p.group in related) for p, is_tested in pairs])
        validating = _drawn(chosen, rest, recipe.validation, random)
        train = np.setdiff1d(rest, np.flatnonzero(validating))
        made = Split(name, train, np.flatnonzero(validating), np.flatnonzero(testing))
        for part in ("train", "validation", "test"):
            there = set(chosen.labels[getattr(made, part)].tolist())
            for place, class_name in enumerate(chosen.classes):
                if place not in there:
                    raise FileError(
                        f"There are too few images of '{class_name}' for a {part} part of their "
                        "own.",
                        "Use more images, or a larger fraction in [split].",
                    )
        splits.append(made)
    return splits


def _complete_folds(chosen: Chosen) -> NDArray[np.str_]:
    """The fold of each image; what has none goes to the folds in turn, series together."""
    names = sorted({p.fold for p in chosen.images if p.fold is not None})
    turn: dict[str, str] = {}
    folds = []
    for image, group in zip(chosen.images, _groups(chosen).tolist(), strict=True):
        if image.fold is None:
            turn.setdefault(group, names[len(turn) % len(names)])
        folds.append(image.fold or turn[group])
    return np.array(folds)


def by_number(images: Sequence[LabelledImage]) -> list[LabelledImage]:
    """Images in the order of the numbers in their names, so that 9.jpg comes before 10.jpg."""

    def key(image: LabelledImage) -> list[tuple[int, str]]:
        pieces = re.split(r"(\d+)", image.file)
        return [(int(piece), "") if piece.isdigit() else (0, piece) for piece in pieces]

    return sorted(images, key=key)


def _groups(chosen: Chosen) -> NDArray[np.str_]:
    """What must not be torn apart: the patient, else a series of neighbours of one class.

    Slices of one patient have neighbouring names where nothing else tells them.
    """
    groups = {p.file: p.group for p in chosen.images if p.group != p.file}
    folds = len({p.fold for p in chosen.images if p.fold is not None})
    for label in {p.label for p in chosen.images}:
        alone = [p for p in chosen.images if p.label == label and p.file not in groups]
        for number, series in enumerate(_series(by_number(alone), folds)):
            groups |= {p.file: f"{label}/{number}" for p in series}
    return np.array([groups[p.file] for p in chosen.images])


def _series(images: Sequence[LabelledImage], folds: int) -> list[Sequence[LabelledImage]]:
    """Images in series of neighbours: enough of them for every part and every fold to have one.

    folds : that the series are dealt to; 0 if there are none.
    """
    many = len(images)
    if many >= _BLOCK * max(_SERIES, 2 * folds):
        return [images[start : start + _BLOCK] for start in range(0, many, _BLOCK)]
    wanted = _SERIES if many >= 2 * _SERIES else _LEAST_SERIES
    if folds:  # as many for each; one is enough where what is left makes training and validation
        wanted = folds if many < 4 * folds and folds > 2 else 2 * folds
    wanted = min(many, wanted)
    ends = [many * number // max(wanted, 1) for number in range(wanted + 1)]
    return [images[start:end] for start, end in pairwise(ends)]


def _drawn(
    chosen: Chosen, members: NDArray[np.int64], fraction: float, random: np.random.Generator
) -> NDArray[np.bool_]:
    """(all images,) which of ``members`` are drawn: whole groups, that fraction of each class."""
    groups = _groups(chosen)
    drawn = np.zeros(len(groups), bool)
    for place in range(len(chosen.classes)):
        own = members[chosen.labels[members] == place]
        wanted = max(1, round(fraction * len(own)))
        for group in random.permutation(np.unique(groups[own])):
            if drawn[own].sum() >= wanted:
                break
            drawn[members[groups[members] == group]] = True
    return drawn
