"""A disk that fails: whatever the system may do to a file between two calls, at any of them.

It writes real files below a folder and remembers what of them a power loss would leave. Until its
file is synced a write may be lost, cut at a sector, or come after a later one; until its folder is
synced so may a new name, a removed one, and a rename. What a failed sync should write may be lost.
Sources: SQLite's crash and I/O error tests (sqlite.org/testing.html); Pillai et al., OSDI 2014;
Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
"""

import errno
import os
import random
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from brainviewer.files.durable.disk import SystemDisk

SECTOR = 512


class PowerLoss(BaseException):
    """The machine is off: nothing that the program does from here on has an effect."""


@dataclass
class _Write:
    """Bytes at a place; none: the file was cut there."""

    start: int
    content: bytes | None


@dataclass(eq=False)
class _Inode:
    """durable : what is on the disk. waiting : what is not yet."""

    durable: bytes = b""
    waiting: list[_Write] = field(default_factory=list)

    def after(self, chance: random.Random) -> bytes:
        """What a power loss may leave of it."""
        left = list(self.waiting)
        if chance.random() < 0.3:
            chance.shuffle(left)
        way = chance.choice(("none", "all", "some", "some", "some"))
        content = bytearray(self.durable)
        for write in left:
            if way == "none" or (way == "some" and chance.random() < 0.4):
                continue
            torn = way == "some" and chance.random() < 0.6
            _do(content, write, chance if torn else None)
        return bytes(content)


