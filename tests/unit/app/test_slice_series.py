"""Many slices at once: key images, every n-th slice, cines; of one study and of a folder."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from brainviewer.app.exporting.series_figures import SeriesStudy, series_of_study, series_of_view
from brainviewer.app.exporting.slice_series import (
    BurnIn,
    SeriesRequest,
    SeriesSubject,
    SliceChoice,
    key_images,
    save_series,
)
from brainviewer.app.report.study_figures import export_figure
from brainviewer.app.session import Session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import Style
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window
from brainviewer.files.image2d.cine import PROVENANCE_BOX
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.painting.figure import draw_figure
from tests.command_line import run
from tests.phantoms import (
    AXIS_CASES,
    MARKER_VALUE,
    grid_of,
    marker_finding,
    marker_position,
    marker_study,
    oblique_grid,
)
from tests.schemas import check_output
from tests.study_folders import write_study
from tests.unit.app.desk import Desk

PLAIN = BurnIn(lesion=False, annotations=False, text=False, footer=False)


def star(study: Study, plane: Plane, index: int, modality: Modality = Modality.T1) -> Annotation:
    view = SliceView.of(study.grid, plane)
    place = view.move(marker_position(study.grid), index)
    return Annotation(Kind.KEY_IMAGE, plane, (tuple(map(float, place)),), modality)  # type: ignore[arg-type]


def wanted(target: Path, subject: SeriesSubject = SeriesSubject.SLICES, **of: object):  # type: ignore[no-untyped-def]
    return replace(SeriesRequest(subject, target, Modality.T1), **of)  # type: ignore[arg-type]


def test_key_images_are_each_marked_slice_once() -> None:
    study = marker_study()
    stars = [
        star(study, Plane.CORONAL, 4),
        star(study, Plane.AXIAL, 9, Modality.T2),
        star(study, Plane.AXIAL, 9, Modality.T2),
        star(study, Plane.AXIAL, 9, Modality.FLAIR),
        star(study, Plane.AXIAL, 2),
        replace(star(study, Plane.AXIAL, 3), style=Style(hidden=True)),
    ]
    assert key_images(study, stars) == (
        SliceChoice(Modality.T1, Plane.AXIAL, 2),
        SliceChoice(Modality.FLAIR, Plane.AXIAL, 9),
        SliceChoice(Modality.T2, Plane.AXIAL, 9),
        SliceChoice(Modality.T1, Plane.CORONAL, 4),
    )
    with pytest.raises(BrainViewerError, match="No slice is marked as a key image"):
        key_images(study, stars[-1:])


def test_images_have_the_width_in_print(tmp_path: Path) -> None:
    study = marker_study()
    request = wanted(tmp_path / "a", step=8, first=3, width_mm=85.0)
    figures = series_of_study(SeriesStudy(study, finding=marker_finding(study)), request)
    saved = save_series(request, figures)
    count = SliceView.of(study.grid, Plane.AXIAL).count
    assert [file.name for file in saved.files] == [
        f"t1-axial-{n:03d}.png" for n in range(3, count, 8)
    ]
    with Image.open(saved.files[0]) as image:
        assert image.width == round(85 / 25.4 * 300)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert json.loads(image.info["BrainViewer"])["panes"][0]["slice"] == 3
    figure = figures[0][1]
    export_figure(figure, tmp_path / "a.pdf", width_mm=85.0)
    width, height = pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_size()
    assert width / 72 * 25.4 == pytest.approx(85.0, abs=0.2)
    with Image.open(saved.files[0]) as image:
        assert height / width == pytest.approx(image.height / image.width, rel=0.01)
    export_figure(figure, tmp_path / "a.svg", width_mm=85.0)
    assert 'width="85mm"' in (tmp_path / "a.svg").read_text(encoding="utf-8")[:600]
    export_figure(figure, tmp_path / "a.tif", width_mm=85.0)
    with Image.open(tmp_path / "a.tif") as image:
        assert image.info["dpi"] == (300, 300)


def test_what_is_burnt_in_is_what_was_chosen(tmp_path: Path) -> None:
    study = marker_study()
    finding = marker_finding(study)
    index = finding.index
    of = SeriesStudy(study, (star(study, Plane.AXIAL, int(index or 0)),), finding)

    def drawn(burn: BurnIn) -> np.ndarray:
        request = wanted(tmp_path, first=index, last=index, burn=burn)
        return draw_figure(series_of_study(of, request)[0][1])

    bare = drawn(PLAIN)
    grey = bare.max(axis=2) == bare.min(axis=2)
    assert grey.all()  # nothing but the slice
    assert (drawn(replace(PLAIN, lesion=True))[: bare.shape[0]] != bare).any()
    assert (drawn(replace(PLAIN, annotations=True))[: bare.shape[0]] != bare).any()
    assert (drawn(replace(PLAIN, text=True)) != bare).any()
    assert drawn(replace(PLAIN, footer=True)).shape[0] > bare.shape[0]
    assert drawn(replace(PLAIN, result=True)).shape[1] > bare.shape[1]


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("plane", Plane)
def test_no_export_is_wrong_sided(convention: Convention, plane: Plane, tmp_path: Path) -> None:
    """The marker lies left, in front and above: so it must in every order and flip of axes."""
    grids = [*(grid_of(*case) for case in AXIS_CASES), oblique_grid()]
    wrong = []
    for grid in grids if plane is not Plane.SAGITTAL else grids[::5]:
        study = marker_study(grid)
        desk_state = _state(study, convention)
        index = SliceView.of(grid, plane).index_of(marker_position(grid))
        request = wanted(
            tmp_path, first=index, last=index, plane=plane, burn=PLAIN, modality=Modality.FLAIR
        )
        image = draw_figure(series_of_view(desk_state, request)[0][1])[..., 0].astype(float)
        rows, columns = np.nonzero(image > 128)
        down, across = rows.mean() / image.shape[0] - 0.5, columns.mean() / image.shape[1] - 0.5
        # Sagittal slices have anterior on the left.
        right_of_middle = convention is Convention.RADIOLOGICAL and plane is not Plane.SAGITTAL
        if bool(across > 0) is not right_of_middle or down > 0:
            wrong.append(grid.affine)
    assert not wrong


def _state(study: Study, convention: Convention):  # type: ignore[no-untyped-def]
    session = Session(lambda function: function())
    session.state.study, session.state.convention = study, convention
    session.state.windows = {Modality.FLAIR: Window.between(MARKER_VALUE - 100, MARKER_VALUE)}
    session.close()
    return session.state


def test_a_cine_plays_its_slices(tmp_path: Path) -> None:
    study = marker_study()
    of = SeriesStudy(study, finding=marker_finding(study))
    for name in ("a.gif", "a.mp4"):
        request = wanted(
            tmp_path / name, SeriesSubject.CINE, step=2, first=4, last=20, per_second=8.0
        )
        figures = series_of_study(of, request)
        saved = save_series(request, figures)
        assert saved.files == (tmp_path / name,)
        size = draw_figure(figures[0][1]).shape
        if name.endswith(".gif"):
            with Image.open(saved.files[0]) as image:
                assert image.n_frames == 9 and image.info["loop"] == 0
                assert image.info["duration"] == 120  # hundredths of a second
                told = json.loads(image.info["comment"])
        else:
            cine = cv2.VideoCapture(str(saved.files[0]))
            assert int(cine.get(cv2.CAP_PROP_FRAME_COUNT)) == 9
            assert cine.get(cv2.CAP_PROP_FPS) == pytest.approx(8.0)
            assert abs(cine.get(cv2.CAP_PROP_FRAME_WIDTH) - size[1]) <= 1
            cine.release()
            assert saved.codec and saved.codec in saved.notices[0]
            told = json.loads(saved.files[0].read_bytes().split(b"uuid" + PROVENANCE_BOX)[1])
        assert told["slices"] == list(range(4, 21, 2)) and told["images_a_second"] == 8.0


def test_without_a_codec_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brainviewer.files.image2d.cine._CODECS", (("xxxx", "none"),))
    study = marker_study()
    request = wanted(tmp_path / "a.mp4", SeriesSubject.CINE, last=3)
    with pytest.raises(FileError, match="There is no codec for MP4 on this computer"):
        save_series(request, series_of_study(SeriesStudy(study), request))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first": 5, "last": 2}, "There are no slices 5 to 2"),
        ({"last": 5000}, "There are no slices 0 to 5000"),
        ({"width_mm": 5.0}, "An image cannot be 5 mm wide"),
        ({"form": ".exe"}, "Images cannot be saved as '.exe'"),
        ({"modality": Modality.IMAGE}, "The study has no Picture"),
        ({"step": 0}, "Slices are counted"),
    ],
)
def test_what_makes_no_sense_is_refused(
    wrong: dict[str, object], said: str, tmp_path: Path
) -> None:
    request = wanted(tmp_path / "new", **wrong)
    with pytest.raises(BrainViewerError, match=said):
        request.check()
        save_series(request, series_of_study(SeriesStudy(marker_study()), request))
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    request = wanted(tmp_path, last=1)
    with pytest.raises(FileError, match="is not empty"):
        save_series(request, series_of_study(SeriesStudy(marker_study()), request))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_saves_and_tells(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], desk: Desk
) -> None:
    """Of a folder, with the key images that were marked in the window; one study is damaged."""
    for name, level in (("one", 0), ("two", 5)):
        write_study(tmp_path / "all" / name, level)
    damaged = tmp_path / "all" / "bad" / "bad_flair.nii.gz"
    damaged.parent.mkdir()
    damaged.write_bytes(b"nothing")
    from brainviewer.app.opening.study import open_study

    study = open_study([tmp_path / "all" / "one"])
    AnnotationJournal(study).keep([star(study, Plane.AXIAL, 7)])
    assert run("export-slices", tmp_path / "all", "-o", tmp_path / "out", "--key-images",
               "--batch", "--burn-in", "annotations,text", "--json") == 2  # fmt: skip
    said = capfd.readouterr()
    told = json.loads(said.out)
    check_output(told)
    assert [line.split(":")[1].strip() for line in said.err.splitlines()] == ["bad", "two"]
    by_name = {Path(one["study"][0]).name: one for one in told["studies"]}
    assert [Path(f).name for f in by_name["one"]["files"]] == ["key-01-t1-axial-007.png"]
    assert "No slice is marked" in by_name["two"]["why_not"]
    assert by_name["bad"]["why_not"]
    folder = Path(by_name["one"]["files"][0]).parent
    assert folder.parent == tmp_path / "out" and "one" not in folder.name  # names may be patients'
    assert run("export-slices", tmp_path / "all", "-o", tmp_path / "words", "--every", "40",
               "--batch", "--burn-in", "text") == 2  # fmt: skip
    said = capfd.readouterr()
    assert [line.split(":")[0] for line in said.out.splitlines()] == ["one", "two"]
    assert said.err.startswith("brainviewer: bad: not exported. ") and said.err.count("\n") == 1
    shutil.rmtree(damaged.parent)
    assert run("export-slices", tmp_path / "all", "-o", tmp_path / "whole", "--every", "40",
               "--batch", "--burn-in", "text") == 0  # fmt: skip
    assert not capfd.readouterr().err
    assert run("export-slices", tmp_path / "all" / "one", "-o", tmp_path / "a.gif", "--from", "3",
               "--to", "6", "--burn-in", "text") == 0  # fmt: skip
    capfd.readouterr()
    for arguments, said in (
        (("-o", tmp_path / "b"), "It is not clear which slices are wanted"),
        (("-o", tmp_path / "b", "--every", "2", "--burn-in", "love"), "'love' cannot be burnt in"),
        (("-o", tmp_path / "b.avi", "--cine"), "A cine cannot be saved as '.avi'"),
        (("-o", tmp_path / "c.mp4", "--fps", "500"), "A cine cannot have 500 images a second"),
        (("-o", tmp_path / "all", "--every", "9"), "is not empty"),
    ):
        assert run("export-slices", tmp_path / "all" / "one", *arguments) == 2
        assert said in capfd.readouterr().err
