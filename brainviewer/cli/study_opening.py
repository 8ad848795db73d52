"""How commands open a study: what looks at it is imported meanwhile."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.report.terminal import progress_line
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from brainviewer.files.dicom.series.examination import Examination

TUMOUR = "brainviewer.models.segmentation.detection"
CLASSIFYING = "brainviewer.models.subtype.prediction"
ANALYSING = "brainviewer.app.prediction.whole_study"


def open_and_import(
    paths: Sequence[Path], *modules: str, examination: "Examination | None" = None
) -> Study:
    """Open a study as ``open_without_asking`` does, and import modules at the same time.

    Reading waits for files, and unpacks them without Python's lock; importing the arithmetic
    takes as long as that.
    """
    from brainviewer.app.opening.study import open_without_asking

    ahead = threading.Thread(target=_import, args=(modules,), name="import")
    ahead.start()
    try:
        return open_without_asking(list(paths), progress_line(), examination)
    finally:
        ahead.join()


def check_output(file: Path, paths: Sequence[Path]) -> None:
    """Raises FileError if a result cannot be saved there, or would replace what it is made from."""
    from brainviewer.files.ordinary_file import is_there
    from brainviewer.files.sources import files_of, refuse_source
    from brainviewer.files.writing import check_new_file

    check_new_file(file)
    if is_there(file):
        refuse_source(file, files_of(paths))


def _import(modules: Sequence[str]) -> None:
    with suppress(Exception):  # the command meets it again where it imports them itself
        for name in modules:
            import_module(name)
