"""A volume as it was read, from whatever format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.headers.dicom_source import SourceSeries
from brainviewer.core.headers.source_header import SourceHeader
from brainviewer.core.study import FileWindow


@dataclass(frozen=True, eq=False)
class StoredVolume:
    """One volume as it lies in its file, or in the files of its series.

    data : (i, j, k) array in Fortran order (axis i lies together in memory), finite everywhere;
        64-bit numbers are narrowed to 32 bits, scaled ones are float32, all else is as stored.
    dtype : number type in the file, e.g. ``int16``.
    notices : sentences the user must see, without the file's name.
    description : the header's free text.
    windows : those that the file names.
    series : the DICOM series that it was read from.
    label_names : what its values mean, where it is a segmentation that says it.
    replaced : how many voxels were no numbers that can be kept, and are 0 or less instead.
    header : what it says beside shape and place.
    frame_of_reference : UID of the space that its positions are in; empty where nobody says.
    """

    data: NDArray[Any]
    grid: Grid
    dtype: str
    notices: tuple[str, ...] = ()
    description: str = ""
    series: SourceSeries | None = None
    windows: tuple[FileWindow, ...] = ()
    frame_of_reference: str = ""
    label_names: Mapping[int, str] | None = None
    header: SourceHeader | None = None
    replaced: int = 0
