"""Histories of audit trails: honest ones, with all that happens to computers, and what hands do to
them."""

import errno
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from brainviewer.core.audit_trail.actions import Action, Outcome
from brainviewer.core.audit_trail.anchor import Anchor
from brainviewer.core.audit_trail.key import TrailKey
from brainviewer.core.audit_trail.line import Entry, Line, Moment, read_line
from brainviewer.core.errors import FileError
from brainviewer.files.audit_trail.places import anchor_file, key_file, trail_files, trail_folder
from brainviewer.files.audit_trail.trail import AuditTrail
from brainviewer.files.durable.disk import using_disk
from tests.faulty_disk import FaultyDisk, PowerLoss

SMALL_FILE = 4096
"""So that there are several."""
_ACTIONS = (Action.OPENED, Action.SEARCHED, Action.CLASSIFIED, Action.EDITED, Action.EXPORTED)
_ERRORS = errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES


@dataclass
class MovedClock:
    """A clock that tests set."""

    time: datetime = datetime(2026, 12, 1, 8, tzinfo=UTC)
    up: float = 100.0
    boot: str = "b1"

    def __call__(self) -> Moment:
        self.wait(0.5)
        return Moment(self.time, self.up, self.boot)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)
        self.up += seconds


@dataclass
class History:
    """A trail that is written by several processes.

    acknowledged : numbers of the lines that were said to be written. kills, faults : so many.
    """

    seed: int
    home: Path
    clock: MovedClock = field(default_factory=MovedClock)
    acknowledged: list[int] = field(default_factory=list)
    kills: int = 0
    faults: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._processes = [self._process()]
        self._processes[0].begin()

    def write(self, steps: int) -> None:
        """Let so many things happen."""
        ways: tuple[tuple[int, Callable[[], None]], ...] = (
            (60, self._add),
            (8, self._other_process),
            (8, self._killed),
            (5, self._power_lost),
            (8, self._disk_fails),
            (3, self._set_clock),
            (3, self._start_anew),
        )
        weights = [weight for weight, _ in ways]
        for _ in range(steps):
            _, way = self._chance.choices(ways, weights)[0]
            way()

    def add(self, count: int) -> None:
        """Add lines in peace."""
        for _ in range(count):
            self._add()

    def _entry(self) -> Entry:
        action = self._chance.choice(_ACTIONS)
        subjects = tuple(f"content:{self._chance.randrange(16**8):08x}" for _ in range(2))
        what = {"format": "PNG", "count": self._chance.randrange(9)}
        return Entry(action, Outcome.BEGUN, "7", "Müller", subjects, what)

    def _process(self) -> AuditTrail:
        return AuditTrail(self.clock, SMALL_FILE)

    def _add(self) -> None:
        process = self._chance.choice(self._processes)
        self.clock.wait(self._chance.random() * 30)
        self.acknowledged.append(process.append(self._entry()))

    def _other_process(self) -> None:
        self._processes = [*self._processes[-2:], self._process()]

    def _killed(self) -> None:
        """A process ends at any call; what it wrote is there."""
        self._stopped_at(self._chance.randrange(1, 30), loses=False)

    def _power_lost(self) -> None:
        self._stopped_at(self._chance.randrange(1, 30), loses=True)

    def _stopped_at(self, call: int, *, loses: bool) -> None:
        disk = FaultyDisk(self.home, self._chance.randrange(1 << 30), power_at=call)
        try:
            with using_disk(disk):
                self._add()
                self._add()
        except PowerLoss:
            self.kills += 1
            if loses:
                disk.lose_power()
        self._start_anew()

    def _disk_fails(self) -> None:
        at, error = self._chance.randrange(1, 25), self._chance.choice(_ERRORS)
        disk = FaultyDisk(
            self.home,
            self._chance.randrange(1 << 30),
            {at: error},
            self._chance.choice((1, 1, 4, 50)),
        )
        try:
            with using_disk(disk):
                self._add()
        except FileError:
            self.faults += 1

    def _set_clock(self) -> None:
        self.clock.time += timedelta(hours=self._chance.choice((-30, -1, 1, 50)))

    def _start_anew(self) -> None:
        self.clock.up, self.clock.boot = 5.0, f"b{self._chance.randrange(1000)}"
        self._processes = [self._process()]


# -- what hands do --------------------------------------------------------------------------


def _files() -> list[Path]:
    return [path for _, path in trail_files(trail_folder())]


def _pick(chance: random.Random, least: int = 1) -> tuple[Path, list[bytes]]:
    """A file of the trail with enough lines, and its lines."""
    found = [(path, path.read_bytes().splitlines(keepends=True)) for path in _files()]
    return chance.choice([one for one in found if len(one[1]) >= least])


def _write(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(lines))


def remove_lines(chance: random.Random, _: Path) -> None:
    path, lines = _pick(chance)
    start = chance.randrange(len(lines))
    del lines[start : start + chance.randrange(1, 4)]
    _write(path, lines)


