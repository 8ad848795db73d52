"""The audit trail on the disk: what honest computers do to it is told from what hands do."""

import errno
import json
import os
import random
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import keyring
import pytest

from brainviewer.core.audit_trail.actions import Action, Outcome
from brainviewer.core.audit_trail.checking import check_trail
from brainviewer.core.audit_trail.faults import FaultKind
from brainviewer.core.audit_trail.line import LONGEST_LINE, Entry, bounded, read_line
from brainviewer.core.errors import FileError
from brainviewer.files.audit_trail.key_place import KeyAway, KeyPlace
from brainviewer.files.audit_trail.places import anchor_file, key_file, trail_files, trail_folder
from brainviewer.files.audit_trail.reading import newest_first, oldest_first, whole_trail
from brainviewer.files.audit_trail.trail import AuditTrail, UnwritableTrail
from brainviewer.files.durable.disk import using_disk
from brainviewer.files.user_folders import machine_folder
from tests.audit_histories import SMALL_FILE, TAMPERINGS, History, MovedClock
from tests.benchmarks.tampering import honest, tampered
from tests.faulty_disk import FaultyDisk
from tests.memory_keyring import MemoryKeyring


@pytest.fixture(autouse=True)
def _own_home(home: None) -> None:
    """Each test has a trail of its own."""


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def trail(clock: MovedClock) -> AuditTrail:
    """A trail of ten lines in three files, thirty seconds apart."""
    made = AuditTrail(clock, 1200)
    made.begin()
    for number in range(10):
        clock.wait(29.5)
        what = {"count": number}
        made.append(Entry(Action.OPENED, Outcome.BEGUN, "7", "Doe", ("content:ab",), what))
    return made


@pytest.fixture
def memory_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(MemoryKeyring, "kept", {})
    before = keyring.core._keyring_backend
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.core._keyring_backend = before


def files() -> list[Path]:
    return [path for _, path in trail_files(trail_folder())]


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def sentences() -> list[str]:
    return [fault.sentence for fault in AuditTrail().verified().faults]


@pytest.mark.parametrize("number", range(len(TAMPERINGS)), ids=lambda n: TAMPERINGS[n].__name__)
def test_tampering_is_found_at_once_and_after_more_was_written(tmp_path: Path, number: int) -> None:
    os.environ["BRAINVIEWER_HOME"] = str(tmp_path / "home")
    way, at_once, later = tampered(number, tmp_path / "tampered", 30)
    assert (way, at_once, later) == (TAMPERINGS[number].__name__, True, True)


@pytest.mark.parametrize("seed", range(12))
def test_an_honest_history_raises_no_alarm_and_loses_no_line(tmp_path: Path, seed: int) -> None:
    check, history, lost = honest(seed, tmp_path / "honest", 40)
    assert [fault.sentence for fault in check.faults] == []
    assert history.kills + history.faults > 0
    assert lost == 0


def test_a_whole_trail_over_several_files_is_verified(trail: AuditTrail) -> None:
    assert len(files()) > 2
    check = trail.verified()
    assert (check.lines, check.faults, check.notes) == (10, (), ())
    assert (check.first, check.last) == (
        "2026-12-01T08:00:30.000000Z", "2026-12-01T08:05:00.000000Z",
    )  # fmt: skip


def test_lines_say_what_was_done_and_are_read_both_ways(trail: AuditTrail) -> None:
    newest = list(newest_first(trail.folder))
    assert [line.number for line in newest] == list(range(10, 0, -1))
    assert [line.number for line in oldest_first(trail.folder)] == list(range(1, 11))
    assert newest[0].entry == Entry("opened", "begun", "7", "Doe", ("content:ab",), {"count": 9})
    told = json.loads(lines_of(files()[0])[0])
    assert set(told) == {
        "n", "time", "up", "boot", "action", "outcome", "reader", "name", "subjects", "what",
        "seal",
    }  # fmt: skip


