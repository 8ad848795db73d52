"""DICOM headers as they are read in the window's own process: elements, and lists of a CD."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from brainviewer.files.dicom.elements import NotDicom, read_directory, read_elements
from tests.hostile.fuzz.changes import number_changed
from tests.hostile.fuzz.dicom_seeds import single_files
from tests.hostile.fuzz.target import Target


def seeds() -> Iterable[bytes]:
    yield from single_files()
    with_directory = single_files()[0]
    # (0004,1220) directory records, of which one names a file.
    item = b"\x04\x00\x00\x15CS\x04\x00A\\B1"
    records = b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item
    yield (
        with_directory[:132]
        + b"\x04\x00\x20\x12SQ\0\0"
        + len(records).to_bytes(4, "little")
        + records
    )


def read(content: bytes, folder: Path) -> None:
    path = folder / "a"
    path.write_bytes(content)
    with suppress(NotDicom):
        read_directory(path)
    try:
        found = read_elements(path)
    except NotDicom:
        return
    assert found.length >= 0
    assert found.offset is None or 0 <= found.offset + found.length <= len(content)


TARGET = Target(seeds, read, number_changed, longest=4096)
