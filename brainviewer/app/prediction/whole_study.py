"""The whole job without a window: find the tumour, type it, draw it, write it down."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer import __version__
from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.exporting.volume_pictures import volume_request
from brainviewer.app.graphics.for_commands import kept_choice
from brainviewer.app.monitoring.prediction_log import PredictionLog
from brainviewer.app.prediction.recorded import classify, find_tumour
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.records import (
    classification_record,
    finding_record,
    not_classified_record,
)
from brainviewer.app.report.study_figures import analysis_spec
from brainviewer.app.report.study_record import study_record
from brainviewer.app.stores.age import age_in_files
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError, Report, silent, within
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import storable
from brainviewer.core.study import Study
from brainviewer.files.image2d.writer import save_image
from brainviewer.files.writing import make_folder, write_whole
from brainviewer.imaging.location.located import located
from brainviewer.imaging.measure.agreement import compared
from brainviewer.models.engine.runtimes import Runner
from brainviewer.models.registry import DEFAULT_MODEL, model
from brainviewer.models.segmentation.network import segmentation_network
from brainviewer.models.subtype.prediction import NotClassified, check_age
from brainviewer.painting.figure import FigureSpec, draw_figure

RESULT, FIGURE, VOLUME = "result.json", "figure.png", "volume.png"
SCALES = {FIGURE: 2, VOLUME: 1}


@dataclass(frozen=True)
class AnalysisOptions:
    """How the tumour is looked for and classified.

    method, threshold : see ``find_tumour``. model_id, age_years, prevalence : see ``classify``.
    heatmap : draw where the network looked on one sequence of figure.png.
    """

    method: str = "lesion"
    threshold: float = 450.0
    model_id: str | None = None
    age_years: float | None = None
    prevalence: str | None = None
    heatmap: bool = False


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found; ``record`` is what result.json holds."""

    finding: TumourFinding
    record: dict[str, Any]


def analyze(
    study: Study,
    folder: Path,
    engine: Runner,
    options: AnalysisOptions | None = None,
    report: Report = silent,
    kept: PredictionLog | None = None,
) -> Analysis:
    """Do the whole job on an open study and write result.json, figure.png and volume.png.

    folder : made if it does not exist. Files of these names are replaced, each whole or not at
        all, and only when all of them are ready.
    kept : where predictions are kept for monitoring; nowhere if None.

    Raises BrainViewerError, ModelError, FileError or Cancelled; that there is no tumour, or no
    OpenGL for the 3D view, is a result with a notice.
    """
    began = time.perf_counter()
    options = options or AnalysisOptions()
    model_id = options.model_id or DEFAULT_MODEL
    check_age(options.age_years)
    model(model_id).fusion_head.setting(options.prevalence)
    make_folder(folder)

    finding = find_tumour(
        study,
        options.method,
        threshold=options.threshold,
        network=segmentation_network(engine),
        report=within(report, 0.0, 0.3),
    )
    if kept is not None:
        kept.finding(finding, study)
    finding = located(study, compared(study, finding), within(report, 0.3, 0.0))
    result: Classification | None = None
    asked = time.perf_counter()
    try:
        result = classify(
            study,
            finding,
            engine,
            model_id=model_id,
            age_years=age_in_files(study) if options.age_years is None else options.age_years,
            prevalence=options.prevalence,
            report=within(report, 0.3, 0.2),
        )
        if kept is not None:
            seconds = time.perf_counter() - asked
            kept.classification(result, study, seconds=seconds, finding=finding)
        typed = classification_record(result)
    except NotClassified as nothing:
        typed = not_classified_record(model_id, str(nothing))
    notices = [*study.notices, *finding.notices, *typed["notices"]]
    report(0.5, "Drawing the 3D view")
    specs = {}
    try:
        volume = _volume_image(study, finding)
        size = volume.shape[1], volume.shape[0]
        shown = volume_request(study, finding)
        specs[VOLUME] = FigureSpec(study, (), 1, size, volume, finding, result=False, volume=shown)
    except BrainViewerError as no_3d:
        notices.append(f"{VOLUME} was not made: {no_3d}")
    report(0.75, "Drawing the figure")
    specs = {FIGURE: analysis_spec(study, finding, result, heatmap=options.heatmap), **specs}
    images = {name: (draw_figure(spec, SCALES[name]), spec) for name, spec in specs.items()}
    told = {
        "application": "BrainViewer",
        "version": __version__,
        "study": study_record(study),
        "finding": finding_record(finding),
        "classification": typed,
        "files": [RESULT, *images],
        "notices": list(dict.fromkeys(notices)),
        "seconds": round(time.perf_counter() - began, 3),
    }
    record = with_schema(Schema.ANALYSIS, told)
    report(0.9, "Writing the files")
    _write(study, folder, record, images)
    report(1.0, "Done")
    return Analysis(finding, record)


def _volume_image(study: Study, finding: TumourFinding) -> NDArray[np.uint8]:
    try:
        from brainviewer.painting.volume.scene import render_volume
    except ImportError as error:
        raise BrainViewerError(
            f"the 3D library cannot be loaded ({error}).", "Install the package libgl1."
        ) from error
    return render_volume(study, finding, choice=kept_choice())


def _write(
    study: Study,
    folder: Path,
    record: Mapping[str, Any],
    images: Mapping[str, tuple[NDArray[np.uint8], FigureSpec]],
) -> None:
    from PIL import Image

    with audited(Action.EXPORTED, study, facts={"kind": "analysis"}):
        for name, (image, spec) in images.items():
            save_image(Image.fromarray(image), folder / name, provenance_record(spec, SCALES[name]))
        if VOLUME not in images:  # one of an earlier study must not stand beside this result
            (folder / VOLUME).unlink(missing_ok=True)
        # Last, so that a result.json says that the rest is there.
        text = json.dumps(storable(record), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        write_whole(folder / RESULT, text.encode())