def test_folders_and_files_are_the_owners_alone(trail: AuditTrail) -> None:
    for path in (*files(), anchor_file(), key_file()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(trail_folder().stat().st_mode) == 0o700


def test_a_removed_line_is_named_with_its_time(trail: AuditTrail) -> None:
    path = files()[0]
    first, _, *others = lines_of(path)
    path.write_bytes(b"".join((first, *others)))
    assert sentences() == [
        "Line 2 is missing (written between 2026-12-01 08:00:30 UTC and 2026-12-01 08:01:30 UTC)."
    ]


def test_a_changed_line_is_named_with_its_time(trail: AuditTrail) -> None:
    path = files()[0]
    path.write_bytes(path.read_bytes().replace(b'"count":1', b'"count":7'))
    assert sentences() == [
        "Line 2 was changed (written between 2026-12-01 08:00:30 UTC and 2026-12-01 08:01:30 UTC)."
    ]


def test_a_line_that_was_moved_is_not_told_as_missing(trail: AuditTrail) -> None:
    path = files()[0]
    first, second, *others = lines_of(path)
    path.write_bytes(b"".join((second, first, *others)))
    found = AuditTrail().verified().faults
    assert [(fault.kind, fault.first) for fault in found if fault.first] == [(FaultKind.MOVED, 1)]


def test_a_line_that_stands_there_twice_is_named(trail: AuditTrail) -> None:
    path = files()[0]
    first, second, *others = lines_of(path)
    path.write_bytes(b"".join((first, second, second, *others)))
    assert sentences() == [
        "Line 2 stands there once more "
        "(written between 2026-12-01 08:01:00 UTC and 2026-12-01 08:01:00 UTC)."
    ]


def test_a_missing_file_is_named_by_its_lines(trail: AuditTrail) -> None:
    first, second, *_ = trail_files(trail_folder())
    first[1].unlink()
    assert sentences() == [
        f"Lines 1 to {second[0] - 1} are missing (written before "
        f"2026-12-01 08:0{second[0] // 2}:{'30' if second[0] % 2 else '00'} UTC)."
    ]


def test_a_trail_that_was_cut_off_is_missed_even_when_it_goes_on(trail: AuditTrail) -> None:
    path = files()[-1]
    path.write_bytes(b"".join(lines_of(path)[:-1]))
    said = ["Line 10 is missing (written after 2026-12-01 08:04:30 UTC)."]
    assert sentences() == said
    assert AuditTrail(trail._now).append(Entry(Action.OPENED)) == 11
    assert [one[:18] for one in sentences()] == ["Line 10 is missing"]


def test_a_forged_line_at_the_end_is_no_interrupted_write(trail: AuditTrail) -> None:
    path = files()[-1]
    forged = lines_of(path)[-1].replace(b'"n":10', b'"n":11').rstrip(b"\n")
    path.write_bytes(path.read_bytes() + forged)
    assert sentences() == [
        "1 line after line 10 bears no right seal: forged, or changed beyond recognition."
    ]


def test_another_trail_with_another_key_in_its_place_is_told(trail: AuditTrail) -> None:
    mine = key_file().read_bytes()
    key_file().unlink()
    shutil.rmtree(trail_folder())
    anchor_file().rename(anchor_file().with_suffix(".kept"))
    other = AuditTrail()
    other.begin()
    other.append(Entry(Action.OPENED))
    key_file().write_bytes(mine)
    anchor_file().with_suffix(".kept").replace(anchor_file())
    assert sentences()[0].startswith("Lines 1 to 10 were changed or removed")


@pytest.mark.parametrize(
    "left", [b'{"acti', b"\0" * 300, b'{"action":"x","facts":{"a":1}', b"whole"]
)
def test_an_interrupted_write_is_told_as_such_and_the_trail_goes_on(
    trail: AuditTrail, clock: MovedClock, left: bytes
) -> None:
    path = files()[-1]
    if left == b"whole":  # all but its end
        before = path.read_bytes(), anchor_file().read_bytes()
        trail.append(Entry(Action.EDITED))
        content = files()[-1].read_bytes()[:-1]
        files()[-1].write_bytes(content)
        anchor_file().write_bytes(before[1])
    else:
        path.write_bytes(path.read_bytes() + left)
    check = AuditTrail().verified()
    assert check.faults == ()
    assert check.notes == ("The writing of line 11 was interrupted, as by a power cut.",)
    assert AuditTrail(clock).append(Entry(Action.OPENED)) == 11
    check = AuditTrail().verified()
    assert (check.lines, check.faults) == (11, ())
    assert check.notes == ("The writing of line 11 was interrupted once, and begun again.",)


def test_an_interrupted_write_at_the_end_of_a_full_file_is_no_tampering(trail: AuditTrail) -> None:
    path = files()[-1]
    path.write_bytes(path.read_bytes() + b'{"acti')
    AuditTrail(trail._now, 100).append(Entry(Action.OPENED))
    assert len(files()) == 5
    assert sentences() == []


def test_a_clock_that_was_set_back_is_told_and_no_fault(
    trail: AuditTrail, clock: MovedClock
) -> None:
    clock.time -= timedelta(hours=3)
    trail.append(Entry(Action.OPENED))
    clock.time += timedelta(hours=3)
    trail.append(Entry(Action.OPENED))
    check = trail.verified()
    assert check.faults == ()
    assert check.notes == (
        "Before line 11 the clock of the computer was set back by 3 hours.",
        "Before line 12 the clock of the computer was set forward by 3 hours.",
    )


def test_a_computer_that_was_off_for_days_has_a_clock_like_any_other(
    trail: AuditTrail, clock: MovedClock
) -> None:
    clock.time, clock.up, clock.boot = clock.time + timedelta(days=3), 7.0, "b2"
    trail.append(Entry(Action.OPENED))
    assert trail.verified().notes == ()


def test_a_killed_process_between_line_and_mark_is_no_tampering(trail: AuditTrail) -> None:
    mark = anchor_file().read_bytes()
    trail.append(Entry(Action.OPENED))
    anchor_file().write_bytes(mark)
    assert sentences() == []
    assert AuditTrail(trail._now).append(Entry(Action.OPENED)) == 12
    assert sentences() == []


def test_an_older_mark_is_told(trail: AuditTrail) -> None:
    mark = anchor_file().read_bytes()
    trail.append(Entry(Action.OPENED))
    trail.append(Entry(Action.OPENED))
    anchor_file().write_bytes(mark)
    assert sentences() == [
        "The end mark in 'audit-end.json' names line 10, but the trail goes on to "
        "line 12: the mark was replaced by an older one."
    ]


def test_a_missing_mark_stays_told_when_the_trail_has_made_a_new_one(trail: AuditTrail) -> None:
    anchor_file().unlink()
    assert sentences() == ["The end mark of the trail in 'audit-end.json' is missing."]
    AuditTrail(trail._now).append(Entry(Action.OPENED))
    assert sentences() == ["When line 11 was written, the end mark of the trail was missing."]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errno.ENOSPC, "Nothing was done: the audit trail cannot be written, the disk is full."),
        (errno.EROFS, "Nothing was done: the audit trail cannot be written, you may not write"),
        (errno.EIO, "Nothing was done: the audit trail cannot be written, Input/output error."),
    ],
)
def test_a_disk_that_fails_is_a_sentence_and_leaves_what_was_there(
    trail: AuditTrail, tmp_path: Path, error: int, said: str
) -> None:
    before = b"".join(path.read_bytes() for path in files())
    disk = FaultyDisk(machine_folder(), faults={1: error}, until=1000)
    with using_disk(disk), pytest.raises(UnwritableTrail) as raised:
        trail.append(Entry(Action.OPENED))
    assert raised.value.message.startswith(said)
    assert b"".join(path.read_bytes() for path in files()).startswith(before)
    assert trail.append(Entry(Action.OPENED)) == 11
    assert sentences() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_a_sentence(trail: AuditTrail) -> None:
    trail_folder().chmod(0o500)
    files()[-1].chmod(0o400)
    with pytest.raises(UnwritableTrail, match="you may not write there"):
        AuditTrail().append(Entry(Action.OPENED))
    trail_folder().chmod(0o700)


