"""What if this were not there? Paint over parts of an image and see the answer change.

An image is edited as it is shown, in its own pixels; nothing is written to its file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings.classification import Classification
from brainviewer.core.number_type import in_number_type
from brainviewer.models.engine.engine import Engine
from brainviewer.models.image_classification.prediction import classify_image

Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
Mask = NDArray[np.bool_]

EDITED = "A part of the image was painted over, so this is no answer for the patient."

_REACH = 0.02  # of the longest side: how far around a pixel tissue is looked at
_RIM = 0.03  # of the longest side: how wide the tissue around the region is


class Fill(StrEnum):
    """What a region is painted with."""

    SURROUNDINGS = "surroundings"
    """What lies around it, carried on inwards (Telea 2004)."""
    MIRRORED = "mirrored"
    """The same place of the other half, as bright as what lies around the region."""
    FLAT = "flat"
    """The median of what lies around it."""


def paint_over(pixels: Pixels, region: Mask, fill: Fill = Fill.SURROUNDINGS) -> Pixels:
    """A copy of an image without what lies in a region.

    pixels : (rows, columns) uint8, uint16 or float32, or (rows, columns, 3) uint8.
    region : (rows, columns) bool

    Raises BrainViewerError if the region is empty, of another size, or leaves nothing.
    """
    if region.shape != pixels.shape[:2]:
        raise BrainViewerError("The region does not fit the image.", "Mark it on this image.")
    if not region.any():
        raise BrainViewerError("Nothing is marked.", "Paint over a part of the image first.")
    if region.all():
        raise BrainViewerError(
            "The whole image is marked, so that nothing is left to fill it from.",
            "Mark a smaller part.",
        )
    done = pixels.copy()
    if fill is Fill.SURROUNDINGS:
        reach = max(3.0, _REACH * max(region.shape))
        done = cv2.inpaint(
            np.ascontiguousarray(pixels), region.astype(np.uint8), reach, cv2.INPAINT_TELEA
        )
    elif fill is Fill.FLAT:
        done[region] = np.median(pixels[_around(region)], axis=0).astype(pixels.dtype)
    else:
        done[region] = _other_half(pixels, region)[region]
    return done


def _around(region: Mask) -> Mask:
    wide = 2 * max(1, round(_RIM * max(region.shape))) + 1
    grown = cv2.dilate(
        region.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    )
    rim = (grown > 0) & ~region
    return rim if rim.any() else ~region


def _other_half(pixels: Pixels, region: Mask) -> NDArray[np.generic]:
    """The mirror image about the middle of the head, with the brightness of the surroundings."""
    grey = pixels if pixels.ndim == 2 else pixels.max(axis=2)
    columns = np.flatnonzero((grey > 0.12 * float(np.percentile(grey, 99.5))).any(axis=0))
    middle = (columns[0] + columns[-1]) if len(columns) else grey.shape[1] - 1
    source = np.clip(middle - np.arange(grey.shape[1]), 0, grey.shape[1] - 1)
    mirrored = pixels[:, source].astype(np.float32)
    rim = _around(region)
    here, there = float(np.median(grey[rim])), float(np.median(grey[:, source][rim]))
    gain = here / there if there > 0 else 1.0
    return in_number_type(mirrored * gain, pixels.dtype)


@dataclass(frozen=True)
class Change:
    """The probability of one class before and after an edit."""

    code: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """What an edit did to the answer.

    changes : one for each class, the largest change first; empty where one of the answers is out of
        scope.
    sentence : what happened, in words.
    """

    sentence: str
    changes: tuple[Change, ...] = field(default=())


def what_if(
    edited: Pixels, before: Classification, engine: Engine, report: Report = silent
) -> tuple[Classification, Comparison]:
    """Classify an edited image with the model and the setting of an earlier answer.

    before : what was said of the original. Errors as ``classify_image``.

    The answer for an edited image is never confident, and tells if the original was refused.
    """
    after = classify_image(
        edited,
        engine,
        model_id=before.model_id,
        prevalence=before.prevalence or None,
        report=report,
    )
    doubts = [EDITED] if before.in_scope else [EDITED, f"Before, it was refused: {before.reason}"]
    return after.doubted(doubts), compare(before, after)


def compare(before: Classification, after: Classification, what: str = "image") -> Comparison:
    """What became of the answer. what : ``image`` or ``study``, for the sentence.

    Raises BrainViewerError if the answers are not of one model with one setting.
    """
    models = {(said.model_id, said.model_version) for said in (before, after)}
    weights = {said.weights_sha256 for said in (before, after)}  # none where it was refused unseen
    if len(models) > 1 or len(weights - {""}) > 1:
        raise BrainViewerError(
            "The answers are of different models.", "Classify both with one model."
        )
    if not (before.in_scope and after.in_scope):
        if before.in_scope:
            return Comparison(f"Edited, the {what} is out of scope. {after.reason}")
        known = ""
        if after.in_scope:
            name, sure = after.names[after.predicted], _percent(after.classes[after.predicted])
            known = f" Edited, it is answered: {name}, {sure}."
        return Comparison(f"The {what} was out of scope. {before.reason}{known}")
    if before.prevalence != after.prevalence:
        raise BrainViewerError(
            "The answers assume different prevalences.", "Classify both with one prevalence."
        )
    changes = sorted(
        (Change(code, p, after.classes[code]) for code, p in before.classes.items()),
        key=lambda change: -abs(change.difference),
    )
    return Comparison(_sentence(before, after), tuple(changes))


def _sentence(before: Classification, after: Classification) -> str:
    was, now = before.predicted, after.predicted
    names: Mapping[str, str] = before.names
    if was == now:
        return (
            f"Still {names[was]}: {_percent(before.classes[was])} before, "
            f"{_percent(after.classes[was])} after."
        )
    return (
        f"{names[was]} ({_percent(before.classes[was])}) became {names[now]} "
        f"({_percent(after.classes[now])})."
    )


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f}\u00a0%"
