"""Measurements as data and in words."""

import json

import numpy as np
import pytest

from brainviewer.app.report.records import finding_record, measurements_record
from brainviewer.app.report.text import finding_text
from brainviewer.core.findings.measurements import Diameters, Measurements, Side
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane
from tests.phantoms import marker_study

LESION = Diameters(12, 60.04, 40.0, ((-1.0, 2, 3), (4, 5, 6.12345)), ((0, 0, 0), (0, 40, 0)), True)
SMALL = Diameters(11, 12.0, 8.2, ((0, 0, 0), (12, 0, 0)), ((1, 0, 0), (1, 8.2, 0)), False)
TAKEN = Measurements(95.0333, 11.6, LESION, SMALL, Side.LEFT, 30.5673)


def finding(measurements):
    return TumourFinding(
        "lesion",
        True,
        index=12,
        position_mm=(-40.0, 10, 5),
        confidence=0.9,
        area_mm2=np.full(30, 100, np.float32),
        slices={Plane.AXIAL: 12, Plane.CORONAL: 40, Plane.SAGITTAL: 33},
        measurements=measurements,
    )


def test_record_counts_from_zero_and_is_json():
    record = json.loads(json.dumps(finding_record(finding(TAKEN)), allow_nan=False))
    assert record["slices"] == {"axial": 12, "coronal": 40, "sagittal": 33}
    assert record["measurements"] == {
        "volume_ml": 95.033,
        "enhancing_ml": 11.6,
        "side": "left",
        "midline_mm": 30.567,
        "parts_ml": None,
        "cut_off": False,
        "lesion": {
            "index": 12,
            "longest_mm": 60.04,
            "perpendicular_mm": 40.0,
            "product_mm2": 2401.6,
            "measurable": True,
            "longest_ends_mm": [[-1.0, 2, 3], [4, 5, 6.123]],
            "perpendicular_ends_mm": [[0, 0, 0], [0, 40, 0]],
        },
        "enhancing": {
            "index": 11,
            "longest_mm": 12.0,
            "perpendicular_mm": 8.2,
            "product_mm2": 98.4,
            "measurable": False,
            "longest_ends_mm": [[0, 0, 0], [12, 0, 0]],
            "perpendicular_ends_mm": [[1, 0, 0], [1, 8.2, 0]],
        },
    }


def test_words_count_from_one():
    text = finding_text(marker_study(), finding(TAKEN))
    assert "Largest slices: axial 13, coronal 41, sagittal 34" in text
    assert "60 × 40 mm (2,402 mm² · slice 13)" in text
    assert "12 × 8 mm (98 mm² · slice 12 · not measurable (< 10 mm))" in text.replace("\xa0", " ")
    assert "95.0 mL" in text
    assert "11.6 mL" in text
    assert "left" in text
    assert "31 mm" in text


def test_what_is_not_known_is_null_and_not_told():
    record = measurements_record(Measurements(3.0, None, LESION, None, None, None))
    assert record["enhancing_ml"] is record["enhancing"] is record["side"] is None
    assert record["midline_mm"] is None
    text = finding_text(marker_study(), finding(Measurements(3.0, None, LESION, None, None, None)))
    assert "Diameters FLAIR" in text
    assert not any(word in text for word in ("nhancing", "T1ce", "Side", "not measured"))


@pytest.mark.parametrize(
    ("volume", "told"), [(0.0, "none"), (0.06, "< 0.1 mL · 2 %"), (2, "2.0 mL · 67 %")]
)
def test_enhancing_volume(volume, told):
    text = finding_text(marker_study(), finding(Measurements(3, volume, None, None, None, 0)))
    (line,) = (line for line in text.splitlines() if "Enhancing" in line)
    assert line.split(maxsplit=1)[1] == told


def test_nothing_found_has_neither():
    record = finding_record(TumourFinding("lesion", False))
    assert record["slices"] == {}
    assert record["measurements"] is None
    assert "Measurements" not in finding_text(marker_study(), TumourFinding("lesion", False))
