"""Studies that lack something: each is told in one sentence."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.app.report.text import finding_text
from brainviewer.core.study import SEQUENCES
from tests.searching import find_tumour
from tests.unit.imaging import test_tumour
from tests.unit.imaging.test_tumour import only

demo = test_tumour.demo
FLAIR, T1, T1CE, T2 = SEQUENCES


def told(study):
    """Lines of a finding in words, and the finding."""
    finding = find_tumour(study)
    return finding_text(study, finding, finding.notices).splitlines(), finding


def one_with(lines, part):
    (line,) = [line for line in lines if part in line]
    assert line.endswith(".")
    assert line.count(". ") == 0
    return line


@pytest.mark.parametrize(
    ("modalities", "led_by"), [((T1, T1CE, T2), "T2"), ((T1, T1CE), "T1ce")], ids=str
)
def test_without_flair(demo, modalities, led_by):
    lines, finding = told(only(demo[0], *modalities))
    assert f"looked for in {led_by} and may be missed" in one_with(lines, "There is no FLAIR")
    assert finding.measurements.enhancing_ml > 0


def test_only_t1ce(demo):
    lines, finding = told(only(demo[0], T1CE))
    one_with(lines, "There is no FLAIR")
    assert "blood and fat" in one_with(lines, "There is no T1:")
    assert finding.measurements.enhancing.measurable


def test_without_t1ce_nothing_is_said_about_enhancement(demo):
    lines, finding = told(only(demo[0], FLAIR, T1, T2))
    assert finding.measurements.enhancing_ml is None
    assert finding.measurements.enhancing is None
    assert not any("nhancing" in line for line in lines)


def test_only_t1(demo):
    lines, finding = told(only(demo[0], T1))
    assert not finding.found
    assert finding.measurements is None
    one_with(lines, "needs a FLAIR, a T2 or a T1ce")


def test_after_an_operation(demo):
    """The solid part is taken out and fluid is in its place."""
    study, truth = demo
    inner = ndimage.binary_erosion(truth, iterations=3)
    fluid = {FLAIR: 195, T1: 310, T1CE: 290, T2: 1480}
    noise = 15 * np.random.default_rng(0).standard_normal(truth.shape)
    volumes = {
        m: replace(v, data=np.where(inner, fluid[m] + noise, v.data).astype(np.int16))
        for m, v in study.volumes.items()
    }
    lines, finding = told(replace(study, volumes=volumes))
    assert "mL of fluid, as in a cyst or after an operation" in one_with(lines, "fluid")
    assert finding.found
    assert not any("fluid" in line for line in told(study)[0])
