"""Whatever goes out says that it is for research only: every kind of file, by every writer."""

import ast
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pydicom import dcmread

from brainviewer.app.annotating.table import csv_text, lines_of
from brainviewer.app.dicom_export.export import export_dicom
from brainviewer.app.dicom_export.request import DicomExportRequest, DicomResults
from brainviewer.app.exporting.series_figures import SeriesStudy, series_of_study
from brainviewer.app.exporting.slice_series import BurnIn, SeriesRequest, SeriesSubject, save_series
from brainviewer.app.exporting.surfaces import SurfaceRequest, save_surfaces
from brainviewer.app.monitoring.monitor_csv import predictions_csv
from brainviewer.app.opening.image2d import open_image2d
from brainviewer.app.prediction.image_heatmap import save_heatmap
from brainviewer.app.report.formats import Schema, with_schema
from brainviewer.app.report.records import image_record
from brainviewer.app.report.study_figures import (
    SliceRequest,
    analysis_spec,
    export_figure,
    slice_figure,
)
from brainviewer.app.reporting.options import ReportOptions, ReportSources
from brainviewer.app.reporting.saving import save_report
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.research_use import FOR_RESEARCH, RESEARCH_ONLY
from brainviewer.core.saved_session import SavedSession, SavedStudy
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.files.annotation_file import save_annotations
from brainviewer.files.image2d.cine import PROVENANCE_BOX
from brainviewer.files.nifti.writer import write_mask
from brainviewer.files.session_file.session_file import write_session
from brainviewer.models.registry import installed_models
from brainviewer.painting.figure import FigurePage
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.measurements import measurement_text
from tests.phantoms import marker_finding, marker_mask, marker_position, marker_study, measured
from tests.provenance import read_provenance
from tests.unit.app.desk import a_result

BRAINVIEWER = Path(__file__).parents[2] / "brainviewer"
PAGES = BRAINVIEWER.parent / "resources" / "pages"

CHECKED = {
    "app.annotating.table": "a table of annotations",
    "app.dicom_export.export": "DICOM",
    "app.exporting.slice_series": "slices and cines",
    "app.exporting.turntable": "films of the 3D view, in app/test_volume_pictures.py",
    "app.monitoring.monitoring": "the page and the table of monitoring",
    "app.prediction.image_heatmap": "an image with its heatmap",
    "app.prediction.whole_study": "result.json and figures: records and provenance",
    "app.report.study_figures": "figures",
    "app.reporting.saving": "reports",
    "cli.labelled_data": "the page of an audit; its list holds names of files alone",
    "cli.monitoring.commands": "the page and the table of monitoring",
    "cli.research": "pages of models, by their base",
    "files.own_file": "kept on this computer",
    "files.annotation_file": "annotations",
    "files.image2d.cine": "cines",
    "files.image2d.writer": "images, by their provenance",
    "files.nifti.writer": "segmentations",
    "files.session_file.session_file": "sessions",
    "files.surfaces.writer": "surfaces",
}
"""Modules that write what goes out; the tests below look into what they write."""
KEPT = {
    "app.audit_trail.taking_out": "what was done: sealed lines, which nothing is added to",
    "app.report.terminal": "the terminal",
    "app.settings.exchange": "settings: nothing of a patient or a model",
    "app.settings.settings_file": "settings",
    "app.stores.series_roles": "kept on this computer",
    "app.stores.session_places": "kept on this computer",
    "app.voi.preset_file": "window presets: nothing of a patient or a model",
    "files.accounts.accounts_file": "kept on this computer",
    "files.audit_trail.anchors": "kept on this computer",
    "files.audit_trail.key_place": "kept on this computer",
    "files.decoding.child": "a pipe",
    "files.dicom.archive": "unpacked for a while",
    "files.graphics.kept_probe": "kept on this computer",
    "files.journal.corrections": "kept on this computer",
    "files.journal.study_file": "kept on this computer",
    "files.retrieved": "images as they were received",
    "files.writing": "what every file is written by",
    "painting.devices": "pages: figures and reports",
    "models.installation.external_tests": "a card, which says it in its intended use",
    "models.installation.install": "a card, which says it in its intended use",
    "models.installation.keras_file": "a network, for a while",
    "models.installation.packed": "a card, which says it in its intended use",
    "pacs.node_changes": "nodes",
    "painting.report.pictures": "images inside a report",
    "painting.volume.probe_child": "a pipe",
}
"""Modules whose files go nowhere by themselves, or hold nothing to be taken for a diagnosis."""

