"""What the window and the command line do is recorded, and stopped where it cannot be."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from audited import entries, recorded
from phantoms import marker_finding, marker_study
from PIL import Image

from brainviewer.app.audit_trail.openings import not_shown
from brainviewer.app.audit_trail.subjects import PATIENT, STUDY, of_study, sealed
from brainviewer.app.exporting.surfaces import SurfaceRequest
from brainviewer.app.opening.image2d import open_image2d, thumbnail
from brainviewer.app.opening.study import demo_paths, open_study
from brainviewer.app.pacs import recorded as pacs
from brainviewer.app.prediction.recorded import classify, classify_image, find_tumour
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.assets import resources
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import FileError, ModelError
from brainviewer.core.report_text import ReportText
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import auto_window
from brainviewer.files.audit_trail.trail import AuditTrail
from brainviewer.files.durable.disk import using_disk
from brainviewer.files.user_folders import machine_folder
from brainviewer.models.subtype.prediction import NotClassified
from brainviewer.pacs.node import DimseNode
from brainviewer.pacs.query import Query
from tests.dicom_writer import Examination
from tests.dicom_writer import write_study as write_dicom
from tests.faulty_disk import FaultyDisk
from tests.unit.app.desk import Desk

DEMO = resources() / "demo"
UNWRITABLE = "Nothing was done: the audit trail cannot be written, the disk is full. Free some"


@contextmanager
def full_disk() -> Iterator[None]:
    """Nothing can be written any more."""
    with using_disk(FaultyDisk(machine_folder(), faults={1: errno.ENOSPC}, until=100_000)):
        yield


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "slice.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 80), np.uint8)).save(path)
    return path


@pytest.fixture
def audited_desk(trail: AuditTrail) -> Iterator[Desk]:
    """A session that searches nothing, whose trail is switched on, with a study."""
    desk = Desk()
    desk.session.segmentation.find = lambda *_, **__: None
    show(desk, marker_study())
    yield desk
    desk.close()
    assert not desk.crashes


def show(desk: Desk, study: Study) -> None:
    windows = {m: auto_window(volume.data) for m, volume in study.volumes.items()}
    desk.session.documents.show(study, windows)


def ruler(study: Study) -> Annotation:
    points = tuple(tuple(map(float, study.grid.to_world(one))) for one in ((10, 9, 8), (14, 9, 8)))
    return Annotation(Kind.RULER, Plane.AXIAL, points, Modality.FLAIR)


def test_openings_are_recorded_with_whom_they_are_about(trail: AuditTrail, image: Path) -> None:
    study = open_study(demo_paths())
    open_image2d(image)
    assert recorded() == [("opened", "done"), ("opened", "done")]
    assert entries()[1].subjects == sealed(trail.kept.key, of_study(study))
    assert [dict(one.what) for one in entries()[1:]] == [
        {"kind": "study", "sequences": 4}, {"kind": "image", "sequences": 1},
    ]  # fmt: skip


def test_previews_and_what_is_read_ahead_are_no_openings(trail: AuditTrail, image: Path) -> None:
    thumbnail(image, 16)
    with not_shown():
        open_study(demo_paths())
    assert recorded() == []


def test_a_study_is_not_opened_where_that_cannot_be_recorded(
    trail: AuditTrail, image: Path
) -> None:
    with full_disk(), pytest.raises(FileError, match="Nothing was done"):
        open_image2d(image)


def test_the_window_stays_as_it_is_where_an_opening_cannot_be_recorded(audited_desk: Desk) -> None:
    shown = audited_desk.state.study
    with full_disk():
        audited_desk.session.documents.open([DEMO])
        audited_desk.settle()
    assert audited_desk.state.study is shown
    assert any(said.startswith(UNWRITABLE) for said in audited_desk.sentences("error"))


def test_a_study_that_was_read_ahead_is_recorded_when_it_is_shown(audited_desk: Desk) -> None:
    session, before = audited_desk.session, len(entries())
    session.documents.open([DEMO])
    audited_desk.settle()
    show(audited_desk, marker_study())
    session.documents.open([DEMO])  # by the way back
    audited_desk.settle()
    assert [one.action for one in entries()[before:]].count("opened") == 2


def test_annotations_are_recorded_once_a_minute_and_deletions_each_time(
    audited_desk: Desk,
) -> None:
    annotations, study = audited_desk.session.annotations, audited_desk.state.study
    assert study is not None
    annotations.add(ruler(study))
    annotations.add(ruler(study))
    annotations.delete_selection()
    annotations.undo()
    annotations.delete_all()
    told = [(one.action, one.what.get("kind"), one.what.get("count")) for one in entries()[1:]]
    assert told == [
        ("edited", "annotations", None),
        ("deleted", "annotations", 1),
        ("deleted", "annotations", 2),
    ]


def test_nothing_is_edited_where_that_cannot_be_recorded(audited_desk: Desk) -> None:
    session, state = audited_desk.session, audited_desk.state
    study = state.study
    assert study is not None
    state.show_finding(marker_finding(study), Status.DONE)
    labels, text = state.editing.labels, state.report_text
    with full_disk():
        session.annotations.add(ruler(study))
        session.correction.clear()
        session.report_text.write(ReportText("Seen."))
        session.classification.set_age(50)
    assert state.annotations == ()
    assert state.editing.labels is labels
    assert state.report_text == text
    assert state.age_years is None
    assert len(audited_desk.sentences("error")) >= 1
    assert all(said.startswith(UNWRITABLE) for said in audited_desk.sentences("error"))


def test_corrections_text_and_age_are_recorded(audited_desk: Desk) -> None:
    session, state = audited_desk.session, audited_desk.state
    assert state.study is not None
    state.show_finding(marker_finding(state.study), Status.DONE)
    session.correction.clear()
    session.report_text.write(ReportText("Seen."))
    session.classification.set_age(50)
    kinds = [one.what["kind"] for one in entries() if one.action == "edited"]
    assert kinds == ["segmentation", "report text", "age"]
    session.correction.undo()
    assert state.editing.can_redo


def test_settings_are_recorded_by_name_and_not_by_value(trail: AuditTrail) -> None:
    settings = Settings()
    settings.update(report_reader="Dr. Doe", export_scale=3)
    settings.update(recent=(("/data/doe",),), hints_seen=True)
    settings.update(export_scale=3)
    (line,) = entries()[1:]
    assert (line.action, dict(line.what)) == (
        "settings changed", {"names": "export_scale, report_reader"},
    )  # fmt: skip


def test_a_setting_stays_where_its_change_cannot_be_recorded(trail: AuditTrail) -> None:
    settings, told = Settings(), []
    settings.changed.connect(told.append)
    with full_disk():
        settings.update(export_scale=4)
    assert settings.export_scale == 2
    assert told == [frozenset({"export_scale"})]


def test_files_for_others_are_recorded_and_not_made_where_that_fails(
    audited_desk: Desk, tmp_path: Path
) -> None:
    session, state = audited_desk.session, audited_desk.state
    assert state.study is not None
    session.annotations.add(ruler(state.study))
    before = len(entries())
    session.annotations.save(tmp_path / "marks.json")
    session.tables.export(tmp_path / "marks.csv")
    audited_desk.save()
    audited_desk.settle()
    told = entries()[before:]
    assert {one.action for one in told} == {"exported"}
    assert sorted(str(one.what["format"]) for one in told) == ["csv", "json"]
    with full_disk():
        session.annotations.save(tmp_path / "more.json")
        session.tables.export(tmp_path / "more.csv")
        audited_desk.save()
        audited_desk.settle()
    assert not list(tmp_path.glob("more.*"))


def test_surfaces_are_recorded_and_not_saved_where_that_fails(
    audited_desk: Desk, tmp_path: Path
) -> None:
    session, state = audited_desk.session, audited_desk.state
    assert state.study is not None
    finding, done = marker_finding(state.study), []
    before = len(entries())
    for name in ("lesion.stl", "nowhere/lesion.stl"):
        request = SurfaceRequest(tmp_path / name)
        session.exports.add_surfaces(request, state.study, finding, done.append)
        audited_desk.settle()
    assert [(one.action, one.outcome) for one in entries()[before:]] == [("exported", "begun")]
    assert dict(entries()[before].what) == {"kind": "surfaces", "format": "stl", "count": 1}
    with full_disk():
        request = SurfaceRequest(tmp_path / "more.stl")
        session.exports.add_surfaces(request, state.study, finding, done.append)
        audited_desk.settle()
    assert [saved.files for saved in done] == [(tmp_path / "lesion.stl",)]
    assert [one.name for one in tmp_path.rglob("*.stl")] == ["lesion.stl"]


def test_searches_and_answers_are_recorded(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = marker_study()
    found = marker_finding(study)
    monkeypatch.setattr(
        "brainviewer.models.segmentation.detection.find_tumour", lambda *_, **__: found
    )
    assert find_tumour(study, "lesion", network=None) is found

    def nothing(*_: object, **__: object) -> None:
        raise NotClassified("There is no lesion.", "")

    monkeypatch.setattr("brainviewer.models.subtype.prediction.classify", nothing)
    with pytest.raises(NotClassified, match="There is no lesion"):
        classify(study, found, None, model_id="toy")  # type: ignore[arg-type]

    def fails(*_: object, **__: object) -> None:
        raise ModelError("The engine has failed.")

    monkeypatch.setattr("brainviewer.models.image_classification.prediction.classify_image", fails)
    with pytest.raises(ModelError):
        classify_image(np.zeros((2, 2)), None, image_hash="ab" * 32)  # type: ignore[arg-type]
    assert recorded() == [
        ("searched", "begun"), ("classified", "begun"), ("classified", "begun"),
        ("classified", "failed"),
    ]  # fmt: skip
    assert [dict(one.what) for one in entries()[1:4]] == [
        {"method": "lesion"}, {"model": "toy"}, {"kind": "image", "model": "usual"},
    ]  # fmt: skip


def test_nothing_is_asked_of_a_node_that_cannot_be_recorded(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def answer(verb: str) -> Callable[..., object]:
        return lambda *_, **__: asked.append(verb)

    for verb in ("find_studies", "retrieve", "send"):
        monkeypatch.setattr(f"brainviewer.pacs.client.{verb}", answer(verb))
    node = DimseNode("Archive", "pacs.example", 104, "PACS")
    write_dicom(tmp_path / "out", marker_study(), examination=Examination("PID 7"))
    files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    verbs = (
        lambda: pacs.find_studies(node, Query(patient_id="PID 7")),
        lambda: pacs.retrieve(node, "1.2.3", (), tmp_path),
        lambda: pacs.send(node, files),
    )
    with full_disk():
        for ask in verbs:
            with pytest.raises(FileError, match="Nothing was done"):
                ask()
    assert asked == []
    for ask in verbs:
        ask()
    assert asked == ["find_studies", "retrieve", "send"]
    assert [(one.action, one.what["node"]) for one in entries()[1:]] == [
        ("searched in PACS", "Archive"), ("retrieved from PACS", "Archive"),
        ("sent to PACS", "Archive"),
    ]  # fmt: skip
    patient = sealed(trail.kept.key, [(PATIENT, "PID 7")])[0]
    assert patient in entries()[1].subjects
    assert patient in entries()[3].subjects
    assert sealed(trail.kept.key, [(STUDY, "1.2.3")]) == entries()[2].subjects
