"""The synthetic demo study as a hospital holds one: in DICOM, with a prior, on a node or a CD."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.fileset import FileSet
from scipy import ndimage
from scipy.spatial.transform import Rotation

from brainviewer.app.opening.study import demo_paths, open_study
from brainviewer.core.study import Study
from brainviewer.pacs.node import DimseNode
from tests import pacs_servers
from tests.dicom_writer import Examination, write_study
from tests.pacs_servers import phantom_series

PATIENT = {"name": "Synthetic^Demo", "patient_id": "DEMO-1", "birth_date": "19740512"}
NOW = Examination(**PATIENT, date="20260914", description="SYNTHETIC head", study_uid="1.2.826.1")
BEFORE = replace(NOW, date="20260302", study_uid="1.2.826.2")
_OTHERS = (("Synthetic^Anna", "DEMO-2", "20260911"), ("Synthetic^Ben", "DEMO-3", "20260728"))
_GROWTH, _REACH_MM = 1.3, 75.0
_TURN_DEGREES, _SHIFT_MM = 4.0, (2.0, -3.0, 1.5)


def smaller_lesion(study: Study) -> Study:
    """The study as it may have been before: its lesion smaller, the head turned a little."""
    mask = study.segmentation.data > 0
    centre = np.argwhere(mask).mean(axis=0)
    turn = Rotation.from_rotvec(np.radians([0, 0, _TURN_DEGREES])).as_matrix()
    middle = np.array(mask.shape) / 2
    place = np.indices(mask.shape, np.float32).reshape(3, -1)
    place = turn @ (place - middle[:, None]) + (middle + _SHIFT_MM)[:, None]
    from_centre = place - centre[:, None]
    near = np.clip(1 - np.linalg.norm(from_centre, axis=0) / _REACH_MM, 0, 1)
    wanted = (centre[:, None] + from_centre * (1 + (_GROWTH - 1) * near)).reshape(3, *mask.shape)

    def warped(data: NDArray[np.int16]) -> NDArray[np.int16]:
        moved = ndimage.map_coordinates(data.astype(np.float32), wanted, order=1)
        return np.asfortranarray(np.rint(moved).astype(np.int16))

    volumes = {m: replace(v, data=warped(v.data)) for m, v in study.volumes.items()}
    return replace(study, volumes=volumes, segmentation=None)


def examinations(folder: Path) -> list[Path]:
    """The demo study of today and its prior, written as DICOM."""
    study = open_study(demo_paths())
    written = []
    for examination, one in ((NOW, study), (BEFORE, smaller_lesion(study))):
        series = write_study(
            folder / examination.date, one, examination=examination, elements={"StudyID": "1"}
        )
        written += [path for paths in series.values() for path in paths]
    return written


def write_silent_study(folder: Path) -> None:
    """The demo study as series that say neither in words nor in numbers what they are."""
    said = ("ScanningSequence", "RepetitionTime", "EchoTime", "InversionTime", "ContrastBolusAgent")
    silent = dict.fromkeys(said) | {"SeriesDescription": "head"}
    write_study(folder, open_study(demo_paths()), examination=NOW, said=False, elements=silent)


@contextmanager
def synthetic_node(folder: Path, files: Sequence[Path]) -> Iterator[DimseNode]:
    """Orthanc with these files and a few small studies beside them."""
    others = []
    for number, (name, patient_id, date) in enumerate(_OTHERS):
        uid = f"1.2.826.9.{number}"
        described = {"PatientName": name, "PatientID": patient_id, "StudyDate": date}
        described |= {"StudyDescription": "SYNTHETIC head", "SeriesDescription": "FLAIR"}
        others += phantom_series(folder / f"other{number}", uid, f"{uid}.1", 3, **described)
    with pacs_servers.orthanc(folder / "orthanc", files=[*files, *others]) as server:
        yield DimseNode("Orthanc", pacs_servers.HOST, server.dicom_port, pacs_servers.TITLE)


def write_cd(folder: Path, files: Sequence[Path]) -> None:
    """A CD: its DICOMDIR, and the files under the names that it gives them."""
    cd = FileSet()
    for path in files:
        cd.add(path)
    cd.write(folder)
