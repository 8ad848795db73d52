"""The whole job without a window: find the tumour, type it, draw it, write it down."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer import __version__
from brainviewer.app.exports import analysis_spec
from brainviewer.app.prediction.subtype import NotClassified, classify
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.records import (
    classification_record,
    finding_record,
    not_classified_record,
)
from brainviewer.app.report.study_record import study_record
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings import Classification, TumourFinding
from brainviewer.core.shown_text import storable
from brainviewer.core.study import Study
from brainviewer.files.image2d.writer import save_picture
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.registry import DEFAULT_MODEL, model
from brainviewer.models.segmentation.detection import find_tumour
from brainviewer.models.segmentation.network import segmentation_network
from brainviewer.models.subtype.prediction import check_age
from brainviewer.painting.figure import FigureSpec, draw_figure
from brainviewer.painting.wording import RESEARCH_ONLY

RESULT, FIGURE, VOLUME = "result.json", "figure.png", "volume.png"
SCALES = {FIGURE: 2, VOLUME: 1}


def analyze(
    study: Study,
    folder: Path,
    engine: Runner,
    *,
    method: str = "lesion",
    threshold: float = 450.0,
    model_id: str | None = None,
    age_years: float | None = None,
    prevalence: str | None = None,
    heatmap: bool = False,
    report: Report = silent,
) -> dict[str, Any]:
    """Do the whole job on an open study and write result.json, figure.png and volume.png.

    heatmap : draw where the network looked on one sequence of figure.png.
    folder : made if it does not exist. Files of these names are replaced, each whole or not at
        all, and only when all of them are ready.

    Returns what result.json holds. Raises BrainViewerError, ModelError, FileError or Cancelled;
    that there is no tumour, or no OpenGL for the 3D view, is a result with a notice.
    """
    began = time.perf_counter()
    check_age(age_years)
    model(model_id or DEFAULT_MODEL).head.setting(prevalence)
    make_folder(folder)
    notices = list(study.notices)

    def part(start: float, share: float) -> Report:
        return lambda fraction, text: report(start + share * fraction, text)

    finding = find_tumour(
        study,
        method,
        threshold=threshold,
        network=segmentation_network(engine),
        report=part(0.0, 0.3),
    )
    notices += finding.notices
    result: Classification | None = None
    try:
        result = classify(
            study,
            finding,
            engine,
            model_id=model_id,
            age_years=age_years,
            prevalence=prevalence,
            report=part(0.3, 0.2),
        )
        typed = classification_record(result)
    except NotClassified as nothing:
        typed = not_classified_record(model_id or DEFAULT_MODEL, str(nothing))
    notices += typed["notices"]
    report(0.5, "Drawing the 3D view")
    volume = None
    try:
        volume = _volume_picture(study, finding)
    except BrainViewerError as no_3d:
        notices.append(f"{VOLUME} was not made: {no_3d}")
    report(0.75, "Drawing the figure")
    specs = {FIGURE: analysis_spec(study, finding, result, heatmap=heatmap)}
    if volume is not None:
        specs[VOLUME] = FigureSpec(
            study,
            (),
            pane_size=(volume.shape[1], volume.shape[0]),
            volume_picture=volume,
            finding=finding,
            result=False,
        )
    pictures = {name: (draw_figure(spec, SCALES[name]), spec) for name, spec in specs.items()}
    told = {
        "application": "BrainViewer",
        "version": __version__,
        "notice": RESEARCH_ONLY,
        "study": study_record(study),
        "finding": finding_record(finding),
        "classification": typed,
        "files": [RESULT, *pictures],
        "notices": list(dict.fromkeys(notices)),
        "seconds": round(time.perf_counter() - began, 3),
    }
    record = with_schema(Schema.ANALYSIS, told)
    report(0.9, "Writing the files")
    _write(folder, record, pictures)
    report(1.0, "Done")
    return record


def _volume_picture(study: Study, finding: TumourFinding) -> NDArray[np.uint8]:
    try:
        from brainviewer.painting.volume.scene import render_volume
    except ImportError as error:
        raise BrainViewerError(
            f"the 3D library cannot be loaded ({error}).", "Install the package libgl1."
        ) from error
    return render_volume(study, finding)


def _write(
    folder: Path,
    record: Mapping[str, Any],
    pictures: Mapping[str, tuple[NDArray[np.uint8], FigureSpec]],
) -> None:
    from PIL import Image

    for name, (picture, spec) in pictures.items():
        save_picture(Image.fromarray(picture), folder / name, provenance_record(spec, SCALES[name]))
    if VOLUME not in pictures:  # one of an earlier study must not stand beside this result
        (folder / VOLUME).unlink(missing_ok=True)
    # Last, so that a result.json says that the rest is there.
    text = json.dumps(storable(record), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / RESULT, text.encode())
