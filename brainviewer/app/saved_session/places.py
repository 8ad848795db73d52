"""Where the images of a session are: named when it is saved, looked for when it is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from brainviewer.app.stores.session_places import KnownSession, known_session
from brainviewer.core.counting import listed
from brainviewer.core.errors import FileError
from brainviewer.core.saved_session import SavedSession, SavedStudy, SourcePlace
from brainviewer.core.shown_text import shortened
from brainviewer.files.ordinary_file import is_there, resolved
from brainviewer.files.session_file.session_file import is_session, read_session
from brainviewer.files.study.folder import explicit

SEGMENTATION = "seg"
WHERE = "Put them beside the session, or open it in the window, which asks for them."


def sources_of_session(paths: Sequence[Path], folder: Path) -> tuple[SourcePlace, ...]:
    """How a session names what its study was opened from.

    paths : files and folders, some perhaps as ``FLAIR=FILE``. folder : of the session.
    """
    said, plain = explicit(paths)
    named = [(str(modality), path) for modality, path in said.files.items()]
    if said.segmentation is not None:
        named.append((SEGMENTATION, said.segmentation))
    return tuple(_named(path, role, folder) for role, path in (*named, *(("", p) for p in plain)))


def _named(path: Path, role: str, folder: Path) -> SourcePlace:
    whole, home = resolved(path.absolute()), resolved(folder.absolute())
    inside = whole.relative_to(home).as_posix() if whole.is_relative_to(home) else ""
    try:
        return SourcePlace(whole.name, "" if inside == "." else inside, role)
    except ValueError:  # a name that other systems could not have
        return SourcePlace(shortened(whole.name).replace("\\", "_").replace("/", "_"), "", role)


@dataclass(frozen=True)
class FoundSources:
    """What a study can be opened from again. missing : the sources that were not found."""

    paths: tuple[Path, ...]
    missing: tuple[SourcePlace, ...] = ()

    @property
    def sentence(self) -> str:
        """What is missing."""
        return f"The images of the session are not where they were: {self._names} missing."

    @property
    def sentence_of_prior(self) -> str:
        """The same of the prior of a session."""
        return f"The prior of the session is not where it was: {self._names} missing."

    @property
    def _names(self) -> str:
        names = listed([shortened(source.name) for source in self.missing[:4]])
        more = ", and more" if len(self.missing) > 4 else ""
        return f"{names}{more} {'is' if len(self.missing) == 1 else 'are'}"


def find_sources(
    session: SavedSession, file: Path, known: KnownSession, also: Sequence[Path] = ()
) -> FoundSources:
    """Look for the images of a session: where they were, beside it, and in other places.

    file : of the session. also : files and folders that the user has named.
    Nothing that the session says leads out of its folder.
    """
    return _found(session.study, file, known.paths, also)


def find_prior(
    session: SavedSession, file: Path, known: KnownSession, study: Sequence[Path]
) -> FoundSources:
    """The same for its prior, which may also lie beside the study. study : where that was found."""
    if session.prior is None:
        return FoundSources(())
    near = tuple(dict.fromkeys(path.absolute().parent for path in explicit(study)[1]))
    return _found(session.prior.study, file, known.prior, (), near)


def _found(
    study: SavedStudy,
    file: Path,
    known: Sequence[Path],
    also: Sequence[Path],
    near: Sequence[Path] = (),
) -> FoundSources:
    home = resolved(file.absolute()).parent
    if not also and (here := _still_there(known)):
        return FoundSources(here)
    found: list[Path] = []
    missing: list[SourcePlace] = []
    for source in study.sources:
        path = next(filter(None, (_beside(source, place) for place in (*also, home, *near))), None)
        if path is None and len(study.sources) == 1 and also:
            path = also[0]  # it may have another name now: what it holds will tell
        if path is None:
            missing.append(source)
        else:
            found.append(Path(f"{source.role}={path}") if source.role else path)
    if missing and _holds_all(study, home):
        return FoundSources((home,))
    return FoundSources(tuple(found), tuple(missing))


def _still_there(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The same paths, if all are there."""
    said, plain = explicit(paths)
    files = [*said.files.values(), *plain, *filter(None, (said.segmentation,))]
    return tuple(paths) if files and all(map(is_there, files)) else ()


def _beside(source: SourcePlace, place: Path) -> Path | None:
    """A source in or below a folder, or the folder or file itself, if it is there."""
    home = resolved(place)
    ways = [PurePosixPath(way) for way in (source.inside, source.name) if way]
    for path in (home.joinpath(*way.parts) for way in ways):
        # A link in the folder of a session must not lead out of it.
        if is_there(path) and resolved(path).is_relative_to(home):
            return path
    return home if home.name == source.name and is_there(home) else None


def _holds_all(study: SavedStudy, folder: Path) -> bool:
    """Whether the files of all sequences lie in a folder itself, as where a session was moved."""
    names = [one.name for one in study.sequences.values()]
    return bool(names) and all(
        name and name == PurePosixPath(name).name and is_there(folder / name) for name in names
    )


def images_of_sessions(paths: Sequence[Path]) -> list[Path]:
    """The same paths, but in place of a session what its study is opened from.

    Raises FileError if a session cannot be read, or its images are not found.
    """
    found: list[Path] = []
    for path in paths:
        if not is_session(path):
            found.append(path)
            continue
        session = read_session(path)
        places = find_sources(session, path, known_session(session.id))
        if places.missing:
            raise FileError(places.sentence, WHERE)
        found += places.paths
    return found
