"""Series of another frame of reference are not laid over the others as if they belonged there."""

import threading
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.head_motion import HEAD_MOTION, STAYS, UNKNOWN
from brainviewer.app.opening import same_head
from brainviewer.app.opening.study import open_study, open_without_asking
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.registration.registration import Motion
from tests.dicom_writer import TIMES, Examination, write_series
from tests.phantoms import marker_study
from tests.unit.app.desk import SOON, Desk

PHANTOM = marker_study()
FLAIR, T1, T2 = Modality.FLAIR, Modality.T1, Modality.T2
SAID = "has another frame of reference than FLAIR: positions do not say how they lie"


def written(folder: Path, away: float = 0.0, frame: str = "1.9") -> Path:
    """FLAIR and T1 in one frame of reference, the T2 in another."""
    examination = Examination()
    for number, modality in enumerate((FLAIR, T1, T2), 3):
        volume = PHANTOM.volumes[modality]
        affine = volume.grid.affine.copy()
        affine[0, 3] += away if modality is T2 else 0.0
        said = {**TIMES[modality], **({"FrameOfReferenceUID": frame} if modality is T2 else {})}
        write_series(
            folder, volume.data, affine, number=number, examination=examination, elements=said
        )
    return folder


def registered(monkeypatch: pytest.MonkeyPatch, motion: Motion | None) -> None:
    name = "brainviewer.imaging.preprocess.registration.frame_registration.place_scan"
    monkeypatch.setattr(name, lambda *_: motion)


def test_equal_grids_in_two_frames_are_not_taken_for_one(tmp_path: Path) -> None:
    study = open_study([written(tmp_path)])
    t2 = study.volumes[T2]
    assert (t2.by_position, t2.other_frame) == (True, True)
    assert not study.volumes[T1].by_position
    assert any(notice.startswith(f"T2 {SAID}") for notice in study.notices)


@pytest.mark.parametrize("frame", ["1.2.3.4", ""])
def test_one_frame_or_none_is_no_reason_to_look(tmp_path: Path, frame: str) -> None:
    study = open_study([written(tmp_path, frame=frame)])
    assert not any(volume.other_frame for volume in study.volumes.values())
    assert not any("frame" in notice for notice in study.notices)


def test_until_it_is_registered_the_middles_lie_on_each_other(tmp_path: Path) -> None:
    study = open_study([written(tmp_path, away=900.0)])
    volume = study.volumes[T2]
    assert np.array_equal(
        volume.grid.to_ras.turn(volume.data),
        PHANTOM.grid.to_ras.turn(PHANTOM.volumes[T2].data),
    )
    assert not any("another place" in notice for notice in study.notices)


def opened(folder: Path) -> Study:
    study = open_without_asking([folder])
    assert not study.volumes[T2].by_position
    return study


def test_what_was_registered_is_said_with_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = open_study([written(tmp_path, away=40.0)]).volumes[T2].file_grid
    affine = own.affine.copy()
    affine[0, 3] -= 40.0
    place = Grid(own.shape, affine)
    registered(monkeypatch, Motion(place, 40.3, (40.0, 0.0, 0.0), (0.0, 4.0, 0.0)))
    study = opened(tmp_path)
    assert study.notices[-1] == (
        "T2 was registered to FLAIR, 40 mm and 4° from where it lay: check that they fit."
    )
    assert np.array_equal(study.volumes[T2].data, open_study([tmp_path]).volumes[T2].scan.data)
    assert not study.volumes[T2].other_frame


def test_what_fits_as_it_lies_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(monkeypatch, Motion(PHANTOM.grid, 0.0))
    assert opened(written(tmp_path)).notices[-1] == "T2 fits FLAIR where the positions say."


def test_what_cannot_be_registered_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(monkeypatch, None)
    study = opened(written(tmp_path))
    assert study.notices[-1] == (
        "T2 could not be laid over FLAIR: a place on it is not the same place on the other. It is "
        "shown, but left out of detection, measurements and classification. Check that it is of "
        "this patient, upright and complete, or open it alone."
    )
    assert study.volumes[T2].unplaced
    assert set(study.together.volumes) == {FLAIR, T1}
    assert not same_head.is_by_position(study)


def shown(desk: Desk, folder: Path) -> None:
    desk.session.segmentation.find = lambda *_, **__: None
    desk.session.documents.open([folder])
    desk.until(lambda: desk.state.study)


def test_in_the_window_a_place_that_is_unknown_is_a_caution(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(monkeypatch, None)
    shown(desk, written(tmp_path))
    desk.until(lambda: desk.sentences("caution"))
    assert desk.sentences("caution")[0].startswith("T2 could not be laid over FLAIR")


def test_stopped_it_is_not_said_to_lie_where_the_scanner_says(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    name = "brainviewer.imaging.preprocess.registration.frame_registration.place_scan"
    monkeypatch.setattr(name, lambda *_: go_on.wait(SOON) and None)
    shown(desk, written(tmp_path))
    desk.session.jobs.cancel(HEAD_MOTION)
    go_on.set()
    desk.until(lambda: desk.sentences("caution"))
    assert desk.sentences("caution") == [UNKNOWN.format("T2")]
    assert STAYS not in desk.sentences()
