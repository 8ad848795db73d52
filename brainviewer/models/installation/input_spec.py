"""What a network is given: the option ``--input``, and its part of a card."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from brainviewer.core.errors import ModelError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.core.study import SEQUENCES

_KEYS = ("size", "sequences", "scale", "crop")
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")
_SCALES = ("imagenet", "caffe")
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))  # of 0..1, as torchvision has it
_CAFFE = (103.939, 116.779, 123.68)  # blue, green, red of 0..255
_EXAMPLE = (
    "Write it as size=224,scale=0..1 for images, or size=224,sequences=T1+FLAIR+T1ce,scale=0..1 "
    "for slices of a tumour."
)
_PERCENTILES = {"low": 0.0, "high": 100.0}
_CONTOUR, _LESION = "contour", "lesion"
_AROUND_LESION = {"margin": 1.5, "least_of_head": 0.25}


@dataclass(frozen=True)
class Scale:
    """What becomes of grey values 0..255 before the network: times ``factor`` plus ``offset``.

    factor, offset : for each channel, or one number for all.
    turned : the channels are taken in the opposite order.
    """

    factor: tuple[float, ...] = (1.0,)
    offset: tuple[float, ...] = (0.0,)
    turned: bool = False


@dataclass(frozen=True)
class InputSpec:
    """What a network is given.

    size : side of the square in pixels; None where the file says it.
    channels : sequences of a study, in the order of the network's channels; ``IMAGE`` alone for
        single images.
    scale : of grey values; None where that is a part of the network, or not known.
    crop : ``contour`` cuts a single image at the largest bright region, ``lesion`` a slice around
        the lesion.
    """

    size: int | None = None
    channels: tuple[str, ...] = (IMAGE,)
    scale: Scale | None = field(default=None)
    crop: str = ""

    @property
    def of_images(self) -> bool:
        """Whether it is for single images."""
        return self.channels == (IMAGE,)

    def content(self, size: int) -> dict[str, Any]:
        """The entry ``input`` of a card."""
        steps: list[dict[str, Any]] = [{"name": "grey_levels", **_PERCENTILES}]
        if self.crop == _CONTOUR:
            steps.append({"name": "crop_to_contour"})
        elif self.crop == _LESION:
            steps.append({"name": "crop_around_lesion", **_AROUND_LESION})
        if self.of_images:
            steps.append({"name": "stretch_to_square"})
        return {"size": size, "channels": list(self.channels), "steps": steps}


def parse_input(text: str) -> InputSpec:
    """Read ``--input``, such as ``size=224,sequences=T1+FLAIR,scale=-1..1,crop=lesion``.

    Raises ModelError, in words, for whatever is not known.
    """
    entries: dict[str, str] = {}
    for part in filter(None, re.split(r"[,\s]+", text)):
        key, equals, value = part.partition("=")
        if key not in _KEYS or not equals or not value or key in entries:
            raise ModelError(f"--input cannot be read at '{part}'.", _EXAMPLE)
        entries[key] = value
    spec = InputSpec()
    if "size" in entries:
        if not entries["size"].isdigit() or not 16 <= int(entries["size"]) <= 1024:
            raise ModelError("The size of --input must be 16 to 1024 pixels.", _EXAMPLE)
        spec = replace(spec, size=int(entries["size"]))
    if "sequences" in entries:
        spec = replace(spec, channels=_sequences(entries["sequences"]))
    if "scale" in entries:
        spec = replace(spec, scale=_scale(entries["scale"]))
    crops = ("none", _CONTOUR if spec.of_images else _LESION)
    crop = entries.get("crop", "none")
    if crop not in crops:
        raise ModelError(
            f"There is no crop '{crop}' of {'images' if spec.of_images else 'slices'}.",
            f"Choose one of: {', '.join(crops)}.",
        )
    return replace(spec, crop="" if crop == "none" else crop)


def _sequences(text: str) -> tuple[str, ...]:
    known = {str(m).lower(): str(m) for m in SEQUENCES}
    names = [known.get(name.lower(), "") for name in text.split("+")]
    if not all(names) or len(set(names)) != len(names):
        raise ModelError(
            f"The sequences '{text}' of --input are not known.",
            f"Name each once, joined by +: {', '.join(known.values())}.",
        )
    return tuple(names)


def _scale(name: str) -> Scale:
    if name == "imagenet":
        means, deviations = _IMAGENET
        factor = tuple(1 / 255 / spread for spread in deviations)
        pairs = zip(means, deviations, strict=True)
        return Scale(factor, tuple(-mean / spread for mean, spread in pairs))
    if name == "caffe":
        return Scale((1.0,), tuple(-mean for mean in _CAFFE), turned=True)
    if found := _RANGE.fullmatch(name):
        low, high = float(found[1]), float(found[2])
        if low < high:
            return Scale(((high - low) / 255,), (low,))
    raise ModelError(
        f"There is no scale '{name}'.",
        f"Give the values of black and white, such as 0..1 or -1..1, or {' or '.join(_SCALES)}.",
    )
