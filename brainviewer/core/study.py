"""A study: up to four MR sequences of one head on one grid, or one single image."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.dicom_source import SourceSeries, age_in_years
from brainviewer.core.headers.source_header import SourceHeader
from brainviewer.core.segments import segment_names
from brainviewer.core.shown_text import shown_text


class Modality(StrEnum):
    """The sequences that BrainViewer knows, in the order of display, and single images."""

    FLAIR = "FLAIR"
    T1 = "T1"
    T1CE = "T1ce"
    T2 = "T2"
    IMAGE = "Picture"
    """One image of whatever kind, alone in its study."""


SEQUENCES = (Modality.FLAIR, Modality.T1, Modality.T1CE, Modality.T2)
"""What a study of a head is made of, in the order of display."""


@dataclass(frozen=True)
class FileWindow:
    """A window that a file names.

    black, white : stored values shown so; the larger one first where small values are bright.
    """

    name: str
    black: float
    white: float


@dataclass(frozen=True, eq=False)
class Scan:
    """A sequence as its file holds it, where the study shows voxels computed for another grid.

    data : (i, j, k) array in the number type of the file.
    grid : where its voxels lie in the head of the study: the grid of the file, with the motion of
        the head between the scans taken back.
    """

    data: NDArray[Any]
    grid: Grid


@dataclass(frozen=True, eq=False)
class Volume:
    """One sequence, or one image.

    data : (i, j, k) array in the number type of the file (float32 at most), finite everywhere.
    grid : where its voxels are.
    file_name : name of the file it came from; patient data, never logged or exported unasked.
    dtype : number type in the file, e.g. ``int16``.
    source_grid : the file's own grid when the data were resampled onto another one.
    moved_mm : how far the head's motion between the scans was corrected for; 0 if it was not.
    series : the DICOM series that it was read from; None of other files.
    sha256 : of its voxels, their number type and grid, as its file has them; empty if unknown.
    shift_mm, rotation_degrees : how far its middle had moved to the Right, Anterior and Superior,
        and how far it had turned about these axes.
    scan : what it was resampled from; None where it was not.
    by_position : it lies where the scanner says; whether the head moved is not known yet.
    other_frame : its positions are in another frame of reference than the study's, and nothing has
        said yet how it lies.
    unplaced : it could not be laid over the others, so that nothing is computed from it.
    rgb : (i, j, k, 3) colours of a coloured image; ``data`` are its grey values.
    shown : the stored values that the file wants shown black and white, if it says so; the first
        is the larger one where small values are bright.
    file_windows : all windows that the file names, which are offered as presets.
    header : what the header of its source says beside shape and place.
    """

    modality: Modality
    data: NDArray[Any]
    grid: Grid
    file_name: str = ""
    dtype: str = ""
    source_grid: Grid | None = None
    rgb: NDArray[np.uint8] | None = None
    shown: tuple[float, float] | None = None
    file_windows: tuple[FileWindow, ...] = ()
    moved_mm: float = 0.0
    series: SourceSeries | None = None
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation_degrees: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scan: Scan | None = None
    by_position: bool = False
    other_frame: bool = False
    unplaced: bool = False
    sha256: str = ""
    header: SourceHeader | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "file_name", shown_text(self.file_name))

    @property
    def resampled(self) -> bool:
        """Whether the voxels are not those of the file: they were computed for another grid."""
        own = self.source_grid
        if own is None or not own.oriented:  # laid over the others as it is
            return False
        return self.moved_mm > 0 or not own.matches(replace(self.grid, oriented=True))

    @property
    def file_grid(self) -> Grid:
        """The grid of the file, whether or not it was resampled."""
        return self.source_grid or self.grid

    @cached_property
    def constant(self) -> bool:
        """True if every voxel has the same value: there is nothing to see or classify."""
        return bool(self.data.min() == self.data.max())


@dataclass(frozen=True, eq=False)
class LabelMap:
    """A segmentation that came with the study: shown and compared, never used to find or type.

    data : (i, j, k) uint8; 0 is background.
    names : of its values, where they are known; see ``Study.segment_names``.
    """

    data: NDArray[np.uint8]
    grid: Grid
    file_name: str = ""
    names: Mapping[int, str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "file_name", shown_text(self.file_name))


@dataclass(frozen=True, eq=False)
class Study:
    """Sequences on one grid, the FLAIR's where there is one; or one image.

    notices : sentences the user must see, e.g. that a sequence was resampled.
    content_hash : sha256 of the voxel data and affines; the key of saved annotations.
    synthetic : the study is made up and must be marked so on screen and in exports.
    edited : the same for an image that is painted over; its hash is that of the image before.
    """

    volumes: Mapping[Modality, Volume]
    grid: Grid
    name: str = ""
    segmentation: LabelMap | None = None
    notices: tuple[str, ...] = ()
    content_hash: str = ""
    synthetic: bool = False
    edited: bool = False

    def __post_init__(self) -> None:
        # Names of files may hold anything, and notices quote them.
        object.__setattr__(self, "name", shown_text(self.name))
        object.__setattr__(self, "notices", tuple(map(shown_text, self.notices)))

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """The sequences at hand, in the order of display."""
        return tuple(m for m in Modality if m in self.volumes)

    @property
    def missing(self) -> tuple[Modality, ...]:
        """The sequences that are not at hand; an image misses none."""
        return () if self.is_image2d else tuple(m for m in SEQUENCES if m not in self.volumes)

    @cached_property
    def together(self) -> "Study":
        """The study without the sequences that do not lie over the others: what is measured,
        searched and classified."""
        kept = {m: v for m, v in self.volumes.items() if not (v.unplaced or v.other_frame)}
        return self if len(kept) == len(self.volumes) else replace(self, volumes=kept)

    @property
    def is_image2d(self) -> bool:
        """Whether this is a single image: no sequences, no 3D, no tumour search."""
        return Modality.IMAGE in self.volumes

    @property
    def reference(self) -> Volume:
        """The sequence that gave the study its grid."""
        return self.volumes[self.modalities[0]]

    def without(self, sequences: Collection[Modality]) -> "Study":
        """The same study without these sequences."""
        kept = {m: volume for m, volume in self.volumes.items() if m not in sequences}
        return replace(self, volumes=kept) if len(kept) < len(self.volumes) else self

    @property
    def patient_source(self) -> SourceSeries | None:
        """A series that says whose study it is; None where no file does."""
        found = (self.volumes[modality].series for modality in self.modalities)
        return next((series for series in found if series is not None), None)

    @property
    def noted_age(self) -> float | None:
        """The patient's age in years on the day of the study, as its files say; None if unknown."""
        source = self.patient_source
        return None if source is None else age_in_years(source.patient, source.study)

    @cached_property
    def segment_names(self) -> Mapping[int, str]:
        """The values of the segmentation and what they mean; see ``core.segments``."""
        if self.segmentation is None:
            return {}
        if self.segmentation.names is not None:
            return self.segmentation.names
        t1ce = self.volumes.get(Modality.T1CE)
        return segment_names(self.segmentation.data, None if t1ce is None else t1ce.data)

    def same_series(self, other: "Study") -> tuple[Modality, ...]:
        """The sequences that were read from the same DICOM series in both."""
        ours = {m: volume.series for m, volume in self.volumes.items()}
        theirs = {m: volume.series for m, volume in other.volumes.items()}
        return tuple(
            m
            for m, series in ours.items()
            if series is not None and (same := theirs.get(m)) and same.uid == series.uid
        )

    def value_at(self, modality: Modality, position_mm: ArrayLike) -> float | None:
        """Stored value of a sequence at a world position (3,); None outside the grid."""
        if not self.grid.contains(position_mm):
            return None
        return float(self.volumes[modality].data[self.grid.nearest_voxel(position_mm)])

    def frame_index(self, wanted: int | None = None) -> int:
        """A frame of an image, from 0: the wanted one, or the middle one, which is shown first.

        Raises FileError if the image has no such frame.
        """
        frames = self.grid.shape[2]
        index = frames // 2 if wanted is None else wanted
        if not 0 <= index < frames:
            raise FileError(
                f"There is no frame {index} in {self.name}: it has {frames}, counted from 0.",
                "Choose one of them.",
            )
        return index

    def image_grey(self, frame: int = 0) -> NDArray[np.float32]:
        """(rows, columns) grey values of an image, larger where brighter; luma of colours."""
        volume = self.volumes[Modality.IMAGE]
        grey = volume.data[:, :, frame].T.astype(np.float32)
        dark_is_large = volume.shown is not None and volume.shown[0] > volume.shown[1]
        return grey.min() + grey.max() - grey if dark_is_large else grey

    def image_pixels(self, frame: int = 0) -> NDArray[Any]:
        """(rows, columns, 3) uint8 RGB of a coloured image, else ``image_grey``."""
        rgb = self.volumes[Modality.IMAGE].rgb
        return self.image_grey(frame) if rgb is None else rgb[:, :, frame].swapaxes(0, 1)