def test_without_a_keyring_the_key_lies_in_a_file(trail: AuditTrail) -> None:
    assert trail.kept.place is KeyPlace.FILE
    assert json.loads(key_file().read_bytes())["secret"] == trail.kept.key.secret.hex()


def test_a_keyring_keeps_the_key_and_no_file_does(memory_keyring: None, clock: MovedClock) -> None:
    trail = AuditTrail(clock)
    assert trail.begin().place is KeyPlace.KEYRING
    trail.append(Entry(Action.STARTED))
    assert trail.kept.key.secret.hex() not in key_file().read_text()
    assert AuditTrail().verified().lines == 1


def test_a_keyring_that_is_away_is_a_sentence_and_no_new_key(
    memory_keyring: None, clock: MovedClock
) -> None:
    trail = AuditTrail(clock)
    trail.begin()
    trail.append(Entry(Action.STARTED))
    MemoryKeyring.kept.clear()
    with pytest.raises(KeyAway) as raised:
        AuditTrail().append(Entry(Action.OPENED))
    assert str(raised.value) == (
        "The system's keyring, which holds the key of the audit trail, does not give it. "
        "Unlock it, or begin a new trail by 'brainviewer audit-trail start --anew'."
    )
    with pytest.raises(KeyAway):
        AuditTrail().begin()


