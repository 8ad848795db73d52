"""What an image says of where it came from: the network that found the tumour, and the grids."""

from dataclasses import replace

import numpy as np

from brainviewer.app.report.provenance import provenance_record
from brainviewer.core.findings.networks import NetworkIdentity
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality
from brainviewer.painting.figure import FigureSpec
from brainviewer.painting.footer import provenance_lines
from tests.phantoms import marker_finding, marker_study

NETWORK = NetworkIdentity("lesion-outline", "1.0.0", "61" * 32)


def moved_study():
    """T1 was computed from slices of 3 mm and moved; T2 lies on the grid of the FLAIR."""
    study = marker_study()
    coarse = Grid((20, 24, 10), np.diag([2.0, 2.0, 3.0, 1.0]))
    t1 = replace(study.volumes[Modality.T1], source_grid=coarse, moved_mm=2.34)
    return replace(study, volumes={**study.volumes, Modality.T1: t1})


def test_the_network_that_found_the_tumour_is_named() -> None:
    study = marker_study()
    found = replace(marker_finding(study), network=NETWORK)
    assert provenance_record(FigureSpec(study, (), finding=found), 2)["finding"]["network"] == {
        "id": "lesion-outline",
        "version": "1.0.0",
        "sha256": "61" * 32,
    }
    line = provenance_lines(study, (), found, None)[-1]
    assert "tumour found by lesion-outline 1.0.0, sha256 61616161" in line
    without = marker_finding(study)
    assert (
        provenance_record(FigureSpec(study, (), finding=without), 2)["finding"]["network"] is None
    )
    assert without.method in provenance_lines(study, (), without, None)[-1]


def test_sequences_that_were_resampled_and_moved_are_named() -> None:
    said = provenance_record(FigureSpec(moved_study(), ()), 2)["study"]["sequences"]
    assert {name: one["resampled"] for name, one in said.items()} == {
        "FLAIR": False, "T1": True, "T1ce": False, "T2": False,
    }  # fmt: skip
    assert (said["T1"]["moved_mm"], said["T2"]["moved_mm"]) == (2.34, 0)
    assert said["T1"]["shape"] == [20, 24, 10]
    assert said["T1"]["spacing_mm"] == [2, 2, 3]
    lines = provenance_lines(moved_study(), (), None, None)
    assert "T1 resampled and moved by 2.3 mm" in lines
    assert not any("resampled" in line for line in provenance_lines(marker_study(), (), None, None))
