"""Labelled cases of a data folder, in either layout.

``lgg``: ``labels.csv`` and a folder of images per patient, also one level down in a folder
``lgg``. Challenge (CPM-RadPath 2019): one CSV with case id, class and age, and a folder of NIfTI
files per case, beside the CSV or one level down.
"""

import gzip
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.files.folder_listing import list_folder
from brainviewer.files.study.folder import Assignment
from brainviewer.training.labelled_data.challenge import challenge_files, load_challenge
from brainviewer.training.labelled_data.collection import CLASSES, Case, Collection
from brainviewer.training.labelled_data.labels import is_case_table, read_labels
from brainviewer.training.labelled_data.lgg import check_lgg, lgg_masks, lgg_slices, load_lgg

_LAYOUTS = (
    "Give a folder with labels.csv and a folder of slices per patient, or with a CSV of case id, "
    "class and age and a folder of NIfTI files per case."
)


def read_cases(data: Path) -> list[Case]:
    """All cases of a data folder; see ``find_cases``."""
    return list(find_cases(data).cases)


def find_cases(data: Path, classes: Sequence[str] = CLASSES) -> Collection:
    """All cases of a data folder, in the order of its table; no voxel is read yet.

    Raises FileError, which names the row or the case, if the folder has neither layout, if the
    table cannot be right (see ``read_labels``), if a case has no images, or if two cases hold the
    same ones.
    """
    table = _case_table(data)
    labels = read_labels(table, classes)
    places = _case_folders(table.parent, {label.case_id for label in labels})
    for label in labels:
        if label.case_id not in places:
            raise FileError(
                f"The case {label.case_id} (row {label.line} of {table.name}) has no folder.",
                "Add its images, or take the row out of the table.",
            )
    folders = {label.case_id: places.pop(label.case_id) for label in labels}
    notices = []
    if left_out := sorted(name for name, folder in places.items() if _layout(folder)):
        notices.append(f"Left out, because {table.name} has no row for them: {_some(left_out)}.")
    layout = _common_layout(data, folders)
    own: dict[str, list[Path]] = {}  # files that no two patients can share
    if layout == "lgg":
        for case_id, folder in folders.items():
            check_lgg(folder)
            stems = (file.stem.removesuffix("_mask") for file in lgg_masks(folder))
            own[case_id] = [folder / f"{stem}.jpg" for stem in stems]
    else:
        found = {case_id: challenge_files(folder) for case_id, folder in folders.items()}
        notices += _missing_sequences(found)
        own = {case_id: [a.files[Modality.FLAIR]] for case_id, a in found.items()}
    check_duplicate_patients(own)
    load = load_lgg if layout == "lgg" else load_challenge
    cases = tuple(
        Case(
            one.case_id, one.code, one.age_years, partial(load, folders[one.case_id]),
            one.patient, one.fold, layout,
        )
        for one in labels
    )  # fmt: skip
    return Collection(layout, table.parent, cases, tuple(notices))


def _case_table(data: Path) -> Path:
    """The table of a data folder, or of the folder ``lgg`` in it."""
    if not data.is_dir():
        what = "is a file, not a folder" if data.exists() else "does not exist"
        raise FileError(f"The data folder '{data}' {what}.", _LAYOUTS)
    entries = list_folder(data)
    if not entries:
        raise FileError(f"The folder {data.name} is empty.", _LAYOUTS)
    tables = [e for e in entries if e.is_file() and e.suffix.lower() in (".csv", ".tsv")]
    named = [table for table in tables if is_case_table(table)]
    if len(named) > 1:
        named = [table for table in named if table.name == "labels.csv"] or named
    if len(named) > 1:
        raise FileError(
            f"The folder {data.name} holds {len(named)} tables of cases: "
            f"{_some([table.name for table in named])}.",
            "Keep one of them there.",
        )
    if named:
        return named[0]
    if (data / "lgg").is_dir():
        return _case_table(data / "lgg")
    if tables:
        read_labels(tables[0])  # says what is wrong with it
    raise FileError(
        f"The folder {data.name} has no table of its cases, such as labels.csv.", _LAYOUTS
    )


def _case_folders(root: Path, wanted: set[str]) -> dict[str, Path]:
    """Folders that may be cases, by name: beside the table, or below a folder that is no case."""
    found: dict[str, Path] = {}
    for entry in list_folder(root):
        if not entry.is_dir():
            continue
        inner = [] if entry.name in wanted else [e for e in list_folder(entry) if e.is_dir()]
        nested = [folder for folder in inner if folder.name in wanted]
        for folder in inner if nested else [entry]:
            if folder.name in found and folder.name in wanted:
                raise FileError(
                    f"There are two folders for the case {folder.name}.", "Keep one of them."
                )
            found[folder.name] = folder
    return found


def _common_layout(data: Path, folders: Mapping[str, Path]) -> str:
    """``lgg`` or ``challenge``; raises FileError if a case has no images, or if they differ."""
    layouts = {case_id: _layout(folder) for case_id, folder in folders.items()}
    for case_id, layout in layouts.items():
        if not layout:
            raise FileError(
                f"The folder of the case {case_id} holds no images.",
                "Add them, or take the row out of the table.",
            )
    if len(set(layouts.values())) > 1:
        raise FileError(f"The folder {data.name} mixes images and NIfTI files.", _LAYOUTS)
    return next(iter(layouts.values()))


def _layout(folder: Path) -> str:
    """``lgg``, ``challenge``, or empty if the folder holds no images."""
    if lgg_slices(folder):
        return "lgg"
    # Some archives unpack each image into a folder of its name.
    return "challenge" if any(folder.rglob("*.nii*")) else ""


def _missing_sequences(found: Mapping[str, Assignment]) -> list[str]:
    """One sentence for each sequence that some cases lack."""
    lacking = {m: [case for case, files in found.items() if m in files.missing] for m in Modality}
    return [
        f"{modality} is missing, and the case is used without it: {_some(cases)}."
        for modality, cases in lacking.items()
        if cases
    ]


def _some(names: Sequence[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")


def check_duplicate_patients(images: Mapping[str, Sequence[Path]]) -> None:
    """Make sure that no two cases hold the same image.

    images : case id to the files that no two patients can share.
    Raises FileError if two do, or if a file cannot be read.
    """
    alike: dict[bytes, list[tuple[str, Path]]] = defaultdict(list)
    for case_id, file in ((case, file) for case, files in images.items() for file in files):
        others = alike[_key(file)]
        for first, other in others:
            if first != case_id and _content(other) == _content(file):
                raise FileError(
                    f"The cases {first} and {case_id} hold the same image, so one patient could be "
                    "in two folds.",
                    "Take one of the two out of the table.",
                )
        others.append((case_id, file))


def _key(file: Path) -> bytes:
    """What the same images have in common, and is cheap to tell; packed anew, it stays the same.

    A gzip file ends with checksum and length of what it packs (RFC 1952).
    """
    with _readable(file):
        size = file.stat().st_size
        if file.suffix.lower() != ".gz" or size < 8:
            return str(size).encode()
        with file.open("rb") as content:
            content.seek(-8, os.SEEK_END)
            return content.read(8)


def _content(file: Path) -> bytes:
    """What a file holds, unpacked."""
    with _readable(file):
        content = file.read_bytes()
        return gzip.decompress(content) if file.suffix.lower() == ".gz" else content


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, ValueError):
        raise FileError(
            f"{file.name} in the folder {file.parent.name} cannot be read.",
            "Check the data folder.",
        ) from None
