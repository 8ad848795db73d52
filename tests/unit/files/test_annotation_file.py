"""Files of annotations: whose they are, what they hold, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import LONGEST_TEXT, MOST_ANNOTATIONS
from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid, Unit
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.files.annotation_file import (
    FORMAT,
    DamagedFile,
    OtherStudy,
    read_annotations,
    save_annotations,
)
from tests.phantoms import grid_of, marker_study, oblique_grid

STUDY = marker_study()
X, Y, Z = (float(v) for v in STUDY.grid.centre)
RULER = Annotation(
    Kind.RULER, Plane.AXIAL, ((X, Y, Z), (X + 3, Y + 4, Z)), Modality.FLAIR, "grösste Länge"
)
NOTE = Annotation(Kind.TEXT, Plane.CORONAL, ((X + 1.5, Y, Z),), Modality.T2, "后续 ✓")


def image(unit: Unit = Unit.PIXEL, side: float = 1.0, content_hash: str = "aa") -> Study:
    grid = Grid((60, 50, 1), np.diag([side, side, 1.0, 1.0]), False, True, unit)
    data = np.zeros(grid.shape, np.uint8)
    volume = Volume(Modality.IMAGE, data, grid)
    return Study({Modality.IMAGE: volume}, grid, content_hash=content_hash)


ON_IMAGE = Annotation(Kind.RULER, Plane.AXIAL, ((0.0, 0.0, 0.0), (40.0, 0.0, 0.0)), Modality.IMAGE)


def saved(folder: Path, study: Study, *annotations: Annotation) -> Path:
    path = folder / "marks.json"
    save_annotations(path, annotations, study)
    return path


def written(folder: Path, **changes: object) -> Path:
    content = {"format": FORMAT, "schema": 1, "annotations": [RULER.to_json()]}
    path = folder / "marks.json"
    path.write_text(json.dumps({**content, **changes}))
    return path


def test_save_as_and_open(tmp_path: Path) -> None:
    file = tmp_path / "Ängström marks.json"
    save_annotations(file, [RULER, NOTE], STUDY)
    found = read_annotations(file)
    found.check_study(STUDY)
    assert found.annotations_on(STUDY).annotations == (RULER, NOTE)
    assert not found.notices_on(STUDY)
    content = json.loads(file.read_text("utf-8"))
    assert content["schema"] == 1
    assert content["study"]["sha256"] == STUDY.content_hash
    assert set(content["annotations"][0]) == {
        "id",
        "kind",
        "plane",
        "sequence",
        "points_mm",
        "text",
    }


def test_no_annotations_are_a_file_too(tmp_path: Path) -> None:
    assert read_annotations(saved(tmp_path, STUDY)).annotations_on(STUDY).annotations == ()


# -- another study ---------------------------------------------------------------------------


def test_another_study_in_the_scanners_space_is_asked_about(tmp_path: Path) -> None:
    other = marker_study(oblique_grid())
    found = read_annotations(saved(tmp_path, STUDY, RULER))
    with pytest.raises(OtherStudy, match="another study"):
        found.check_study(other)
    found.check_study(other, other_study=True)
    assert "another study" in found.notices_on(other)[0]


@pytest.mark.parametrize(
    "other",
    [
        image(Unit.MM, content_hash="aa"),
        image(Unit.MICRON, content_hash="bb"),
        marker_study(),
    ],
)
def test_pixels_never_become_millimetres(tmp_path: Path, other: Study) -> None:
    found = read_annotations(saved(tmp_path, image(), ON_IMAGE))
    for wanted in (False, True):
        with pytest.raises(FileError, match="another kind or unit") as refused:
            found.check_study(other, other_study=wanted)
        assert not isinstance(refused.value, OtherStudy)
        assert refused.value.advice


def test_an_old_file_of_pixels_is_refused_on_millimetres(tmp_path: Path) -> None:
    words = "pixels, to the right and down from the first pixel; frame"
    path = written(tmp_path, coordinates=words, annotations=[ON_IMAGE.to_json()])
    found = read_annotations(path)
    with pytest.raises(FileError, match="another kind or unit"):
        found.check_study(image(Unit.MM))
    found.check_study(image())
    assert "does not say which study" in found.notices_on(image())[0]


@pytest.mark.parametrize("side", [1.0, 0.5])
def test_images_of_another_grid_say_nothing_about_each_other(tmp_path: Path, side: float) -> None:
    found = read_annotations(saved(tmp_path, image(Unit.MM), ON_IMAGE))
    other = image(Unit.MM, side, "bb")
    with pytest.raises(FileError) as refused:
        found.check_study(other)
    assert isinstance(refused.value, OtherStudy) is (side == 1.0)


def test_a_study_without_orientation_fractions_no_space_with_another(tmp_path: Path) -> None:
    lost = replace(marker_study(grid_of((1, 0, 2), oriented=False)), content_hash="bb")
    found = read_annotations(saved(tmp_path, STUDY, RULER))
    with pytest.raises(FileError, match="cannot be told"):
        found.check_study(
            replace(lost, grid=replace(lost.grid, affine=np.eye(4))), other_study=True
        )


def test_an_older_file_without_a_study_is_opened_and_said(tmp_path: Path) -> None:
    found = read_annotations(written(tmp_path, coordinates="millimetres, RAS+"))
    found.check_study(STUDY)
    assert found.annotations_on(STUDY).annotations == (RULER,)
    assert found.notices_on(STUDY)


@pytest.mark.parametrize(
    "told", [7, "x", [], {}, {"sha256": "a"}, {"shape": [1e400, 1, 1]}, {"affine": [[1]]}]
)
def test_a_file_with_a_damaged_study_is_one_that_does_not_say(tmp_path: Path, told: Any) -> None:
    if isinstance(told, dict) and told:
        told = {**json.loads(saved(tmp_path, STUDY).read_text("utf-8"))["study"], **told}
        told = {**told, "sha256": told["sha256"], "affine": told.get("affine")}
    found = read_annotations(written(tmp_path, study=told))
    assert found.annotations_on(STUDY).annotations == (RULER,)


# -- what annotations can be -----------------------------------------------------------------------


def entry(annotation: Annotation = RULER, **changes: Any) -> dict[str, Any]:
    return {**annotation.to_json(), "id": "bad", **changes}


@pytest.mark.parametrize(
    "bad",
    [
        entry(points_mm=[[0, 0, 0], [1e308, -1e308, 1e308]]),
        entry(points_mm=[[X, Y, Z], [X + 500, Y, Z]]),
        entry(points_mm=[[X, Y, 1e6], [X, Y, 1e6]]),
        entry(text="a" * (LONGEST_TEXT + 1)),
        entry(text=["a"]),
        entry(text=7),
        entry(id=["a"]),
        entry(id=7),
        entry(points_mm=[["1", 0, 0], [0, 0, 0]]),
        entry(points_mm=[[True, 0, 0], [0, 0, 0]]),
        entry(points_mm=[[0, 0, 0]]),
        entry(points_mm=[[0, 0], [1, 1]]),
        entry(points_mm={"0": 1}),
        entry(kind="volume"),
        entry(kind=["ruler"]),
        entry(plane="oblique"),
        entry(plane={}),
        entry(sequence="PET"),
        entry(sequence=None),
        entry(ON_IMAGE),
        "ruler",
        None,
        7,
        [],
        [[]],
    ],
)
def test_one_bad_entry_leaves_the_others(tmp_path: Path, bad: Any) -> None:
    path = written(tmp_path, annotations=[RULER.to_json(), bad, NOTE.to_json()])
    annotations = read_annotations(path).annotations_on(STUDY)
    assert annotations.annotations == (RULER, NOTE)
    assert annotations.left_out == (bad,)
    assert annotations.notice.startswith("One annotation was left out: ")


def test_a_kind_of_a_newer_version_is_left_out_and_said(tmp_path: Path) -> None:
    newer = entry(kind="volume")
    path = written(tmp_path, annotations=[RULER.to_json(), newer])
    annotations = read_annotations(path).annotations_on(STUDY)
    assert annotations.left_out == (newer,)
    said = "it is of a kind that this version does not know"
    assert annotations.notice == f"One annotation was left out: {said}."


@pytest.mark.parametrize(("depth", "reason"), [(0, ""), (1, "its points lie on several slices")])
def test_an_angle_lies_on_one_slice(tmp_path: Path, depth: int, reason: str) -> None:
    points = [STUDY.grid.to_world(p).tolist() for p in ((8, 8, 5), (5, 5, 5), (9, 5, 5 + depth))]
    path = written(tmp_path, annotations=[entry(kind="angle", points_mm=points)])
    annotations = read_annotations(path).annotations_on(STUDY)
    assert len(annotations.annotations) == (not reason)
    assert annotations.why == ((reason,) if reason else ())


@pytest.mark.parametrize("number", ["1e999", "-Infinity", "NaN", "1" * 400, "1" * 5000])
def test_numbers_that_are_none(tmp_path: Path, number: str) -> None:
    text = written(tmp_path, annotations=[RULER.to_json(), entry(points_mm=[["@", 0, 0]] * 2)])
    content = text.read_text().replace('"@"', number)
    text.write_text(content)
    try:
        annotations = read_annotations(text).annotations_on(STUDY)
    except DamagedFile:
        return  # Python refuses to read a number of thousands of digits
    assert annotations.annotations == (RULER,)
    assert len(annotations.left_out) == 1


def test_annotations_a_little_outside_are_annotations(tmp_path: Path) -> None:
    """Older versions let lines be drawn beyond the edge of the image."""
    over = replace(RULER, points=((X, Y, Z), (X + 40, Y, Z)))
    assert not STUDY.grid.contains(over.points[1])
    assert read_annotations(saved(tmp_path, STUDY, over)).annotations_on(STUDY).annotations == (
        over,
    )


def test_more_annotations_than_there_can_be(tmp_path: Path) -> None:
    many = [entry(id=f"m{n}") for n in range(MOST_ANNOTATIONS + 3)]
    annotations = read_annotations(written(tmp_path, annotations=many)).annotations_on(STUDY)
    assert len(annotations.annotations) == MOST_ANNOTATIONS
    assert annotations.left_out == tuple(many[-3:])
    assert "more than" in annotations.notice


def test_annotations_with_the_same_id_get_their_own_the_same_at_each_reading(
    tmp_path: Path,
) -> None:
    long = [entry(id="x" * 500), entry(id="x" * 500, text="other"), entry(id="", text="none")]
    path = written(tmp_path, annotations=[RULER.to_json(), RULER.to_json(), *long])
    annotations = read_annotations(path).annotations_on(STUDY).annotations
    assert len({annotation.id for annotation in annotations}) == 5
    assert all(0 < len(annotation.id) <= 64 for annotation in annotations)
    assert read_annotations(path).annotations_on(STUDY).annotations == annotations


# -- other files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "something else"},
        {"schema": "1"},
        {"schema": 0},
        {"annotations": None},
        {"annotations": {"a": 1}},
        {"annotations": ["ruler"]},
        {"annotations": [entry(kind="volume")]},
    ],
)
def test_a_file_of_another_kind_is_refused_with_advice(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(DamagedFile) as caught:
        read_annotations(written(tmp_path, **changes))
    assert "marks.json" in caught.value.message
    assert caught.value.advice


def test_a_newer_schema_asks_for_an_update(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="Update BrainViewer"):
        read_annotations(written(tmp_path, schema=99))


def test_a_missing_file_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no file nowhere\.json"):
        read_annotations(tmp_path / "nowhere.json")
