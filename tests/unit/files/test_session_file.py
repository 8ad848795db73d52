"""Files of sessions: what was written is read again, and nothing else is believed."""

import io
import json
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Step, Steps, packed
from brainviewer.core.errors import FileError
from brainviewer.core.hanging.hanging import BUILT_IN
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.reformation.slab import Slab, SlabMode
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.saved_session import (
    ImageReference,
    SavedResults,
    SavedSession,
    SavedStudy,
    SourcePlace,
)
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.view.saved_view import SavedView
from brainviewer.core.view.view_choice import Layout
from brainviewer.core.voi.voi_window import Window
from brainviewer.files.session_file.archive import DamagedSession
from brainviewer.files.session_file.session_file import (
    NewerSession,
    read_session,
    session_content,
    stamp_in,
    write_session,
)
from tests.phantoms import grid_of, marker_finding, marker_position, marker_study, with_parts

STUDY = replace(marker_study(), content_hash="a" * 64)


def session(study: Study = STUDY) -> SavedSession:
    grid = study.grid
    finding = with_parts(marker_finding(study), study)
    x, y, z = marker_position(grid)
    note = Annotation(Kind.ARROW, Plane.AXIAL, ((x, y, z), (x + 3, y, z)), Modality.T1, "här")
    before = np.zeros(grid.shape, np.uint8)
    change = np.full((2, 3, 4), 4, np.uint8)
    steps = Steps()
    for start in ((1, 2, 3), (9, 9, 9)):
        steps.push(Step("brush", "me", "2026-11-30T12:00:00+00:00", start, change.shape,
                        packed(change)))  # fmt: skip
    steps.undo()
    labels = before.copy()
    labels[1:3, 2:5, 3:7] = 4
    i, j, k = grid.shape
    return SavedSession(
        "0" * 32,
        "stamp",
        "2026-11-30T12:00:00+00:00",
        "1.0",
        SavedStudy(
            study.content_hash,
            {Modality.FLAIR: ImageReference("b" * 64, "flair.nii")},
            None,
            (SourcePlace("study", "studies/study"),),
            (i, j, k),
            tuple(grid.affine.ravel().tolist()),
        ),
        SavedView(
            (x, y, z),
            Modality.T1,
            Plane.CORONAL,
            {Modality.T1: Window(1.5, 2.5, inverted=True)},
            {Modality.T1: "Own"},
            {Modality.T1: "grey"},
            Overlays(lesion=False, parts_opacity=0.25),
            BUILT_IN[Layout.THREE_PLANES],
            Reformation(
                ((Plane.AXIAL, DisplayTurn(3, True)),),
                Obliquity.through((x, y, z)).turned(grid, (0, 0, 1), 0.3, (x, y, z)),
                Slab(7.0, SlabMode.MEAN),
            ),
        ),
        (note,),
        KeptCorrection(Base("nothing", before), labels, steps),
        SavedResults(finding, finding),
        54.0,
    )


def test_what_was_written_is_read(tmp_path: Path) -> None:
    wanted, path = session(), tmp_path / "a.brainviewer"
    write_session(path, wanted, STUDY)
    found = read_session(path)
    assert (found.id, found.stamp, found.study, found.view) == (
        wanted.id, wanted.stamp, wanted.study, wanted.view,
    )  # fmt: skip
    assert found.annotations == wanted.annotations and found.age_years == 54.0
    assert stamp_in(path) == "stamp" and not found.left_out
    finding, before = found.results.finding, wanted.results.finding
    assert finding is not None and before is not None
    assert finding.measurements == before.measurements and finding.slices == before.slices
    for name in ("mask", "parts", "area_mm2", "brain", "enhancing"):
        one, other = getattr(finding, name), getattr(before, name)
        assert (one is None) is (other is None)
        if one is not None:
            assert one.dtype == other.dtype and np.array_equal(one, other)
            assert one.flags.f_contiguous == other.flags.f_contiguous
    kept = found.correction
    assert kept is not None and kept.steps.can_undo and kept.steps.can_redo
    assert wanted.correction is not None
    assert np.array_equal(kept.labels, wanted.correction.labels)