WRITERS = {
    *(
        "write_whole",
        "write_own_file",
        "write_folder_whole",
        "write_files_whole",
        "save_image",
        "write_bytes",
        "write_text",
        "new_draft",
    ),
    *("VideoWriter", "QPdfWriter", "QSvgGenerator", "imwrite", "savefig", "savez", "savetxt"),
}
"""Calls by which a file is written; ``open`` too where its mode says so, ``save`` where it names a
format of images."""
_MODE = re.compile("[wxa][bt+]*")
_FORMATS = {"PNG", "TIFF", "GIF", "JPEG", "PDF", "WEBP"}


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = {a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    if name == "write_text" and len(call.args) > 1:
        return False  # the tool of the window
    if name in ("open", "fdopen"):
        return any(map(_MODE.fullmatch, texts))
    if name == "save":
        return bool(texts & _FORMATS)
    return name in WRITERS


def _writing_modules() -> Iterator[str]:
    for path in sorted(BRAINVIEWER.rglob("*.py")):
        name = ".".join(path.relative_to(BRAINVIEWER).with_suffix("").parts)
        if name.startswith("training."):
            continue  # runs and models; what is shown of them are records and pages, see below
        calls = (n for n in ast.walk(ast.parse(path.read_bytes())) if isinstance(n, ast.Call))
        if any(map(_writes, calls)):
            yield name


def test_every_writer_is_known() -> None:
    """A new writer must say here where its notice is looked for, or why it needs none."""
    assert set(_writing_modules()) == set(CHECKED) | set(KEPT)
    assert not set(CHECKED) & set(KEPT)


@pytest.fixture(scope="module")
def study() -> Study:
    return replace(marker_study(), content_hash="a" * 64)


def ruler(study: Study) -> Annotation:
    x, y, z = marker_position(study.grid)
    return Annotation(Kind.RULER, Plane.AXIAL, ((x, y, z), (x + 9, y, z)), Modality.FLAIR)


def slice_of_ruler(study: Study) -> int:
    return SliceView.of(study.grid, Plane.AXIAL).index_of(marker_position(study.grid))


@pytest.mark.parametrize("ending", [".png", ".tif", ".svg", ".pdf"])
@pytest.mark.parametrize("footer", [True, False])
def test_figures(study: Study, tmp_path: Path, ending: str, footer: bool) -> None:
    """Inside the file, and in the picture itself, also of an annotated one without a footer."""
    path = tmp_path / f"figure{ending}"
    figure = slice_figure(
        study, SliceRequest(index=slice_of_ruler(study), annotations=(ruler(study),))
    )
    export_figure(replace(figure, footer=footer), path, 1)
    assert read_provenance(path)["notice"] == RESEARCH_ONLY
    if ending == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            assert RESEARCH_ONLY in document[0].get_textpage().get_text_range()
    if ending == ".svg":
        assert path.read_text("utf-8").count(RESEARCH_ONLY) == 2


def test_a_slice_as_it_is_stays_as_large_as_its_pane(study: Study) -> None:
    """What shows nothing of ours needs no words in the picture; the file says it."""
    figure = slice_figure(study, SliceRequest(index=12))
    assert FigurePage(replace(figure, footer=False)).size == figure.pane_size
    drawn = slice_figure(
        study, SliceRequest(index=slice_of_ruler(study), annotations=(ruler(study),))
    )
    assert drawn.panes[0].annotations_shown
    assert FigurePage(replace(drawn, footer=False)).size[1] > drawn.pane_size[1]


@pytest.mark.parametrize("ending", [".glb", ".obj", ".ply", ".stl"])
def test_surfaces(study: Study, tmp_path: Path, ending: str) -> None:
    named = replace(study, name="Jane Doe")
    request = SurfaceRequest(tmp_path / f"lesion{ending}", one_file=True)
    for file in save_surfaces(request, named, marker_finding(named)).files:
        content = file.read_bytes()
        assert RESEARCH_ONLY.encode() in content
        assert b"Doe" not in content


@pytest.mark.parametrize("form", [".png", ".mp4", ".gif"])
def test_slices_and_cines(study: Study, tmp_path: Path, form: str) -> None:
    cine = form in (".mp4", ".gif")
    plain = BurnIn(lesion=False, annotations=False, text=False, footer=False)
    subject = SeriesSubject.CINE if cine else SeriesSubject.SLICES
    target = tmp_path / (f"cine{form}" if cine else "slices")
    request = SeriesRequest(subject, target, Modality.T1, first=10, last=11, burn=plain)
    (first, *_) = save_series(request, series_of_study(SeriesStudy(study), request)).files
    if form == ".png":
        told = read_provenance(first)
    elif form == ".gif":
        with Image.open(first) as image:
            told = json.loads(image.info["comment"].decode("ascii"))
    else:
        told = json.loads(first.read_bytes().partition(PROVENANCE_BOX)[2])
    assert told["notice"] == RESEARCH_ONLY


@pytest.mark.parametrize("ending", [".pdf", ".html"])
def test_reports(study: Study, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"report{ending}"
    save_report(ReportSources(study, marker_finding(study), a_result(study)), ReportOptions(), path)
    if ending == ".html":
        assert path.read_text("utf-8").count("Research use only") >= 2
        return
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            assert "Research use only" in page.get_textpage().get_text_range()


def test_dicom(study: Study, tmp_path: Path) -> None:
    """Segmentation, structured report, secondary capture and images."""
    finding = measured(marker_finding(study), study)
    figures = (analysis_spec(study, finding, a_result(study)),)
    results = DicomResults(study, finding, a_result(study), figures)
    export_dicom(DicomExportRequest(tmp_path / "dicom"), results)
    kinds = set()
    for path in (tmp_path / "dicom").glob("*.dcm"):
        made = dcmread(path, stop_before_pixels=True)
        kinds.add(made.Modality)
        (equipment,) = made.ContributingEquipmentSequence
        assert equipment.ContributionDescription == FOR_RESEARCH
        assert made.get("ContentQualification", "RESEARCH") == "RESEARCH"
    assert kinds == {"SEG", "SR", "OT", "MR"}
    for path in (tmp_path / "dicom").glob("*.nii.gz"):
        assert RESEARCH_ONLY in said_in_nifti(path)


def said_in_nifti(path: Path) -> str:
    return bytes(nibabel.load(path).header["descrip"]).rstrip(b"\0").decode()


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_segmentations(study: Study, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"mask{ending}"
    write_mask(path, marker_mask(study.grid), study.grid)
    assert said_in_nifti(path).endswith(RESEARCH_ONLY)


def test_annotations_and_their_table(study: Study, tmp_path: Path) -> None:
    save_annotations(tmp_path / "a.json", [ruler(study)], study)
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["notice"] == RESEARCH_ONLY
    head, *lines = csv_text(study, lines_of(study, [ruler(study)])).splitlines()
    assert head.endswith(",notice") and lines
    assert all(line.endswith(f'"{RESEARCH_ONLY}"') for line in lines)


def test_the_table_of_monitoring() -> None:
    (head,) = predictions_csv((), (), {}).splitlines()
    assert head.endswith(",notice")


def test_sessions(study: Study, tmp_path: Path) -> None:
    i, j, k = study.grid.shape
    affine = tuple(study.grid.affine.ravel().tolist())
    about = SavedStudy(study.content_hash, {}, None, (), (i, j, k), affine)
    write_session(tmp_path / "a.brainviewer", SavedSession("0" * 32, "", "", "1", about), study)
    with zipfile.ZipFile(tmp_path / "a.brainviewer") as archive:
        heads = [json.loads(archive.read(n)) for n in archive.namelist() if n.endswith(".json")]
    assert [head["notice"] for head in heads] == [RESEARCH_ONLY] * 2


def test_heatmaps_of_images(tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 40), 90, np.uint8)).save(tmp_path / "image.png")
    image = open_image2d(tmp_path / "image.png")
    record = image_record(a_result(image), tmp_path / "image.png", image, 0, None)
    heat = Heatmap(Plane.AXIAL, 0, np.zeros((40, 40), np.float32))
    save_heatmap(image, 0, heat, tmp_path / "heat.png", record)
    assert read_provenance(tmp_path / "heat.png")["notice"] == RESEARCH_ONLY


def test_records_and_copied_text(study: Study) -> None:
    for kind in Schema:
        assert with_schema(kind, {})["notice"] == RESEARCH_ONLY
    copied = measurement_text(study, measured(marker_finding(study), study))
    assert RESEARCH_ONLY.casefold() in copied.casefold()


def test_pages() -> None:
    """Pages that are saved stand on one base, which says it; the report says it itself."""
    alone = {"base", "report", "window", "tables"}
    for page in PAGES.glob("*.html"):
        text = page.read_text("utf-8")
        based = '{% extends "base.html" %}' in text
        assert based or page.stem in alone or "research_only" in text, page.name
    made = page_html("base", title="", version="1")
    assert RESEARCH_ONLY.casefold() in made.casefold()


def test_cards() -> None:
    for card in installed_models():
        assert RESEARCH_ONLY in card.intended_use


def test_the_writers_that_are_looked_for(tmp_path: Path) -> None:
    """What the search for writers would see, and what it would not."""
    seen: Callable[[str], bool] = lambda text: _writes(ast.parse(text).body[0].value)  # noqa: E731
    for text in (
        *("write_whole(p, b)", "path.write_text(t)", "cv2.imwrite(p, i)", "image.save(p, 'PNG')"),
        *("open(p, 'wb')", "p.open('x')", "os.fdopen(number, 'a+b')"),
    ):
        assert seen(text), text
    for text in (
        "open(p)",
        "open(p, 'rb')",
        "read_whole(p)",
        "session.save(p)",
        "tool.open(x, 'axial')",
    ):
        assert not seen(text), text
