"""Sessions of single images: saved, opened again, moved, and one image of a strip."""

from pathlib import Path

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import Window
from brainviewer.files.session_file.session_file import read_session
from tests.command_line import run
from tests.image_folders import head, write
from tests.unit.app.desk import Desk
from tests.unit.app.session_desks import Desks, at_rest, saved

WINDOW = Window(90.0, 60.0)


def shown(desk: Desk, *paths: Path) -> None:
    desk.session.documents.open(list(paths))
    desk.until(lambda: desk.state.study is not None)
    desk.settle()
    at_rest(desk)


def worked_on(desk: Desk) -> Annotation:
    made = Annotation(
        Kind.RULER, Plane.AXIAL, ((20.0, 30.0, 0.0), (60.0, 30.0, 0.0)), Modality.IMAGE, "wide"
    )
    desk.session.annotations.add(made)
    desk.session.view.set_window(Modality.IMAGE, WINDOW)
    desk.session.report_text.write(ReportText(findings="A bright spot."))
    at_rest(desk)
    return made


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
def test_it_comes_back_and_is_found_where_it_was_moved(
    desks: Desks, tmp_path: Path, suffix: str
) -> None:
    image = write(tmp_path / "data" / f"slice{suffix}", head(3))
    desk = desks.start()
    shown(desk, image)
    assert desk.state.study is not None
    made, pixels = worked_on(desk), desk.state.study.volumes[Modality.IMAGE].data
    session = saved(desk, tmp_path / "reading.brainviewer")
    image.rename(tmp_path / f"renamed{suffix}")
    for computer, named in (("here", f"renamed{suffix}"), ("elsewhere", f"renamed{suffix}")):
        desk = desks.start(computer)
        desk.session.saved.ask_sources = lambda *_, named=named: [tmp_path / named]
        shown(desk, session)
        study = desk.state.study
        assert study is not None and study.is_image2d
        assert np.array_equal(study.volumes[Modality.IMAGE].data, pixels)
        assert desk.state.annotations == (made,)
        assert desk.state.windows[Modality.IMAGE] == WINDOW
        assert desk.state.report_text.findings == "A bright spot."
        assert not desk.sentences("caution") and not desk.sentences("error")
        assert desk.session.saved.file is not None
        at_rest(desk)


def test_it_lies_beside_its_session(desks: Desks, tmp_path: Path) -> None:
    image = write(tmp_path / "data" / "slice.png", head(3))
    desk = desks.start()
    shown(desk, image)
    made = worked_on(desk)
    session = saved(desk, image.parent / "reading.brainviewer")
    moved = (tmp_path / "data").rename(tmp_path / "moved")
    desk = desks.start("elsewhere")
    shown(desk, moved / session.name)
    assert desk.state.annotations == (made,) and not desk.sentences("error")
    desks.close()
    out = tmp_path / "a.html"
    assert run("report", moved / session.name, "-o", out, "--no-classify") == 0
    page = out.read_text("utf-8")
    assert "A bright spot." in page and "wide" in page


def test_of_a_strip_it_is_of_the_image_that_was_looked_at(desks: Desks, tmp_path: Path) -> None:
    images = [write(tmp_path / "strip" / f"{n}.png", head(n)) for n in range(3)]
    desk = desks.start()
    shown(desk, images[0].parent)
    desk.session.documents.show_image(1)
    desk.settle()
    made = worked_on(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    assert [one.name for one in read_session(session).study.sources] == ["1.png"]
    desk = desks.start()
    shown(desk, session)
    assert desk.state.annotations == (made,)
    assert desk.session.documents.opened_as == (images[1],)


def test_another_image_of_that_name_is_not_taken_for_it(desks: Desks, tmp_path: Path) -> None:
    image = write(tmp_path / "data" / "slice.png", head(3))
    desk = desks.start()
    shown(desk, image)
    worked_on(desk)
    session = saved(desk, tmp_path / "reading.brainviewer")
    write(image, head(4))
    desk = desks.start()
    shown(desk, session)
    assert not desk.state.annotations and not desk.state.report_text.findings
    assert any("None of the images is one that" in text for text in desk.sentences())