def test_trail_and_mark_replaced_together_by_older_copies_are_found_by_the_keyring(
    memory_keyring: None, clock: MovedClock, tmp_path: Path
) -> None:
    trail = AuditTrail(clock)
    trail.begin()
    trail.append(Entry(Action.STARTED))
    shutil.copytree(trail_folder(), tmp_path / "older")
    shutil.copy(anchor_file(), tmp_path)
    later = AuditTrail(clock)  # a new process tells the keyring with its first line
    later.append(Entry(Action.OPENED))
    shutil.rmtree(trail_folder())
    shutil.copytree(tmp_path / "older", trail_folder())
    shutil.copy(tmp_path / anchor_file().name, anchor_file())
    assert sentences() == ["Line 2 is missing (written after 2026-12-01 08:00:00 UTC)."]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "The key of the audit trail is not there."),
        (b"{", "The key file of the audit trail is damaged."),
        (b'{"place":"file","id":"x","secret":"00"}', "The key of the audit trail is damaged."),
        (
            b'{"place":"file","id":"x","secret":"' + b"ab" * 32 + b'"}',
            "The key of the audit trail was replaced by another one.",
        ),
    ],
)
def test_a_key_that_is_gone_is_a_sentence(
    trail: AuditTrail, content: bytes | None, said: str
) -> None:
    if content is None:
        key_file().unlink()
    else:
        key_file().write_bytes(content)
    for verb in (AuditTrail().verified, AuditTrail().begin, lambda: AuditTrail().stopped):
        with pytest.raises(KeyAway) as raised:
            verb()
        assert raised.value.message == said
    assert len(list(oldest_first(trail_folder()))) == 10


def test_a_trail_is_set_aside_with_its_key_and_a_new_one_begins(
    trail: AuditTrail, clock: MovedClock
) -> None:
    old = trail.kept.key
    name = trail.set_aside()
    aside = machine_folder() / name
    assert sorted(path.name for path in aside.iterdir())[:2] == ["audit-end.json", "audit-key.json"]
    assert not trail.begun
    trail.begin()
    assert trail.kept.key != old
    assert trail.append(Entry(Action.STARTED)) == 1
    assert trail.verified().faults == ()
    assert check_trail(whole_trail(aside), (), old).lines == 10


def test_a_trail_that_was_deleted_but_for_its_key_is_missed_for_good(
    trail: AuditTrail, clock: MovedClock
) -> None:
    for path in (*files(), anchor_file()):
        path.unlink()
    missing = "All lines of the trail are missing, and the mark of its end."
    assert [fault.sentence for fault in AuditTrail(clock).verified().faults] == [missing]
    AuditTrail(clock).append(Entry(Action.OPENED))
    (said,) = sentences()
    assert said.startswith("When line 1 was written, all lines before it and the end mark")


def test_a_process_that_was_killed_before_the_first_line_leaves_no_alarm(clock: MovedClock) -> None:
    AuditTrail(clock).begin()
    assert AuditTrail(clock).verified().faults == ()
    AuditTrail(clock).append(Entry(Action.STARTED))
    assert AuditTrail(clock).verified().faults == ()


def test_a_trail_knows_whether_it_was_stopped(clock: MovedClock) -> None:
    trail = AuditTrail(clock)
    assert not trail.begun
    trail.begin()
    assert trail.begun and not trail.stopped
    trail.append(Entry(Action.STOPPED))
    assert AuditTrail().stopped
    trail.append(Entry(Action.STARTED))
    assert not AuditTrail().stopped


def test_a_trail_cut_back_to_where_it_was_stopped_is_not_stopped(clock: MovedClock) -> None:
    trail = AuditTrail(clock)
    trail.begin()
    trail.append(Entry(Action.STOPPED))
    before = files()[0].read_bytes()
    trail.append(Entry(Action.STARTED))
    files()[0].write_bytes(before)
    assert not AuditTrail().stopped


def test_a_line_is_bounded_whatever_is_recorded() -> None:
    entry = bounded(
        Entry(
            "opened",
            name="é" * 10_000,
            subjects=("content:" + "a" * 32,) * 1000,
            what={f"{number}{'ü' * 1000}": "ä" * 1000 for number in range(1000)},
        )
    )
    trail = AuditTrail()
    trail.begin()
    trail.append(entry)
    assert len(files()[0].read_bytes()) < LONGEST_LINE
    assert trail.verified().lines == 1


