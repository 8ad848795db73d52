"""The column beside the images: the type of the glioma, how sure that is, and where it lies."""

from brainviewer.core.findings import Classification, TumourFinding
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Study
from brainviewer.render import palette, wording
from brainviewer.render.drawing import Canvas

WIDTH = 304
_PAD = 20.0
_TALLEST = 1600


class _Column:
    """Writes from top to bottom."""

    def __init__(self, scale: float) -> None:
        self.canvas = Canvas(WIDTH, _TALLEST, scale, palette.PANEL)
        self.y = _PAD
        self.left, self.right = _PAD, WIDTH - _PAD
        self.width = self.right - self.left

    def head(self, text: str) -> None:
        x = self.left
        for letter in text.upper():
            self.canvas.text(x, self.y + 10, letter, 10.5, palette.QUIET, bold=True, anchor="ls")
            x += self.canvas.measure(letter, 10.5, True) + 0.9
        self.y += 22

    def text(self, text: str, size: float, colour: str, lines: int = 4) -> None:
        for line in self.canvas.wrapped(text, self.width, size, lines=lines):
            self.canvas.text(self.left, self.y + size, line, size, colour, anchor="ls")
            self.y += size * 1.42

    def pair(self, label: str, value: str) -> None:
        """A quiet label on the left and its value on the right."""
        canvas, base = self.canvas, self.y + 12
        room = self.width - canvas.measure(label, 12) - 12
        canvas.text(self.left, base, label, 12, palette.QUIET, anchor="ls")
        value = canvas.shortened(value, room, 12)
        canvas.text(self.right, base, value, 12, palette.TEXT, anchor="rs")
        self.y += 19

    def gap(self, points: float) -> None:
        self.y += points


def draw_result_card(
    study: Study,
    finding: TumourFinding | None,
    classification: Classification | None,
    scale: float,
    *,
    note: str = "",
    foot: str = "",
) -> Canvas:
    """The column, ``WIDTH`` points wide and as tall as its content.

    note : what the reader must know about the result, e.g. that it is stale.
    foot : the last line.
    """
    column = _Column(scale)
    if classification is not None:
        _draw_type(column, study, classification, note)
    if finding is not None:
        if classification is not None:
            column.gap(22)
        _draw_tumour(column, study, finding)
    if foot:
        column.gap(16)
        column.text(foot, 11, palette.CAUTION)
    return column.canvas.cut_off(min(_TALLEST, column.y + _PAD))


def _draw_type(column: _Column, study: Study, result: Classification, note: str) -> None:
    canvas = column.canvas
    column.head("Glioma type")
    name = result.names.get(result.predicted, result.predicted)
    size = 21.0
    while size > 15 and len(canvas.wrapped(name, column.width, size)) > 2:
        size -= 1
    column.text(name, size, palette.BRIGHT, lines=3)
    column.gap(2)
    source = [f"from slice {result.slice_index + 1}"]
    if result.sequences_used:
        source.append(", ".join(result.sequences_used))
    age = result.age_years
    source.append("age\u00a0not\u00a0given" if age is None else f"age\u00a0{wording.number(age)}")
    column.text(" · ".join(source), 12, palette.QUIET)
    column.gap(12)
    ranking = sorted(result.classes.items(), key=lambda entry: -entry[1])
    labels = max((canvas.measure(letter, 13, True) for letter, _ in ranking), default=0)
    bar_left, bar_right = column.left + max(20.0, labels + 10), column.right - 52
    for place, (letter, probability) in enumerate(ranking):
        colour, base = palette.class_colour(letter, place), column.y + 12
        canvas.text(column.left, base, letter, 13, colour, bold=True, anchor="ls")
        canvas.bar(bar_left, base - 10, bar_right, base + 1, palette.LINE)
        end = bar_left + (bar_right - bar_left) * min(max(probability, 0.0), 1.0)
        if end - bar_left >= 1:
            canvas.bar(bar_left, base - 10, end, base + 1, colour)
        share = wording.probability(probability)
        canvas.text(column.right, base, share, 12.5, palette.TEXT, anchor="rs")
        column.gap(24)
    column.gap(6)
    engine = {"onnx": "ONNX", "tensorflow": "TensorFlow"}.get(result.engine, result.engine)
    seconds = f"{result.predict_seconds:.2f}\u00a0s"
    column.text(
        f"{result.model_name or result.model_id} {result.model_version} · "
        f"{engine} on {result.device} · {seconds}",
        12,
        palette.QUIET,
    )
    column.gap(4)
    if result.quality:
        column.text(result.quality, 12, palette.QUIET)
    column.text("The type can only be confirmed in tissue.", 12, palette.QUIET)
    if note:
        column.text(note, 12, palette.CAUTION)
    if result.study_hash and study.content_hash and result.study_hash != study.content_hash:
        column.text("Stale: this result belongs to another study.", 12, palette.CAUTION)
    for notice in result.notices[:3]:
        column.text(notice, 12, palette.CAUTION)


def _draw_tumour(column: _Column, study: Study, finding: TumourFinding) -> None:
    column.head("Tumour")
    if not finding.found or finding.index is None:
        column.text("No lesion found", 15, palette.TEXT)
        return
    view = SliceView.of(study.grid, finding.plane)
    column.pair("Largest in", f"{finding.plane} slice {finding.index + 1} of {view.count}")
    if position := wording.position_text(view, finding.index):
        column.pair("Position", position)
    if finding.index < len(finding.area_mm2):
        area = float(finding.area_mm2[finding.index])
        column.pair("Area in this slice", f"{wording.number(area)} mm²")
    if finding.mask is not None:
        volume = float(finding.mask.sum()) * study.grid.voxel_volume / 1000
        column.pair("Volume", f"{wording.number(volume, 1)} mL")
    column.pair("Confidence", f"{finding.confidence:.2f}")
    if finding.area_mm2.size and float(finding.area_mm2.max()) > 0:
        _draw_areas(column, view, finding, finding.index)


def _draw_areas(column: _Column, view: SliceView, finding: TumourFinding, chosen: int) -> None:
    """Why this slice: the tumour area of every slice, the chosen one bright."""
    canvas = column.canvas
    column.gap(12)
    top, height = column.y, 44.0
    areas = finding.area_mm2 if view.ascending else finding.area_mm2[::-1]
    chosen = chosen if view.ascending else len(areas) - 1 - chosen
    most, step = float(areas.max()), column.width / len(areas)
    outline = [(column.left, top + height)]
    for place, area in enumerate(areas):
        y = top + height - float(area) / most * height
        outline += [(column.left + place * step, y), (column.left + (place + 1) * step, y)]
    canvas.fill([*outline, (column.right, top + height)], "#4A5763")
    x = column.left + (chosen + 0.5) * step
    high = top + height - float(areas[chosen]) / most * height
    canvas.fill(
        [(x - 1.2, top + height), (x - 1.2, high), (x + 1.2, high), (x + 1.2, top + height)],
        palette.TUMOUR,
    )
    canvas.paint(column.left, top + height, column.right, top + height + 1, palette.LINE)
    low_end, high_end = "IPL"["SAR".index(_towards(view))], _towards(view)
    base = top + height + 15
    if view.grid.oriented:
        canvas.text(column.left, base, low_end, 11, palette.QUIET, anchor="ls")
        canvas.text(column.right, base, high_end, 11, palette.QUIET, anchor="rs")
    middle = (column.left + column.right) / 2
    canvas.text(middle, base, "tumour area per slice", 11, palette.QUIET, anchor="ms")
    column.gap(height + 20)


def _towards(view: SliceView) -> str:
    return wording.TOWARDS[view.plane]
