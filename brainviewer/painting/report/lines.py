"""Text broken into lines without the loss of a letter, unlike the labels of a figure."""

from collections.abc import Iterator

from brainviewer.painting.canvas import Canvas


def broken(
    canvas: Canvas, text: str, width: float, size: float, bold: bool = False
) -> tuple[str, ...]:
    """The text in lines that are no wider than ``width`` points; its own lines are kept."""
    return tuple(
        line
        for paragraph in text.split("\n")
        for line in _paragraph(canvas, paragraph, width, size, bold)
    )


def _paragraph(canvas: Canvas, text: str, width: float, size: float, bold: bool) -> Iterator[str]:
    line = ""
    # Not at no-break spaces, which hold a number and its unit together.
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if canvas.measure(longer, size, bold) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
        while canvas.measure(line, size, bold) > width and len(line) > 1:
            taken = _fitting(canvas, line, width, size, bold)
            yield line[:taken]
            line = line[taken:]
    yield line


def _fitting(canvas: Canvas, word: str, width: float, size: float, bold: bool) -> int:
    """How many letters of a word fit; one at least."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if canvas.measure(word[:middle], size, bold) <= width:
            low = middle
        else:
            high = middle - 1
    return low
