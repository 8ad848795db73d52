"""All annotations of a study as a table: what they measure, and the values of every sequence."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from brainviewer.app.annotating.listing import Listing
from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.jobs import Jobs, Policy
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import (
    Annotation,
    RegionStatistics,
    probed_values,
    region_area,
    region_statistics,
)
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.counting import counted
from brainviewer.core.errors import Report
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Modality, Study
from brainviewer.core.table_cells import harmless
from brainviewer.files.writing import write_whole
from brainviewer.painting.text.wording import annotation_place

EXPORT = "export annotations"

_TILT = ("tilt_degrees", "normal_right", "normal_anterior", "normal_superior")
STATISTICS = ("mean", "sd", "median", "minimum", "maximum")


@dataclass(frozen=True)
class Line:
    """An annotation in a table.

    place : the slice as people count it, from 1; None on a tilted plane. where : both in words.
    measures : of its points alone, by the names that exports give them; area : of a region, in the
        unit of the grid, squared.
    statistics : of a region, in each sequence; None of one smaller than a pixel. values : of a
        point probe.
    """

    annotation: Annotation
    place: int | None
    where: str
    measures: dict[str, float]
    area: float | None
    statistics: dict[Modality, RegionStatistics | None]
    values: dict[Modality, float]


def lines_of(study: Study, annotations: Iterable[Annotation]) -> tuple[Line, ...]:
    """The annotations with everything that is measured, on the common grid of the study."""
    return tuple(_line(study, annotation) for annotation in annotations)


def _line(study: Study, annotation: Annotation) -> Line:
    view, traits = annotation.view(study.grid), annotation.kind.traits
    measures = {
        measure.key(study.grid.unit.key): value
        for measure, value in annotation.measures
        if value is not None
    }
    statistics = {
        modality: region_statistics(annotation, view, volume.data)
        for modality, volume in study.volumes.items()
        if traits.region
    }
    return Line(
        annotation,
        None if annotation.tilt is not None else view.index_of(annotation.points[0]) + 1,
        annotation_place(annotation, study.grid),
        measures,
        region_area(annotation, view) if traits.region else None,
        statistics,
        probed_values(annotation, study) if traits.probes else {},
    )


def csv_text(study: Study, lines: Sequence[Line]) -> str:
    """The table as text with commas, by RFC 4180: a line for an annotation, and one for each
    sequence where the values of all are known.

    What spreadsheets would take for a formula begins with an apostrophe. Places are the slices as
    the window counts them. On a tilted plane the slice is left open, and the last cells say how
    far it is tilted from its plane, and the direction perpendicular to it; a position on it is
    in files of annotations. Each line says that it is for research only.
    """
    unit = study.grid.unit.key
    names = list(dict.fromkeys(name for line in lines for name in line.measures))
    header = ["number", "kind", "name", "plane", "slice", "drawn on", *names, f"area_{unit}2"]
    header += ["sequence", "value", *STATISTICS, "pixels", "hidden", "locked", *_TILT, "notice"]
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(header)
    for number, line in enumerate(lines, 1):
        one = line.annotation
        name = " / ".join(shown_text(part) for part in one.text.splitlines())
        own = [number, one.kind.value, harmless(name), one.plane.value]
        own += ["" if line.place is None else line.place]
        own += [one.modality.value, *(_number(line.measures.get(name)) for name in names)]
        own += [_number(line.area)]
        last = [_yes(one.style.hidden), _yes(one.style.locked), *_tilt(study, one)]
        last += [RESEARCH_ONLY]
        for cells in _of_sequences(line):
            table.writerow([*own, *cells, *last])
    return written.getvalue()


def _tilt(study: Study, annotation: Annotation) -> list[str]:
    tilt = annotation.tilt
    if tilt is None:
        return [""] * len(_TILT)
    degrees = _number(tilt.tilt_degrees(study.grid, annotation.plane))
    known = study.grid.oriented  # else no directions are told
    return [degrees, *(f"{x:.6f}" if known else "" for x in tilt.normal.tolist())]


def _of_sequences(line: Line) -> list[list[object]]:
    nothing: list[object] = [""] * (len(STATISTICS) + 1)
    if line.values:
        return [[m.value, _number(value), *nothing] for m, value in line.values.items()]
    if not line.statistics:
        return [["", "", *nothing]]
    return [
        [modality.value, "", *(nothing if found is None else _cells(found))]
        for modality, found in line.statistics.items()
    ]


def _cells(found: RegionStatistics) -> list[object]:
    return [*(_number(getattr(found, name)) for name in STATISTICS), found.pixels]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


class AnnotationTables:
    """Writes the table of the open study's annotations."""

    def __init__(self, state: ViewState, listing: Listing, jobs: Jobs, notices: Notices) -> None:
        self._state, self._listing, self._jobs, self._notices = state, listing, jobs, notices

    def lines(self) -> tuple[Line, ...]:
        """The annotations as they are listed; none without a study."""
        study = self._state.unedited
        return () if study is None else lines_of(study, self._listing.annotations())

    def export(self, path: Path) -> None:
        """Write the table as text with commas, in the background."""
        study, annotations = self._state.unedited, self._listing.annotations()
        if study is None:
            return

        def work(_: Report) -> None:
            # The mark at the beginning lets spreadsheets read it as UTF-8.
            text = csv_text(study, lines_of(study, annotations))
            with audited(Action.EXPORTED, study, facts={"kind": "annotations", "format": "csv"}):
                write_whole(path, text.encode("utf-8-sig", errors="replace"))

        done = f"The table of {counted(len(annotations), 'annotation', 'annotations')} is written."
        self._jobs.start(
            EXPORT,
            work,
            lambda _: self._notices.tell(done),
            self._notices.fail,
            policy=Policy.MUST_FINISH,
        )