def _do(content: bytearray, write: _Write, torn: random.Random | None = None) -> None:
    if write.content is None:
        del content[write.start :]
        return
    end = write.start + len(write.content)
    if torn is None:
        content.extend(bytes(max(0, end - len(content))))
        content[write.start : end] = write.content
        return
    if torn.random() < 0.3:  # its length has arrived, not its content
        content.extend(bytes(max(0, end - len(content))))
    place = write.start
    while place < end:
        stop = min(end, (place // SECTOR + 1) * SECTOR)
        if torn.random() < 0.6:
            content.extend(bytes(max(0, stop - len(content))))
            content[place:stop] = write.content[place - write.start : stop - write.start]
        place = stop


_Change = tuple[tuple[Path, "_Inode | None"], ...]
"""What became of names at once: they are of an inode, or of none."""


class FaultyDisk(SystemDisk):
    """See above.

    root : what lies below it is modelled; the rest is the system's.
    faults : number of a call to the error of the system that it fails with.
    until : calls from the first fault on that fail likewise: 1 for a fault that passes.
    power_at : number of the call during which the power goes; 0 : never.
    calls : how many there were. met : the faults that came about, by their names.
    """

    def __init__(
        self,
        root: Path,
        seed: int = 0,
        faults: Mapping[int, int] | None = None,
        until: int = 1,
        power_at: int = 0,
    ) -> None:
        self.root, self.calls, self.off = root, 0, False
        self.met: list[str] = []
        self._failing = -1
        self._chance = random.Random(seed)
        self._faults = {
            at + after: number for at, number in (faults or {}).items() for after in range(until)
        }
        self._power_at = power_at
        self._open: dict[int, tuple[_Inode, bool]] = {}
        self._names: dict[Path, _Inode] = {}
        self._folders = {path for path in root.rglob("*") if path.is_dir()}
        self._waiting: dict[Path, list[_Change]] = {}
        self._new_folders: list[Path] = []
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                self._names[path] = _Inode(path.read_bytes())
        self._now = dict(self._names)

    # -- the calls --------------------------------------------------------------------------

    def open(self, path: Path, flags: int, mode: int) -> int:
        self._call(flags & (os.O_CREAT | os.O_TRUNC) != 0)
        new = not path.exists()
        descriptor = super().open(path, flags, mode)
        if path.is_relative_to(self.root) and path.is_file():
            if path not in self._now:
                self._now[path] = _Inode() if new else _Inode(path.read_bytes())
                if new:
                    self._change(path.parent, (path, self._now[path]))
                else:
                    self._names[path] = self._now[path]
            self._open[descriptor] = self._now[path], bool(flags & os.O_APPEND)
        return descriptor

    def read(self, descriptor: int, start: int, count: int) -> bytes:
        self._call(False)
        return super().read(descriptor, start, count)

    def write(self, descriptor: int, content: bytes, start: int | None = None) -> int:
        if descriptor not in self._open:
            return super().write(descriptor, content, start)
        inode, appends = self._open[descriptor]
        size = os.fstat(descriptor).st_size
        if start is None:
            start = size if appends else os.lseek(descriptor, 0, os.SEEK_CUR)
        part = content[: self._chance.randrange(len(content) + 1)]
        try:
            self._call(True)
        except PowerLoss:
            inode.waiting.append(_Write(start, part))
            raise
        except OSError:
            if part:  # a part of it was taken
                super().write(descriptor, part, start)
                inode.waiting.append(_Write(start, part))
            raise
        if self._chance.random() < 0.05 and part:
            content = part  # the system may take less
        inode.waiting.append(_Write(start, content))
        return super().write(descriptor, content, start)

    def truncate(self, descriptor: int, length: int) -> None:
        self._call(True)
        super().truncate(descriptor, length)
        if descriptor in self._open:
            self._open[descriptor][0].waiting.append(_Write(length, None))

    def sync(self, descriptor: int) -> None:
        inode, _ = self._open.get(descriptor, (_Inode(), False))
        try:
            self._call(True)
        except OSError:
            # The pages are taken for clean all the same: what was in them may be gone.
            content = bytearray(inode.durable)
            for write in inode.waiting:
                if write.content is None or self._chance.random() < 0.5:
                    _do(content, write, self._chance)
            inode.durable, inode.waiting = bytes(content), []
            raise
        content = bytearray(inode.durable)
        for write in inode.waiting:
            _do(content, write)
        inode.durable, inode.waiting = bytes(content), []

    def close(self, descriptor: int) -> None:
        self._open.pop(descriptor, None)
        super().close(descriptor)
        if self.off:
            raise PowerLoss

    def replace(self, path: Path, target: Path) -> None:
        self._call(True)
        super().replace(path, target)
        if path in self._now:
            inode = self._now[target] = self._now.pop(path)
            self._change(target.parent, (path, None), (target, inode))

    def unlink(self, path: Path) -> None:
        self._call(True)
        super().unlink(path)
        if self._now.pop(path, None) is not None:
            self._change(path.parent, (path, None))

    def make_folder(self, folder: Path, mode: int) -> None:
        self._call(True)
        super().make_folder(folder, mode)
        if folder.is_relative_to(self.root):
            self._new_folders.append(folder)

    def sync_folder(self, folder: Path) -> None:
        self._call(True)
        for change in self._waiting.pop(folder, []):
            self._rename(self._names, change)
        made = [path for path in self._new_folders if path.parent == folder]
        self._folders.update(made)
        self._new_folders = [path for path in self._new_folders if path not in made]
        super().sync_folder(folder)

    # -- what fails -------------------------------------------------------------------------

    def _call(self, writes: bool) -> None:
        if self.off:
            raise PowerLoss
        self.calls += 1
        if self.calls == self._power_at:
            self.off = True
            self.met.append("power")
            raise PowerLoss
        number = self._faults.get(self.calls)
        if number in (errno.ENOSPC, errno.EROFS, errno.EDQUOT) and not writes:
            return
        if number is not None:
            if self.calls > self._failing + 1:  # one that lasts counts once
                self.met.append(errno.errorcode[number])
            self._failing = self.calls
            raise OSError(number, os.strerror(number))

    def _change(self, folder: Path, *names: tuple[Path, "_Inode | None"]) -> None:
        self._waiting.setdefault(folder, []).append(names)

    @staticmethod
    def _rename(names: dict[Path, _Inode], change: _Change) -> None:
        for path, inode in change:
            if inode is None:
                names.pop(path, None)
            else:
                names[path] = inode

    def lose_power(self) -> None:
        """Put below the root what a power loss leaves there; the disk is of no use afterwards."""
        self.off = True
        for descriptor in tuple(self._open):
            with suppress(OSError):
                os.close(descriptor)
        self._open.clear()
        chance = self._chance
        names = dict(self._names)
        for changes in self._waiting.values():
            in_order = chance.random() < 0.5
            stop = chance.randrange(len(changes) + 1)
            for number, change in enumerate(changes):
                if number < stop if in_order else chance.random() < 0.5:
                    self._rename(names, change)
        folders = self._folders | {path for path in self._new_folders if chance.random() < 0.5}
        for path in tuple(self.root.iterdir()):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for folder in sorted(folders):
            if folder.parent == self.root or folder.parent in folders:
                folder.mkdir(mode=0o700)
        for path, inode in names.items():
            if path.parent.is_dir():
                path.write_bytes(inode.after(chance))
                path.chmod(0o600)
