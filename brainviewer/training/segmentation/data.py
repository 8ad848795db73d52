"""The cases that segmentation is learned from: every collection with masks in a data folder."""

from collections import defaultdict
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.training.labelled_data.brats18 import COLLECTION, TABLE, brats18_cases
from brainviewer.training.labelled_data.cases import find_cases
from brainviewer.training.labelled_data.collection import Collection


def segmentation_cases(data: Path) -> Collection:
    """Cases of the folder, in any layout, and of the folders ``lgg`` and ``brats18`` in it.

    Raises FileError if there are none, or if studies of one patient are asked into several folds.
    """
    mosaics = next((f for f in (data, data / COLLECTION) if (f / TABLE).is_file()), None)
    if mosaics is None:
        return _in_one_fold(find_cases(data))
    cases = tuple(brats18_cases(mosaics))
    if mosaics == data or not (data / "lgg").is_dir():
        return _in_one_fold(Collection(COLLECTION, data, cases))
    found = find_cases(data / "lgg")
    layout = f"{COLLECTION} and {found.layout}"
    return _in_one_fold(Collection(layout, data, (*cases, *found.cases), found.notices))


def _in_one_fold(collection: Collection) -> Collection:
    folds: dict[str, set[str]] = defaultdict(set)
    for case in collection.cases:
        folds[case.patient or case.case_id].add(case.fold)
    for patient, asked in folds.items():
        if len(asked) > 1:
            raise FileError(
                f"The studies of {patient} are to lie in different folds.",
                "Give all studies of a patient the same fold.",
            )
    return collection
