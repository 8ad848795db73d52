"""Whether the headers of a stack say what its values are, and what must be told of them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from brainviewer.core.counting import counted
from brainviewer.core.shown_text import shown_text
from brainviewer.files.dicom.pixels.rescale_line import partly_rescaled
from brainviewer.files.dicom.pixels.stored_bits import BITS_WORDS, StoredBits
from brainviewer.files.dicom.pixels.transfer_syntaxes import COMPRESSED, NATIVE, loss
from brainviewer.files.dicom.series.frames import Frame

_LOSS_WORDS = ("TransferSyntaxUID", "LossyImageCompression", "LossyImageCompressionRatio")
_MOST_PADDED = 1
"""Bytes behind the pixels: elements have an even length."""


def bits_of(frame: Frame) -> StoredBits:
    """Which bits of its pixels count. Raises ValueError with a sentence if that cannot be."""
    return _bits(*map(frame.tags.number, BITS_WORDS))


_bits = lru_cache(1024)(StoredBits.said)
_loss = lru_cache(1024)(loss)
"""Slices of one series say the same of most things."""


def values_problem(frames: Sequence[Frame]) -> str:
    """A sentence on why nobody knows the values of slices; empty if they are known."""
    syntaxes = {frame.tags.text("TransferSyntaxUID") for frame in frames}
    if unknown := syntaxes - {"", *NATIVE, *COMPRESSED}:
        return f"It is stored in a way that is not known here ({shown_text(min(unknown))})."
    tabled = {bool(frame.value_type) for frame in frames}
    try:
        for frame in frames:
            bits_of(frame)
        partly = partly_rescaled(frame.rescale_written for frame in frames)
    except ValueError as error:
        return str(error)
    if len(tabled) > 1 or (partly and tabled == {False}):
        return "Some of its slices only say how their values are rescaled."
    return ""


def values_notices(frames: Sequence[Frame]) -> tuple[str, ...]:
    """Sentences on values that are known, but not as they should be."""
    return (*_losses(frames), *_surplus(frames), *_high_bits(frames))


def _losses(frames: Iterable[Frame]) -> list[str]:
    said = {_loss(*map(frame.tags.text, _LOSS_WORDS)) for frame in frames}
    return sorted(said - {""})[:1]  # slices differ in their ratios


def _surplus(frames: Iterable[Frame]) -> list[str]:
    long = sum(_surplus_bytes(frame) > _MOST_PADDED for frame in frames)
    if not long:
        return []
    slices = counted(long, "of its slices is", "of its slices are")
    return [f"{slices} followed by more bytes than pixels fill; these were left out."]


def _surplus_bytes(frame: Frame) -> int:
    if frame.offset is None:
        return 0
    tags, (rows, columns) = frame.tags, frame.shape
    values = rows * columns * max(tags.whole("NumberOfFrames", 1), 1)
    bits = values * tags.whole("SamplesPerPixel", 1) * tags.whole("BitsAllocated", 16)
    return frame.length - bits // 8


def _high_bits(frames: Iterable[Frame]) -> list[str]:
    for frame in frames:
        if notice := bits_of(frame).high_bit_notice(frame.tags.number("HighBit")):
            return [notice]
    return []