def changed(path: Path, name: str, content: bytes | None) -> None:
    """Put other content into an entry, or leave it out."""
    with zipfile.ZipFile(path) as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    entries.pop(name, None)
    if content is not None:
        entries[name] = content
    with zipfile.ZipFile(path, "w") as archive:
        for entry, its in entries.items():
            archive.writestr(entry, its)


def head(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        return dict(json.loads(archive.read("session.json")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.brainviewer"
    write_session(path, session(), STUDY)
    return path


def test_a_newer_version_is_refused_in_a_sentence(path: Path) -> None:
    changed(path, "session.json", json.dumps({**head(path), "schema": 2}).encode())
    with pytest.raises(NewerSession, match=r"a\.brainviewer was saved by a newer version"):
        read_session(path)


@pytest.mark.parametrize(
    "place",
    [
        {"name": "study", "inside": "../study", "role": ""},
        {"name": "study", "inside": "/etc/passwd", "role": ""},
        {"name": "study", "inside": "C:/study", "role": ""},
        {"name": "study", "inside": "a\\..\\..\\b", "role": ""},
        {"name": "../study", "inside": "", "role": ""},
        {"name": "/etc/passwd", "inside": "", "role": ""},
        {"name": "\\\\server\\share", "inside": "", "role": ""},
        {"name": "study", "inside": "a/../../b", "role": ""},
    ],
)
def test_no_source_leads_out_of_the_folder(path: Path, place: dict[str, str]) -> None:
    told = head(path)
    told["study"]["sources"] = [place]
    changed(path, "session.json", json.dumps(told).encode())
    with pytest.raises(DamagedSession):
        read_session(path)


@pytest.mark.parametrize("name", ["../evil.json", "/evil.json", "a/b/c.json", "..\\x.json", "C:x"])
def test_no_entry_leads_out_of_the_folder(path: Path, name: str) -> None:
    changed(path, name, b"{}")
    with pytest.raises(DamagedSession):
        read_session(path)


def test_what_unpacks_to_much_is_refused(path: Path) -> None:
    content = path.read_bytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("session.json", b" " * 30_000_000)
    assert path.stat().st_size < 200_000
    with pytest.raises(DamagedSession):
        read_session(path)
    path.write_bytes(content)
    changed(path, "arrays/0.zlib", zlib.compress(bytes(50_000_000), 9))
    found = read_session(path)  # unpacked no further than the array is large
    assert found.results == SavedResults() or found.results.finding is None
    assert found.left_out == ("The result of the session is damaged and was left out.",)
    assert len(found.annotations) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"\0" * 5000, b"{}", b"[" * 100_000, b'{"format": "BrainViewer session"}'],
)
def test_other_files_are_no_sessions(path: Path, content: bytes) -> None:
    changed(path, "session.json", content)
    with pytest.raises(DamagedSession):
        read_session(path)
    path.write_bytes(content)
    with pytest.raises(FileError):
        read_session(path)


def test_every_cut_and_every_wrong_byte_is_a_sentence(tmp_path: Path) -> None:
    content = session_content(session(), STUDY)
    path = tmp_path / "a.brainviewer"
    random = np.random.default_rng(0)
    for _ in range(25):
        wrong = bytearray(content)
        wrong[int(random.integers(len(wrong)))] ^= int(random.integers(1, 256))
        path.write_bytes(wrong[: int(random.integers(1, len(wrong) + 1))])
        try:
            read_session(path)
        except FileError as error:
            assert str(error).startswith("a.brainviewer is ")


@pytest.mark.parametrize(
    ("part", "wrong", "said"),
    [
        ("view", {"cursor": [1, 2]}, "The view"),
        ("view", 3, "The view"),
        ("view.cursor", [1.0, float("nan"), 2.0], "The view"),
        ("view.hanging", {"columns": 0}, "The view"),
        ("view.hanging", {"panes": [{}] * 10}, "The view"),
        ("view.reformation", {"slab": {"thickness_mm": 1e9}}, "The view"),
        ("view.reformation", {"obliquity": {"rotation": [-1, 0, 0, 0, 1, 0, 0, 0, 1]}}, "The view"),
        ("view.overlays", {"parts_opacity": 7.0}, "The view"),
        ("view.overlays", {"fusion": {"colour_map": "love"}}, "The view"),
        ("view.colour_maps", [["T1", "love"]], "The view"),
        ("age_years", "old", "The age"),
        ("report_text", [1], "The text"),
        ("results", {"finding": {"method": "x", "found": True, "index": 99}}, "The result"),
    ],
)
def test_a_damaged_part_is_left_out(path: Path, part: str, wrong: object, said: str) -> None:
    told, (name, *inside) = head(path), part.split(".")
    changed_head = {**told, name: {**told[name], inside[0]: wrong} if inside else wrong}
    changed(path, "session.json", json.dumps(changed_head).encode())
    found = read_session(path)
    assert found.left_out == (f"{said} of the session is damaged and was left out.",)
    assert found.annotations


def test_results_on_another_grid_are_left_out(path: Path) -> None:
    other = marker_study(grid_of((2, 1, 0), (1, 1, 1)))
    wrong = replace(session(), results=SavedResults(marker_finding(other)))
    write_session(path, wrong, STUDY)
    assert read_session(path).results.finding is None


def test_an_archive_with_a_long_list_is_refused(path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(3000):
            archive.writestr(
                f"arrays/{number % 1000}.zlib" if number < 1000 else f"a{number}.b", b""
            )
    path.write_bytes(content.getvalue())
    with pytest.raises(DamagedSession):
        read_session(path)


def test_arrays_have_the_number_type_that_they_are_read_in(tmp_path: Path) -> None:
    """Else what was written is read as damaged."""
    path, wanted = tmp_path / "a.brainviewer", session()
    finding = wanted.results.finding
    assert finding is not None and finding.mask is not None and finding.parts is not None
    other = replace(
        finding,
        mask=finding.mask.astype(np.uint8),
        parts=finding.parts.astype(np.int64),
        area_mm2=finding.area_mm2.astype(np.float64) + 1e-9,
    )
    write_session(path, replace(wanted, results=SavedResults(other, other)), STUDY)
    found = read_session(path)
    assert not found.left_out and found.results.finding is not None
    for name in ("mask", "parts", "area_mm2"):
        one, before = getattr(found.results.finding, name), getattr(finding, name)
        assert one.dtype == before.dtype and np.allclose(one, before)
    too_large = replace(finding, parts=finding.parts.astype(np.int64) + 300)
    with pytest.raises(TypeError, match="uint8 cannot hold"):
        write_session(path, replace(wanted, results=SavedResults(too_large)), STUDY)
    assert read_session(path).results.finding is not None


@pytest.mark.parametrize("shape", [[2**32, 2**32, 1], [2**63, 2, 1], [1, 1, 2**31], [0, 1, 1]])
def test_a_grid_of_more_voxels_than_there_can_be_is_refused(path: Path, shape: list[int]) -> None:
    """Also where their number, counted in 64 bits, would begin again at 0."""
    told = head(path)
    told["study"]["shape"] = shape
    changed(path, "session.json", json.dumps(told).encode())
    with pytest.raises(DamagedSession):
        read_session(path)


def test_ids_and_texts_with_half_characters_stay_the_same(path: Path) -> None:
    """Windows merge annotations by their ids: what is written must be what was read."""
    wanted = session()
    (note, *_) = wanted.annotations
    told = json.loads(json.dumps(note.to_json()))
    odd = Annotation.from_json({**told, "id": "a\ud800", "text": "b\udfff"})
    write_session(path, replace(wanted, annotations=(odd,)), STUDY)
    assert read_session(path).annotations == (odd,)
    assert (odd.id, odd.text) == ("a\N{REPLACEMENT CHARACTER}", "b\N{REPLACEMENT CHARACTER}")
