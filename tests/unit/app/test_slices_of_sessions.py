"""Many slices of a session without a window: they look as those of the window that saved it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.exporting.series_figures import series_of_view
from brainviewer.app.exporting.slice_series import BurnIn, SeriesRequest, SeriesSubject
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.reformation.slab import Slab
from brainviewer.core.saved_session import SavedResults
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import FusionMode
from brainviewer.core.voi.voi_window import Window
from brainviewer.files.session_file.archive import archive_of, read_archive
from brainviewer.files.session_file.session_file import read_session, write_session
from brainviewer.painting.figure import draw_figure
from tests.command_line import run
from tests.phantoms import marker_position
from tests.study_folders import write_study
from tests.unit.app.desk import Desk
from tests.unit.app.session_desks import Desks, Reader, dab, grid, opened, ruler, saved

BURN = BurnIn(footer=False)


def turned(desk: Desk) -> None:
    for plane, quarters in ((Plane.AXIAL, 1), (Plane.CORONAL, 2), (Plane.SAGITTAL, 0)):
        desk.session.view.set_plane(plane)
        desk.session.reformations.rotate(quarters)
        desk.session.reformations.flip()


def tilted(desk: Desk) -> None:
    desk.session.reformations.turn_planes(Plane.SAGITTAL, 0.4)
    desk.session.reformations.set_slab(Slab(9.0))


def fused(desk: Desk) -> None:
    desk.session.view.set_window(Modality.T2, Window(40.0, 30.0))
    desk.session.view.set_fusion(mode=FusionMode.BLEND, second=Modality.T2)


LOOKS = {"upright": (), "turned": (turned,), "all": (turned, tilted, fused)}


@pytest.mark.parametrize("look", LOOKS)
def test_they_look_as_in_the_window(look: str, desks: Desks, tmp_path: Path) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    desk.session.view.set_active(Modality.FLAIR)
    desk.session.view.set_cursor(marker_position(grid(desk)))
    ruler(desk)
    place = tuple(map(float, marker_position(grid(desk))))
    for plane in Plane:
        star = Annotation(Kind.KEY_IMAGE, plane, (place,), Modality.FLAIR)  # type: ignore[arg-type]
        desk.session.annotations.add(star)
    for change in LOOKS[look]:
        change(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    expected = {}
    for plane in Plane:
        request = SeriesRequest(
            SeriesSubject.SLICES, tmp_path / plane.value, plane=plane, step=13, first=3, burn=BURN
        )
        expected[plane.value] = series_of_view(desk.state, request)
    request = SeriesRequest(SeriesSubject.KEY_IMAGES, tmp_path / "keys", burn=BURN)
    expected["keys"] = series_of_view(desk.state, request)
    desks.close()
    for name, figures in expected.items():
        which = ("--key-images",) if name == "keys" else ("--every", 13, "--from", 3)
        plane_given = () if name == "keys" else ("--plane", name)
        burn = "lesion,annotations,text"
        out = tmp_path / name
        given = ("export-slices", session, "-o", out, *which, *plane_given, "--burn-in", burn)
        assert run(*given) == 0
        files = sorted(out.iterdir())
        assert len(files) == len(figures) > 1
        for file, (choice, figure) in zip(files, figures, strict=True):
            assert file.stem.endswith(choice.name(0))
            with Image.open(file) as image:
                assert np.array_equal(np.asarray(image.convert("RGB")), draw_figure(figure)), file


def test_a_stale_answer_is_left_out(desks: Desks, tmp_path: Path) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    told = {}
    for name, status in (("fresh", Status.DONE), ("stale", Status.STALE)):
        if status is Status.STALE:
            dab(desk, 9.0)
        assert desk.state.classification_status is status
        session = saved(desk, tmp_path / f"{name}.brainviewer")
        given = ("export-slices", session, "-o", tmp_path / name, "--every", 99)
        assert run(*given, "--burn-in", "result") == 0
        (file,) = (tmp_path / name).iterdir()
        with Image.open(file) as image:
            told[name] = json.loads(image.info["BrainViewer"]).get("classification")
    assert told["fresh"]["predicted"] == "G" and told["stale"] is None


def test_a_lesion_that_the_session_lacks_is_looked_for(
    desks: Desks, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    session, study = saved(desk, tmp_path / "a.brainviewer"), desk.state.study
    assert study is not None
    desks.close()
    write_session(session, replace(read_session(session), results=SavedResults()), study)
    monkeypatch.setattr(
        "brainviewer.models.segmentation.network.segmentation_network", lambda _: None
    )
    seen = reader.searches
    for burn, searches in (("text", 0), ("lesion", 1)):
        out = tmp_path / burn
        assert run("export-slices", session, "-o", out, "--every", 99, "--burn-in", burn) == 0
        assert reader.searches == seen + searches
        (file,) = out.iterdir()
        with Image.open(file) as image:
            told = json.loads(image.info["BrainViewer"])
        assert bool(told.get("finding")) is bool(searches), told


def test_what_of_a_session_is_damaged_is_said(
    desks: Desks, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = desks.start()
    opened(desk, write_study(tmp_path / "study"))
    ruler(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    desks.close()
    entries = read_archive(session)
    session.write_bytes(archive_of({**entries, "annotations.json": b"{"}))
    said = "A part of the annotations of the session is damaged and was left out."
    for command in (
        ("export-slices", session, "-o", tmp_path / "out", "--every", 13),
        ("report", session, "-o", tmp_path / "out.html", "--no-classify"),
    ):
        assert run(*command) == 0
        assert said in capfd.readouterr().out