def test_lines_that_are_none_of_ours_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million of them would take half a minute: a window goes through the trail three times."""

    def refused(_: object) -> None:
        raise AssertionError("parsed")

    with monkeypatch.context() as patched:
        patched.setattr(json, "loads", refused)
        assert read_line(b"{}\n") is None


def test_a_file_without_an_end_is_read_in_bounds(trail: AuditTrail) -> None:
    files()[-1].write_bytes(b"x" * 3_000_000)
    assert not AuditTrail().verified().intact
    assert len(list(newest_first(trail_folder()))) < 10
    AuditTrail(trail._now).append(Entry(Action.OPENED))
    assert next(newest_first(trail_folder())).number == 11


_WRITER = """
import sys
from brainviewer.core.audit_trail.line import Entry
from brainviewer.files.audit_trail.trail import AuditTrail
trail = AuditTrail(largest_file=4096)
for number in range(int(sys.argv[1])):
    print(trail.append(Entry("opened", what={"count": number})), flush=True)
"""


def test_two_processes_at_once_and_a_kill_leave_the_chain_whole() -> None:
    AuditTrail().begin()
    chance = random.Random(1)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, "1000000" if kill else "40"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for kill in (False, False, True)
    ]
    doomed = running[-1]
    assert doomed.stdout is not None
    acknowledged = [int(doomed.stdout.readline()) for _ in range(chance.randrange(5, 15))]
    doomed.kill()
    acknowledged += [int(number) for number in doomed.communicate()[0].split()]
    for one in running[:2]:
        acknowledged += [int(number) for number in one.communicate()[0].split()]
    check = AuditTrail().verified()
    assert check.faults == ()
    there = [line.number for line in oldest_first(trail_folder())]
    assert there == list(range(1, len(there) + 1))
    assert set(acknowledged) <= set(there)
    assert len(acknowledged) == len(set(acknowledged)) >= 80


def test_what_is_no_line_of_ours_makes_no_trouble(trail: AuditTrail) -> None:
    path = files()[1]
    lines = (
        b"[]", b"null", b'"x"', b"{}", b"1e999", b"[" * 9000, b"\xff\xfe", b'{"n":true}',
        b'{"n":1,"seal":"x"}', b'{"n":1,"seal":"x","time":"never","action":"a","outcome":"b"}',
        b'{"n":1,"seal":"x","time":"2026-01-01","action":"a","outcome":"b","up":"\xc3\xa4"}',
    )  # fmt: skip
    path.write_bytes(b"\n".join((*lines, path.read_bytes())))
    found = AuditTrail().verified().faults
    assert [fault.kind for fault in found] == [FaultKind.FORGED]
    assert found[0].sentence.startswith(f"{len(lines)} lines after line")


def test_history_of_the_tests_has_several_files(tmp_path: Path) -> None:
    history = History(3, tmp_path)
    history.add(40)
    assert len(files()) > 2
    assert all(path.stat().st_size <= SMALL_FILE for path in files())


def test_an_unreadable_folder_is_a_sentence() -> None:
    trail_folder().parent.mkdir(parents=True, exist_ok=True)
    trail_folder().write_text("a file")
    with pytest.raises(FileError):
        list(newest_first(trail_folder()))


@pytest.mark.skipif(sys.platform == "win32", reason="links need permission there")
def test_a_link_that_leads_nowhere_does_not_switch_it_off(clock: MovedClock) -> None:
    key_file().parent.mkdir(parents=True, exist_ok=True)
    key_file().symlink_to("gone")
    assert AuditTrail(clock).begun


@pytest.mark.parametrize(
    "content", [b"[" * 9_000, b'{"number": 1, "ti', bytes(LONGEST_LINE + 1), b"\xff\xfe\n\xff"]
)
def test_what_is_no_line_of_ours_is_neither_cut_off_nor_called_interrupted(
    clock: MovedClock, content: bytes
) -> None:
    trail = AuditTrail(clock)
    trail.begin()
    trail.append(Entry(Action.STARTED))
    ((_, path),) = trail_files(trail_folder())
    before = path.read_bytes() + content
    path.write_bytes(before)
    AuditTrail(clock).append(Entry(Action.STOPPED))
    assert path.read_bytes().startswith(before)
    assert AuditTrail(clock).verified().faults
