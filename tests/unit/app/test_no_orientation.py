"""Of a study that does not say how the patient lay nothing tells a side or a position."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from command_line import run

from brainviewer.app.opening.study import demo_paths, open_study
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.records import finding_record
from brainviewer.app.report.study_figures import SliceRequest, slice_figure
from brainviewer.app.report.text import finding_text
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.painting.figure import FigureSpec
from brainviewer.painting.text.measurements import measurement_text
from tests.searching import find_tumour

UNKNOWN = "how the patient lay"
NUMBERS_OF_PLACES = ("position_mm", "midline_mm", "side", "points_mm", "centre_mm")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The demo study at 2 mm, with every statement of orientation taken away."""
    folder = tmp_path_factory.mktemp("no orientation")
    for path in demo_paths():
        image = nib.load(path)
        thin = nib.Nifti1Image(np.asarray(image.dataobj)[::2, ::2, ::2], None)
        thin.header.set_zooms(2 * np.array(image.header.get_zooms()[:3]))
        thin.header.set_xyzt_units("mm")
        thin.header["descrip"] = image.header["descrip"]
        nib.save(thin, folder / path.name)
    return folder


@pytest.fixture(scope="module")
def study(folder):
    return open_study([folder])


@pytest.fixture(scope="module")
def finding(study):
    return find_tumour(study)


def places(record: Any) -> list[tuple[str, Any]]:
    """Everything in a record that says where something is."""
    if isinstance(record, list):
        return [place for item in record for place in places(item)]
    if not isinstance(record, dict):
        return []
    found = [
        (key, value)
        for key, value in record.items()
        if key in NUMBERS_OF_PLACES or key.endswith("_ends_mm")
    ]
    return found + [place for value in record.values() for place in places(value)]


def assert_nothing_told(record: Any) -> None:
    told = places(record)
    assert len(told) >= 3
    assert all(value is None for _, value in told), told


def test_the_lesion_is_found_all_the_same(study, finding):
    assert finding.found
    assert finding.measurements.lesion.longest_mm > 10
    assert study.grid.contains(finding.position_mm)  # leads a view there
    assert any(UNKNOWN in notice for notice in study.notices)


def test_records_and_words(study, finding):
    record = finding_record(finding)
    assert_nothing_told(record)
    text = finding_text(study, replace(finding, candidates=finding.candidates * 2))
    assert "Position: unknown" in text
    assert "anterior" not in text
    assert " at " not in text
    assert "midline" not in text
    copied = measurement_text(study, finding)
    assert "midline" not in copied
    assert "Side: orientation unknown" in copied
    assert "left and right cannot be told" in copied


@pytest.mark.parametrize("plane", Plane)
def test_provenance_of_every_plane(study, finding, plane):
    x, y, z = finding.position_mm
    ruler = Annotation(Kind.RULER, plane, ((x, y, z), (x + 8, y + 8, z)), Modality.FLAIR)
    figure = slice_figure(study, SliceRequest(plane=plane, finding=finding, annotations=(ruler,)))
    provenance = provenance_record(figure, 2)
    assert_nothing_told(provenance)
    assert provenance["panes"][0]["annotations"][0]["length_mm"] > 8
    assert provenance["study"]["grid"]["orientation"] == "???"
    assert any("cannot be told" in notice for notice in provenance["notices"])
    without_panes = provenance_record(FigureSpec(study, (), finding=finding), 2)
    assert_nothing_told(without_panes)
    assert without_panes["notices"]


def test_commands(folder, capfd, tmp_path: Path):
    assert run("pick", folder, "--json") == 0
    picked = json.loads(capfd.readouterr().out)
    assert picked["found"]
    assert_nothing_told(picked)
    assert any(UNKNOWN in notice for notice in picked["notices"])
    assert run("pick", folder) == 0
    words = capfd.readouterr().out
    assert UNKNOWN in words
    assert "osition: unknown" in words
    assert "superior" not in words
    assert run("export", folder, "-o", tmp_path / "slice.png", "--json") == 0
    exported = json.loads(capfd.readouterr().out)
    assert_nothing_told(exported)
    assert any(UNKNOWN in notice for notice in exported["notices"])
    assert run("analyze", folder, "-o", tmp_path / "all", "--json") == 0
    capfd.readouterr()
    result = json.loads((tmp_path / "all" / "result.json").read_text("utf-8"))
    assert_nothing_told(result)
    assert any(UNKNOWN in notice for notice in result["notices"])


def test_with_orientation_places_are_told():
    study = open_study(demo_paths())
    record = finding_record(find_tumour(study))
    told = places(record)
    assert len(told) > 3
    assert all(value is not None for _, value in told)
    assert record["measurements"]["side"] in ("left", "right")
