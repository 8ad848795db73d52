"""Measurements in words: units, slices from 1, and what is missing with its reason."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.app.report.records import finding_record
from brainviewer.app.report.text import finding_text
from brainviewer.core.segments import LesionPart
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.painting.diameter_lines import diameter_lines
from brainviewer.painting.text.measurements import (
    measurement_lines,
    measurement_text,
    part_text,
    part_volume_text,
    slice_line,
)
from tests.phantoms import (
    grid_of,
    marker_finding,
    marker_position,
    marker_study,
    measured,
    oblique_grid,
)
from tests.unit.app.desk import nothing_found


def said(study, finding) -> dict[str, tuple[str, str]]:
    return {
        line.name: (line.value, line.detail.replace("\u00a0", " "))
        for line in measurement_lines(study, finding)
    }


def test_every_measurement_has_its_unit_and_its_slice() -> None:
    study = marker_study()
    finding = measured(marker_finding(study), study)
    assert finding.index is not None
    assert said(study, finding) == {
        "Volume": ("0.4 mL", ""),
        "Enhancing": ("0.1 mL · 25 %", ""),
        "Diameters FLAIR": ("9 × 8 mm", f"72 mm² · slice {finding.index + 1}"),
        "Diameters T1ce": (
            "6 × 3 mm",
            f"18 mm² · slice {finding.index - 1} · not measurable (< 10 mm)",
        ),
        "Side": ("left, 12 mm off midline", ""),
    }
    text = measurement_text(study, finding)
    assert "Diameters FLAIR: 9 × 8 mm (72 mm²" in text
    assert f"axial {finding.index + 1}, coronal" in text
    assert "research use only" in text
    assert "phantom" not in text


def test_a_lesion_cut_off_is_at_least_as_large_as_what_is_shown() -> None:
    study = marker_study()
    finding = measured(marker_finding(study), study)
    assert finding.measurements is not None
    assert not finding.measurements.cut_off
    cut = replace(finding, measurements=replace(finding.measurements, cut_off=True))
    told = said(study, cut)
    assert told["Volume"] == ("≥\u00a00.4 mL", "reaches the edge of the images")
    assert told["Diameters FLAIR"][0] == "≥\u00a09 × 8 mm"
    assert told["Side"] == said(study, finding)["Side"]
    # What fraction of the whole lesion a part is, nobody knows.
    assert said(study, finding)["Enhancing"][0] == "0.1 mL · 25 %"
    assert told["Enhancing"][0] == "≥\u00a00.1 mL"
    parts = {LesionPart.ENHANCING: 12.0, LesionPart.OEDEMA: 0.02, LesionPart.NECROSIS: 0.0}
    apart = replace(cut, measurements=replace(cut.measurements, parts_ml=parts))
    for part, volume in zip(parts, ("≥\u00a012.0 mL", "< 0.1 mL", "none"), strict=True):
        assert said(study, apart)[part.title][0] == volume
        assert part_volume_text(apart, part) == volume
    assert part_text(apart, LesionPart.ENHANCING) == "enhancing ≥\u00a012.0 mL"
    assert part_text(apart, LesionPart.NECROSIS) == "necrosis"
    assert "Volume: ≥\u00a00.4 mL (reaches the edge of the images)" in measurement_text(study, cut)
    assert finding_record(cut)["measurements"]["cut_off"] is True


def test_what_is_missing_is_said_with_its_reason() -> None:
    alone = marker_study(modalities=(Modality.FLAIR, Modality.T1))
    finding = marker_finding(alone)
    without = said(alone, replace(finding, measurements=None))
    assert without["Volume"][0] == "0.4 mL"  # from the mask
    assert without["Enhancing"][0] == without["Diameters T1ce"][0] == "no T1ce"
    assert without["Diameters FLAIR"][0] == without["Side"][0] == "not measured"
    t2 = marker_study(modalities=(Modality.T2,))
    assert said(t2, finding)["Enhancing"][0] == "no T1 and T1ce"
    assert "Diameters" in said(t2, finding)
    unknown = marker_study(grid_of(oriented=False))
    assert said(unknown, finding)["Side"][0] == "orientation unknown"
    assert not any(line.known for line in measurement_lines(t2, finding) if line.name != "Volume")


def test_no_enhancement_is_not_a_missing_sequence() -> None:
    study = marker_study()
    finding = measured(marker_finding(study), study)
    taken = finding.measurements
    assert taken is not None
    none = replace(taken, enhancing_ml=0.0, enhancing=None)
    told = said(study, replace(finding, measurements=none))
    assert told["Enhancing"][0] == told["Diameters T1ce"][0] == "none"
    little = replace(taken, volume_ml=30.0, enhancing_ml=0.01)
    assert said(study, replace(finding, measurements=little))["Enhancing"][0] == "< 0.1 mL · < 1 %"


def test_without_a_lesion_there_is_nothing_to_measure() -> None:
    study = marker_study(synthetic=True)
    assert measurement_lines(study, nothing_found()) == ()
    text = measurement_text(study, nothing_found())
    assert "No lesion found." in text
    assert "SYNTHETIC" in text


def test_diameters_lie_on_their_own_axial_slice_and_on_the_lesion() -> None:
    study = marker_study(oblique_grid())
    finding = measured(marker_finding(study), study)
    taken = finding.measurements
    assert taken is not None
    assert taken.lesion is not None
    view = SliceView.of(study.grid, Plane.AXIAL)
    lines = diameter_lines(finding, view, taken.lesion.index)
    assert len(lines) == 2
    centre = view.to_screen(view.move(marker_position(study.grid), taken.lesion.index))[0]
    for line in lines:
        assert np.allclose(line.mean(axis=0), centre)
    assert diameter_lines(finding, view, taken.lesion.index + 1) == []
    assert diameter_lines(finding, SliceView.of(study.grid, Plane.CORONAL), 20) == []
    assert diameter_lines(None, view, 20) == []


def test_the_area_of_the_tumour_slice_is_one_number_everywhere() -> None:
    """The slice is chosen by smoothed area, so that one beside it may hold more."""
    study = marker_study()
    found = marker_finding(study)
    area = np.array(found.area_mm2)
    area[found.index], area[found.index + 1] = 2404.2, 2412.0
    found = replace(found, area_mm2=area)
    assert found.slice_area_mm2 == pytest.approx(2404.2)
    assert slice_line(found).value == "2,404 mm²"
    record = finding_record(found)
    assert record["slice_area_mm2"] == pytest.approx(2404.2)
    said = [measurement_text(study, found), finding_text(study, found)]
    assert all("2,404 mm²" in text and "2,412" not in text for text in said)
