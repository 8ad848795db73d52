"""A hostile input as data: how it is made, which commands get it, and how they may end."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from tests.hostile.outcome import SECONDS

Ends = Literal["refused", "opens", "either"]
"""Exit code 2 and one sentence; 0; or one of both, where each is right."""
Door = Literal[
    "drop", "beside", "annotations", "presets", "settings", "prior", "pacs", "retrieve", "nodes",
    "roles",
    "start", "trail", "models", "monitor", "list", "none",
]  # fmt: skip
"""How the window meets it.

drop : dropped on the window. beside : with the sound study open, so that it must stay or go.
annotations, presets, settings, prior : opened as such.
pacs : the node is searched, and what it names retrieved. retrieve : a study is, which it has named.
nodes : the nodes are looked at.
roles : a DICOM series is opened. start : it lies in the home at the start; trail, models, monitor,
list : and then the audit trail, the models, monitoring or the study list is looked at.
none : the window has no way to it; ``why_not`` says why.
"""


@dataclass(frozen=True)
class Place:
    """Folders of one case: of its input, for output, of the user, and where the sound study is."""

    folder: Path
    out: Path
    home: Path
    study: Path

    @staticmethod
    def below(folder: Path, study: Path) -> "Place":
        """Make them in a folder."""
        place = Place(folder / "input", folder / "out", folder / "home", study)
        for one in (place.folder, place.out, place.home):
            one.mkdir(parents=True)
        return place


Make = Callable[[Place], Path]
"""Makes the input and returns what the command is told of."""


@dataclass(frozen=True)
class Case:
    """An input and what may become of it.

    command : arguments, in which {file}, {folder}, {out}, {home} and {study} stand for paths.
    says : what the sentence, or the notice of what opens, must hold, where that is known.
    command_says : the same at the command line alone, where the window has other words.
    why_not : why it does not meet the window.
    network : it needs a socket of this machine, and is not watched for them.
    slow : making it takes seconds; left out of the short form.
    listed : what was found wrong is told as a list, not in one sentence.
    keeps : what was made must still be in the home afterwards, there or under another name.
    longest : seconds that it may take, where a limit of the program itself is waited for.
    """

    kind: str
    name: str
    make: Make
    command: tuple[str, ...] = ("info", "{file}")
    ends: Ends = "refused"
    door: Door = "drop"
    says: str = ""
    why_not: str = ""
    command_says: str = ""
    network: bool = False
    slow: bool = False
    listed: bool = False
    keeps: bool = False
    longest: float = SECONDS

    @property
    def id(self) -> str:
        """Names it among all."""
        return f"{self.kind}/{self.name}"

    def arguments(self, file: Path, place: Place) -> list[str]:
        """The command line on what was made."""
        named = {"file": file, "folder": place.folder, "out": place.out, "home": place.home,
                 "study": place.study}  # fmt: skip
        return [part.format(**named) for part in self.command]


def _written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def file_of(name: str, content: bytes | Callable[[], bytes]) -> Make:
    """Makes a file with a content."""

    def make(place: Place) -> Path:
        return _written(place.folder / name, content if isinstance(content, bytes) else content())

    return make


def folder_of(
    files: Iterable[tuple[str, bytes]] | Callable[[], Iterable[tuple[str, bytes]]],
) -> Make:
    """Makes files, and returns their folder."""

    def make(place: Place) -> Path:
        for name, content in files() if callable(files) else files:
            _written(place.folder / name, content)
        return place.folder

    return make


def home_of(name: str, content: bytes | Callable[[], bytes]) -> Make:
    """Makes a file in the home of the user, and returns it."""

    def make(place: Place) -> Path:
        return _written(place.home / name, content if isinstance(content, bytes) else content())

    return make


def sweep(content: bytes, count: int) -> Sequence[int]:
    """So many offsets at which a content is cut, close together at its start."""
    last = len(content) - 1
    return sorted({round(last * (n / count) ** 2) for n in range(count)} | {last})


def cut(content: Callable[[], bytes], length: int) -> Callable[[], bytes]:
    """The first bytes of a content."""
    return partial(_cut, content, length)


def _cut(content: Callable[[], bytes], length: int) -> bytes:
    return content()[:length]