def change_line(chance: random.Random, _: Path) -> None:
    path, lines = _pick(chance)
    at = chance.randrange(len(lines))
    words = (
        (b"opened", b"edited"),
        (b'"count":', b'"count":1'),
        (b"2026", b"2025"),
        (b'"n":', b'"n":1'),
    )
    old, new = chance.choice([pair for pair in words if pair[0] in lines[at]])
    lines[at] = lines[at].replace(old, new, 1)
    _write(path, lines)


def flip_bit(chance: random.Random, _: Path) -> None:
    path, _lines = _pick(chance)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def space_out(chance: random.Random, _: Path) -> None:
    path, lines = _pick(chance)
    at = chance.randrange(len(lines))
    lines[at] = lines[at].replace(b",", b", ", 1)
    _write(path, lines)


def swap_lines(chance: random.Random, _: Path) -> None:
    path, lines = _pick(chance, 2)
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    _write(path, lines)


def repeat_line(chance: random.Random, _: Path) -> None:
    path, lines = _pick(chance)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    _write(path, lines)


def cut_off(chance: random.Random, _: Path) -> None:
    path = _files()[-1]
    lines = path.read_bytes().splitlines(keepends=True)
    if chance.random() < 0.5:
        _write(path, lines[: chance.randrange(len(lines))])
    else:
        content = path.read_bytes()
        path.write_bytes(content[: chance.randrange(len(content))])


def remove_file(chance: random.Random, _: Path) -> None:
    chance.choice(_files()).unlink()


def empty_file(chance: random.Random, _: Path) -> None:
    chance.choice(_files()).write_bytes(b"")


def remove_all(_: random.Random, __: Path) -> None:
    for path in _files():
        path.unlink()


def older_trail(chance: random.Random, older: Path) -> None:
    """The files as they were some lines ago, without those that are newer."""
    for path in _files():
        path.unlink()
    for path in older.glob("trail-*"):
        (trail_folder() / path.name).write_bytes(path.read_bytes())


def older_file(chance: random.Random, older: Path) -> None:
    """One file of the rotation as it was when it was shorter, or in place of another."""
    path = sorted(older.glob("trail-*"))[-1]
    same = (trail_folder() / path.name).read_bytes() == path.read_bytes()
    (_files()[0] if same else trail_folder() / path.name).write_bytes(path.read_bytes())


def older_anchor(_: random.Random, older: Path) -> None:
    anchor_file().write_bytes((older / anchor_file().name).read_bytes())


def swap_files(chance: random.Random, _: Path) -> None:
    one, other = chance.sample(_files(), 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def forge_line(chance: random.Random, _: Path) -> None:
    """A line with another key, that follows the last one."""
    path = _files()[-1]
    last = read_line(path.read_bytes().splitlines(keepends=True)[-1])
    assert last is not None
    entry = Entry(Action.OPENED, Outcome.DONE, "9", "Nobody")
    forged = Line(last.number + 1, last.moment, entry, last.seal).sealed(TrailKey.new())
    content = forged.written if chance.random() < 0.7 else forged.written.rstrip(b"\n")
    path.write_bytes(path.read_bytes() + content)


def forge_chain(chance: random.Random, _: Path) -> None:
    """All lines from one on, written and sealed anew with another key."""
    path, key = _files()[-1], TrailKey.new()
    lines = path.read_bytes().splitlines(keepends=True)
    at = chance.randrange(len(lines))
    seal = ""
    for number, raw in enumerate(lines[at:], at):
        line = read_line(raw)
        assert line is not None
        line = Line(line.number, line.moment, line.entry, seal or line.last).sealed(key)
        lines[number], seal = line.written, line.seal
    _write(path, lines)


def rename_file(chance: random.Random, _: Path) -> None:
    path = chance.choice(_files())
    path.rename(path.with_name(f"trail-{chance.randrange(5000, 9000):09d}.jsonl"))


def edit_anchor(chance: random.Random, _: Path) -> None:
    content = anchor_file().read_bytes()
    if chance.random() < 0.3:
        forged = Anchor(3, "ab" * 32, "0123456789abcdef").written(TrailKey.new())
        anchor_file().write_bytes(forged)
    else:
        place = chance.randrange(len(content))
        anchor_file().write_bytes(content[:place] + b"9" + content[place + 1 :] + b" ")


def remove_anchor(_: random.Random, __: Path) -> None:
    anchor_file().unlink()


def replace_key(chance: random.Random, older: Path) -> None:
    """The key file of another installation."""
    key_file().write_bytes((older / "another-key.json").read_bytes())


def remove_key(_: random.Random, __: Path) -> None:
    key_file().unlink()


def add_rubbish(chance: random.Random, _: Path) -> None:
    path, lines = _pick(chance)
    lines.insert(chance.randrange(len(lines)), chance.randbytes(40).replace(b"\n", b"") + b"\n")
    _write(path, lines)


TAMPERINGS: tuple[Callable[[random.Random, Path], None], ...] = (
    remove_lines, change_line, flip_bit, space_out, swap_lines, repeat_line, cut_off, remove_file,
    empty_file, remove_all, older_trail, older_file, older_anchor, swap_files, forge_line,
    forge_chain, rename_file, edit_anchor, remove_anchor, replace_key, remove_key, add_rubbish,
)  # fmt: skip
