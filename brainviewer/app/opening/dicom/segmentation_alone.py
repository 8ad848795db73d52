"""A segmentation that was named without the images that it was made of."""

from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened

_NAMED = "seg="


class ImagesElsewhere(FileError):
    """A segmentation was named alone, and its images do not lie in its folder."""

    def __init__(self, segmentation: Path) -> None:
        super().__init__(
            f"{shortened(segmentation.name)} is a segmentation, and the images that it was made of "
            "do not lie in its folder.",
            "Open it with them. On the command line: STUDY seg=FILE.",
        )
        self._segmentation = segmentation

    def with_images(self, paths: Sequence[Path]) -> list[Path]:
        """Those of a study with this segmentation instead of one that was named before."""
        images = [path for path in paths if not str(path).startswith(_NAMED)]
        return [*images, Path(f"{_NAMED}{self._segmentation.absolute()}")]
