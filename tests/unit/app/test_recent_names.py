"""What recent studies are called, with names and without."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from brainviewer.app.opening.study import open_study
from brainviewer.app.settings.settings import Settings
from brainviewer.app.study_list.recent_names import RecentNames
from brainviewer.files.user_folders import retrieved_folder, unpacked_folder
from brainviewer.pacs.query import StudyMatch
from tests.dicom_writer import Examination, write_study
from tests.phantoms import marker_study

HEX = "/home/x/retrieved/447dfe94cf8"
MATCH = StudyMatch(
    "1.2.3", "Doe^Jane", "P-1", "19700203", "20260105", "", "Head", "", ("MR",), 2, 5
)


def retrieved(paths: Sequence[Path]) -> StudyMatch | None:
    return MATCH if paths == (Path(HEX),) else None


def test_names_stand_in_the_recent_studies_until_they_are_hidden() -> None:
    entries = (HEX,), ("/data/Roe 2024-05-01",), ("/data/Poe/t1.nii", "/data/Poe/t2.nii")
    settings = Settings(recent=entries)
    names = RecentNames(settings, retrieved)
    assert [one.name for one in names.studies()] == [
        "Doe, Jane · 2026-01-05", "Roe 2024-05-01", "Poe",
    ]  # fmt: skip
    assert [one.where for one in names.studies()][1:] == ["/data/Roe 2024-05-01", "/data/Poe"]
    settings.update(show_patient=False)
    assert [(one.name, one.where) for one in names.studies()] == [
        ("Study of 2026-01-05", ""), ("Study of 2024-05-01", ""), ("Study 3", ""),
    ]  # fmt: skip
    assert [one.paths for one in names.studies()][2] == tuple(map(Path, entries[2]))


@pytest.mark.parametrize(
    "said, name",
    [
        ({}, "Doe, Jane"),
        ({"name": ""}, "P-4711"),
        ({"name": "", "patient_id": ""}, "Brain tumour, 2024-06-14"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_study_in_a_folder_of_the_application_is_named_as_its_files_say(
    said: dict[str, str], name: str
) -> None:
    for place in (retrieved_folder(), unpacked_folder()):
        folder = place / "447dfe94cf8"
        write_study(folder / "series-01", marker_study(), examination=Examination(**said))
        assert open_study([folder]).name == name
        assert open_study([folder / "series-01"]).name == name
