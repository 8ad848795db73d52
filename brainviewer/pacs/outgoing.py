"""The files that are sent to a node: looked at before the first is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from brainviewer.core.counting import first_few
from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import open_ordinary, plain_errors

_TAGS = ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "PatientID"]


@dataclass(frozen=True)
class Outgoing:
    """A DICOM file to be sent; UIDs as they stand in it."""

    path: Path
    class_uid: str
    instance_uid: str
    syntax: str


def outgoing(paths: Sequence[Path]) -> tuple[Outgoing, ...]:
    """The files with what must be known to send them.

    Raises FileError for the first that is no whole DICOM file, or if there is none.
    """
    if not paths:
        raise FileError("There is nothing to send.", "Name DICOM files.")
    return tuple(_outgoing(path) for path in paths)


def account(files: Sequence[Outgoing], stored: int) -> str:
    """Which files a node has confirmed, and which it has not, in sentences.

    stored : how many, the first of them. What became of the one that was on its way nobody knows.
    """
    names = [file.path.name for file in files]
    return (
        f"{stored} of {len(names)} objects are confirmed: {first_few(names[:stored])}. "
        f"Not confirmed: {first_few(names[stored:])}. Sending again stores each once."
    )


def _outgoing(path: Path) -> Outgoing:
    wrong = FileError(f"{path.name} is no DICOM file that can be sent.", "Name DICOM files only.")
    with open_ordinary(path) as file, plain_errors(path, wrong):
        try:
            header = dcmread(file, stop_before_pixels=True, specific_tags=_TAGS)
        except InvalidDicomError:
            raise wrong from None
        found = Outgoing(
            path,
            str(header.get("SOPClassUID") or ""),
            str(header.get("SOPInstanceUID") or ""),
            str(header.file_meta.get("TransferSyntaxUID") or ""),
        )
    if not (found.class_uid and found.instance_uid and found.syntax):
        raise wrong
    return found
