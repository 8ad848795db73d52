"""What is done is recorded before it takes effect, or is not done."""

import errno
import time
from dataclasses import replace
from pathlib import Path

import pytest
from audited import entries, recorded
from phantoms import marker_study

from brainviewer.app.audit_trail import permission, recording
from brainviewer.app.audit_trail.recording import audited, own_trail, record, record_edit
from brainviewer.app.audit_trail.subjects import (
    CONTENT,
    NAME,
    PATIENT,
    STUDY,
    of_study,
    sealed,
)
from brainviewer.app.audit_trail.switching import start, stop
from brainviewer.core.audit_trail.actions import Action, Outcome
from brainviewer.core.audit_trail.key import TrailKey
from brainviewer.core.errors import BrainViewerError, Cancelled
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient, SourceSeries
from brainviewer.core.process.reader import Reader, use_reader
from brainviewer.core.study import Study
from brainviewer.files.audit_trail.places import key_file, trail_folder
from brainviewer.files.audit_trail.trail import AuditTrail, UnwritableTrail
from brainviewer.files.durable.disk import using_disk
from brainviewer.files.user_folders import machine_folder
from tests.faulty_disk import FaultyDisk


def known_study() -> Study:
    """A study whose patient is known."""
    study = marker_study()
    series = SourceSeries(
        Patient("Doe^Jane", "  PID 4711"), ImagingStudy("1.2.3"), "1.2.3.4", "", "",
        (1, 0, 0, 0, 1, 0), (1, 1),
    )  # fmt: skip
    volumes = {m: replace(volume, series=series) for m, volume in study.volumes.items()}
    return replace(study, volumes=volumes)


def test_without_a_trail_nothing_is_written(home: None) -> None:
    assert record(Action.OPENED, known_study()) == 0
    with audited(Action.EXPORTED, known_study()):
        pass
    record_edit(known_study(), "annotations")
    assert not trail_folder().exists()
    assert not key_file().exists()


def test_without_a_trail_recording_takes_no_time(home: None) -> None:
    study = known_study()
    record(Action.OPENED, study)
    begun = time.thread_time()
    for _ in range(200):
        record(Action.OPENED, study)
    assert (time.thread_time() - begun) / 200 < 0.001  # a few looks at the disk


def test_a_trail_is_begun_with_the_first_line_where_there_are_accounts(
    home: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "sign_in_is_on", lambda: True)
    record(Action.SIGN_IN_FAILED, name="doe")
    assert recorded(0) == [("trail started", "done"), ("sign-in failed", "done")]
    assert entries()[1].name == "doe"


def test_who_did_it_is_the_reader_or_the_user_of_the_system(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "radiology")
    record(Action.OPENED)
    use_reader(Reader("17", "Doe"))
    try:
        record(Action.OPENED)
    finally:
        use_reader(None)
    assert [(one.reader, one.name) for one in entries()[1:]] == [("", "radiology"), ("17", "Doe")]


