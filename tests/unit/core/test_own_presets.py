"""Window presets of the user: what they are on other scans, and for which they are offered."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, Scanner, SourceSeries
from brainviewer.core.study import FileWindow, Modality, Volume
from brainviewer.core.voi.own_presets import (
    OwnPreset,
    fitting,
    offered,
    offered_window,
    read_preset,
)
from brainviewer.core.voi.voi_window import Window, auto_window, presets_of

UNKNOWN, EDGE = Scanner(), Window(700, 300)
SKYRA, ACHIEVA = Scanner("SIEMENS", "Skyra", "1234"), Scanner("Philips", "Achieva", "9")
HEAD = np.random.default_rng(0).integers(100, 900, (12, 12, 12)).astype(np.int16)


def volume(scanner: Scanner = UNKNOWN, data=HEAD, modality=Modality.T1CE) -> Volume:
    orientation = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    series = SourceSeries(
        Patient(), ImagingStudy("1"), "1.2", "1.3", "1.4", orientation, (1.0, 1.0), scanner=scanner
    )
    grid = Grid(data.shape, np.eye(4))
    return Volume(modality, data, grid, series=series if scanner.name else None)


def preset(name: str = "Rim", window: Window = EDGE, **how) -> OwnPreset:
    return OwnPreset.of(Modality.T1CE, name, window, auto_window(HEAD), **how)


def test_a_relative_preset_looks_the_same_on_a_scan_with_other_values() -> None:
    brighter = volume(data=(HEAD * 7 + 50).astype(np.int16))
    window = offered_window(brighter, [preset()], "Rim")
    assert window.level == pytest.approx(700 * 7 + 50, rel=1e-3)
    assert window.width == pytest.approx(300 * 7, rel=1e-3)


def test_one_in_stored_values_stays_as_it_is() -> None:
    brighter = volume(data=(HEAD * 7).astype(np.int16))
    assert offered_window(brighter, [preset(relative=False)], "Rim") == Window(700, 300)


def test_inversion_is_kept_against_the_automatic_window() -> None:
    made = preset(window=Window(700, 300, inverted=True))
    automatic = auto_window(HEAD)
    assert made.window(automatic).inverted
    assert not made.window(replace(automatic, inverted=True)).inverted


def test_presets_of_a_scanner_are_offered_on_it_alone_and_go_before_those_of_all() -> None:
    of_all, of_skyra = preset(), preset(window=Window(600, 100), scanner=SKYRA)
    assert fitting([of_all, of_skyra], volume(SKYRA)) == (of_skyra,)
    assert fitting([of_skyra, of_all], volume(SKYRA)) == (of_skyra,)
    assert fitting([of_all, of_skyra], volume(ACHIEVA)) == (of_all,)
    assert fitting([of_all, of_skyra], volume()) == (of_all,)
    assert fitting([of_all], volume(modality=Modality.T1)) == ()
    assert SKYRA.key != replace(SKYRA, serial="1235").key
    assert "1234" not in SKYRA.key + SKYRA.name


def test_own_ones_come_last_so_that_numbers_stay() -> None:
    shown = replace(volume(), file_windows=(FileWindow("File: Soft", 0, 500),))
    known = presets_of(shown)
    assert tuple(offered(shown, [preset()])) == (*known, "Rim")
    assert offered_window(shown, [preset()], "File: Soft") == Window(250, 500)


@pytest.mark.parametrize(
    "name", ["", "  ", "Automatic", "automatic", "Own", "Enhancement", "File: Soft", "x" * 61]
)
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(BrainViewerError):
        preset(name)


def test_a_preset_comes_back_from_plain_data() -> None:
    made = preset(scanner=SKYRA, opens=True, relative=False)
    assert read_preset(made.stored()) == made


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"width": 0}, "width"),
        ({"width": float("nan")}, "width"),
        ({"level": float("inf")}, "level"),
        ({"level": 10**400}, "level"),
        ({"level": True}, "level"),
        ({"level": "12"}, "level"),
        ({"sequence": "DWI"}, "DWI"),
        ({"relative": 1}, "relative"),
        ({"name": "Automatic"}, "Automatic"),
        ({"name": 3}, "name"),
    ],
)
def test_what_is_wrong_with_a_stored_preset_is_one_sentence_with_advice(changes, said) -> None:
    with pytest.raises(BrainViewerError, match=said) as told:
        read_preset({**preset().stored(), **changes})
    assert told.value.advice.endswith(".")


@pytest.mark.parametrize("missing", ["sequence", "name", "level", "width"])
def test_a_field_that_is_missing_is_named(missing: str) -> None:
    stored = preset().stored()
    del stored[missing]
    with pytest.raises(BrainViewerError, match=missing):
        read_preset(stored)
    with pytest.raises(BrainViewerError):
        read_preset([])