def test_a_system_that_does_not_know_its_user_is_recorded_too(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert record(Action.OPENED) == 2


def test_no_identifier_stands_in_the_file_in_plain(trail: AuditTrail) -> None:
    study = known_study()
    record(Action.OPENED, study)
    content = b"".join(path.read_bytes() for path in trail_folder().iterdir())
    for plain in ("4711", "Doe", "Jane", "1.2.3", study.content_hash, study.content_hash[:12]):
        assert plain.encode() not in content
    kinds = [subject.split(":")[0] for subject in entries()[1].subjects]
    assert sorted(kinds) == [CONTENT, NAME, PATIENT, STUDY]


def test_identifiers_are_sealed_alike_however_they_are_written() -> None:
    key = TrailKey(bytes(range(32)))
    one, other = sealed(key, [(PATIENT, " pid  4711 ")]), sealed(key, [(PATIENT, "PID 4711")])
    assert one == other
    assert sealed(key, [(NAME, "pid 4711")]) != one
    assert sealed(TrailKey.new(), [(PATIENT, "PID 4711")]) != one
    assert sealed(key, [(PATIENT, " "), (PATIENT, "a"), (PATIENT, "A")]) == sealed(
        key, [(PATIENT, "a")]
    )


def test_an_id_that_was_made_up_names_nobody() -> None:
    study = known_study()
    series = study.reference.series
    assert series is not None
    made_up = replace(series, patient=Patient("", "made-up-1", made_up=True))
    volumes = {m: replace(volume, series=made_up) for m, volume in study.volumes.items()}
    assert (PATIENT, "made-up-1") not in of_study(replace(study, volumes=volumes))


def test_the_beginning_is_recorded_before_and_a_failure_after(trail: AuditTrail) -> None:
    with audited(Action.EXPORTED, facts={"format": "PNG"}):
        assert recorded() == [("exported", "begun")]
    assert recorded() == [("exported", "begun")]
    with pytest.raises(ZeroDivisionError), audited(Action.SEARCHED):
        raise ZeroDivisionError("of patient Doe")
    with pytest.raises(Cancelled), audited(Action.SENT):
        raise Cancelled
    assert recorded()[1:] == [
        ("searched", "begun"), ("searched", "failed"),
        ("sent to PACS", "begun"), ("sent to PACS", "cancelled"),
    ]  # fmt: skip
    failed = entries()[3]
    assert (failed.of, dict(failed.what)) == (3, {"error": "ZeroDivisionError"})


def test_a_full_disk_stops_what_was_to_be_done(trail: AuditTrail) -> None:
    done = []
    disk = FaultyDisk(machine_folder(), faults={1: errno.ENOSPC}, until=1000)
    with (
        using_disk(disk),
        pytest.raises(UnwritableTrail) as raised,
        audited(Action.EXPORTED),
    ):
        done.append(True)
    assert not done
    assert str(raised.value) == (
        "Nothing was done: the audit trail cannot be written, the disk is full. "
        "Free some space, and try again."
    )
    with audited(Action.EXPORTED):
        done.append(True)
    assert done
    assert own_trail().verified().intact


def test_a_failure_is_told_even_if_it_cannot_be_recorded(trail: AuditTrail) -> None:
    with pytest.raises(ZeroDivisionError), audited(Action.EXPORTED):
        trail_folder().rename(trail_folder().with_name("away"))
        trail_folder().write_text("in its place")
        raise ZeroDivisionError
    trail_folder().unlink()


def test_edits_are_recorded_once_a_minute_for_each_study_and_kind(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(recording.time, "monotonic", lambda: now[0])
    study, other = known_study(), replace(known_study(), content_hash="ab" * 32)
    for one, kind in ((study, "annotations"), (study, "annotations"), (study, "segmentation"),
                      (other, "annotations"), (None, "annotations")):  # fmt: skip
        record_edit(one, kind)
    assert [dict(one.what)["kind"] for one in entries()[1:]] == [
        "annotations", "segmentation", "annotations",
    ]  # fmt: skip
    now[0] += 59
    record_edit(study, "annotations")
    assert len(entries()) == 4
    now[0] += 2
    record_edit(study, "annotations")
    use_reader(Reader("17", "Doe"))
    try:
        record_edit(study, "annotations")
    finally:
        use_reader(None)
    assert [one.name == "Doe" for one in entries()[4:]] == [False, True]


def test_an_edit_that_could_not_be_recorded_is_recorded_the_next_time(trail: AuditTrail) -> None:
    study = known_study()
    disk = FaultyDisk(machine_folder(), faults={1: errno.EIO}, until=1000)
    with using_disk(disk), pytest.raises(UnwritableTrail):
        record_edit(study, "annotations")
    record_edit(study, "annotations")
    assert recorded() == [("edited", "done")]


def test_stopping_is_recorded_and_starting_goes_on(trail: AuditTrail) -> None:
    stop()
    assert record(Action.OPENED) == 0
    with pytest.raises(BrainViewerError, match="Nothing is recorded"):
        stop()
    start()
    assert record(Action.OPENED) == 4
    with pytest.raises(BrainViewerError, match="recorded already"):
        start()
    assert recorded(0) == [
        ("trail started", "done"), ("trail stopped", "done"), ("trail started", "done"),
        ("opened", "done"),
    ]  # fmt: skip


def test_a_trail_that_was_stopped_is_off_even_when_its_key_is_away(trail: AuditTrail) -> None:
    stop()
    key_file().unlink()
    recording._process = recording._Process()
    assert record(Action.OPENED) == 0


def test_a_trail_that_was_stopped_before_there_were_accounts_goes_on_with_them(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop()
    monkeypatch.setattr(recording, "sign_in_is_on", lambda: True)
    record(Action.OPENED)
    assert recorded(2) == [("trail started", "done"), ("opened", "done")]
    use_reader(Reader("17", "Doe"))
    try:
        record(Action.STOPPED)
    finally:
        use_reader(None)
    assert record(Action.OPENED) == 0


def test_another_process_is_told_that_the_trail_was_stopped(trail: AuditTrail) -> None:
    record(Action.OPENED)
    AuditTrail().append(replace(entries()[0], action=Action.STOPPED))
    assert record(Action.OPENED) == 0


def test_without_its_key_nothing_is_done_and_anew_leads_on(trail: AuditTrail) -> None:
    key_file().unlink()
    recording._process = recording._Process()
    with pytest.raises(BrainViewerError, match="The key of the audit trail is not there"):
        record(Action.OPENED)
    begun = start(anew=True)
    assert begun.sentence == (
        "What is done is recorded from now on. The key lies in a file that only you can read, "
        "since there is no keyring here. The trail before is kept in the folder "
        f"'{begun.aside}'."
    )
    assert (machine_folder() / begun.aside / "trail-000000001.jsonl").exists()
    assert dict(entries()[0].what) == {"aside": begun.aside}
    assert own_trail().verified().intact


def test_only_administrators_start_and_stop(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise BrainViewerError("Only an administrator may do this.")

    monkeypatch.setattr("brainviewer.app.audit_trail.switching.require_administrator", refuse)
    for verb in (start, stop):
        with pytest.raises(BrainViewerError, match="Only an administrator"):
            verb()
    assert record(Action.OPENED) == 2
    assert permission.sign_in_is_on() is False


def test_a_line_says_nothing_of_the_computer(trail: AuditTrail, tmp_path: Path) -> None:
    import os
    import socket

    record(Action.OPENED, outcome=Outcome.DONE)
    content = (trail_folder() / "trail-000000001.jsonl").read_text()
    assert socket.gethostname() not in content
    assert str(tmp_path) not in content
    assert f'"{os.getpid()}"' not in content
