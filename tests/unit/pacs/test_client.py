"""Search, retrieval and sending, asked of Orthanc and dcmqrscp while the network is closed."""

import datetime
import stat
import sys
from pathlib import Path

import pytest
from pydicom import dcmread

from brainviewer.core.errors import Cancelled, FileError
from brainviewer.pacs import client
from brainviewer.pacs.node import Node
from brainviewer.pacs.query import Query, SeriesMatch
from tests.pacs_nodes import SECURE_WAYS, WAYS
from tests.pacs_servers import FLAIR, JANE_STUDY, OLD_STUDY, T1CE, phantom_series

pytestmark = pytest.mark.usefixtures("closed_network")
every_way = pytest.mark.parametrize("node", WAYS, indirect=True)
one_of_each = pytest.mark.parametrize("node", ("C-GET", "DICOMweb"), indirect=True)


@pytest.fixture(autouse=True)
def _servers_first(request: pytest.FixtureRequest) -> None:
    """Servers start before the network is closed."""
    if "node" in request.fixturenames:
        request.getfixturevalue("node")


def contents(paths: list[Path]) -> dict[str, tuple[str, bytes]]:
    """What must arrive: transfer syntax and pixels of each image, by its UID."""
    datasets = [dcmread(path) for path in paths]
    return {
        str(d.SOPInstanceUID): (str(d.file_meta.TransferSyntaxUID), bytes(d.PixelData))
        for d in datasets
    }


@every_way
def test_a_study_is_found_and_retrieved(node: Node, phantoms: list[Path], tmp_path: Path) -> None:
    client.echo(node)
    found = client.find_studies(node, Query(name="doe", since=datetime.date(2026, 1, 1)))
    assert [study.uid for study in found.studies] == [JANE_STUDY]
    assert not found.more
    study = found.studies[0]
    assert (study.patient_name, study.patient_id, study.date) == ("Doe^Jane", "P-1", "20260105")
    series = client.find_series(node, study.uid)
    assert [one.uid for one in series] == [FLAIR, T1CE]
    told: list[tuple[float, str]] = []
    arrived: list[tuple[str, int]] = []

    def arrives(one: SeriesMatch, folder: Path) -> None:
        arrived.append((one.uid, len(list(folder.iterdir()))))

    folders = client.retrieve(
        node, study.uid, series, tmp_path / "in", lambda *said: told.append(said), arrives
    )
    assert arrived == [(FLAIR, 3), (T1CE, 2)]
    assert contents(sorted(folders[0].iterdir())) == contents(phantoms[:3])
    assert contents(sorted(folders[1].iterdir())) == contents(phantoms[3:5])
    assert [path.name for path in (tmp_path / "in").iterdir() if path not in folders] == []
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert len(told) >= 7
    if sys.platform != "win32":
        modes = {stat.S_IMODE(p.stat().st_mode) for f in folders for p in (f, *f.iterdir())}
        assert modes == {0o700, 0o600}


@pytest.mark.parametrize("node", SECURE_WAYS, indirect=True)
def test_a_study_is_sent_and_retrieved_over_tls(
    node: Node, phantoms: list[Path], tmp_path: Path
) -> None:
    assert client.send(node, phantoms[:3]) == 3
    series = client.find_series(node, JANE_STUDY)
    folders = client.retrieve(node, JANE_STUDY, series, tmp_path)
    assert contents(sorted(folders[0].iterdir())) == contents(phantoms[:3])


@pytest.mark.parametrize("node", ("C-GET", "dcmqrscp C-GET", "DICOMweb"), indirect=True)
def test_what_is_sent_is_there(node: Node, tmp_path: Path) -> None:
    study = f"1.2.826.0.1.3680043.8.498.9{id(node)}"
    files = phantom_series(
        tmp_path / "out", study, f"{study}.1", 2, PatientName="Sent^Back", StudyDate="20260201"
    )
    told: list[str] = []
    assert client.send(node, files, lambda _, text: told.append(text)) == 2
    assert told
    assert study in [s.uid for s in client.find_studies(node, Query(name="Sent Back")).studies]
    assert client.send(node, files) == 2  # once more is no mistake
    series = client.find_series(node, study)
    (folder,) = client.retrieve(node, study, series, tmp_path / "in")
    assert contents(sorted(folder.iterdir())) == contents(files)


@one_of_each
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(name="DOE, JANE"), [JANE_STUDY, OLD_STUDY]),
        (Query(name="*jane"), [JANE_STUDY, OLD_STUDY]),
        (Query(patient_id="P-1", until=datetime.date(2025, 1, 1)), [OLD_STUDY]),
        (Query(since=datetime.date(2026, 1, 5), until=datetime.date(2026, 1, 5)), [JANE_STUDY]),
        (Query(name="Doe", modality="mr"), [JANE_STUDY, OLD_STUDY]),
        (Query(name="Doe", modality="CT"), []),
        (Query(name="Roe"), []),
    ],
)
def test_studies_are_found_by(node: Node, query: Query, expected: list[str]) -> None:
    assert [study.uid for study in client.find_studies(node, query).studies] == expected


@pytest.mark.parametrize("node", ("C-GET", "C-MOVE", "DICOMweb"), indirect=True)
def test_cancel_keeps_what_is_whole(node: Node, tmp_path: Path) -> None:
    series = client.find_series(node, JANE_STUDY)

    def report(_fraction: float, text: str) -> None:
        if "4 of 5" in text:
            raise Cancelled

    with pytest.raises(Cancelled):
        client.retrieve(node, JANE_STUDY, series, tmp_path, report)
    assert [path.name for path in tmp_path.iterdir()] == ["series-01"]
    client.echo(node)


@pytest.mark.parametrize("node", ("C-GET", "C-MOVE", "DICOMweb"), indirect=True)
def test_a_full_disk_is_said_and_nothing_is_kept(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from brainviewer.files import retrieved

    def full(path: Path, *_: object, **__: object) -> object:
        if path.name == "00002.dcm":
            raise OSError(errno.ENOSPC, "No space left on device")
        return path.open("wb")

    monkeypatch.setattr(retrieved, "open", full, raising=False)
    series = client.find_series(node, JANE_STUDY)
    with pytest.raises(FileError, match="The disk is full, so series 1 was not kept"):
        client.retrieve(node, JANE_STUDY, series, tmp_path)
    assert list(tmp_path.iterdir()) == []


@one_of_each
def test_images_of_another_series_are_not_taken(node: Node, tmp_path: Path) -> None:
    absent = SeriesMatch(f"{JANE_STUDY}.77", 7, "", "MR", None)
    with pytest.raises(Exception, match=r"series 7|does not have this") as caught:
        client.retrieve(node, JANE_STUDY, [absent], tmp_path)
    assert type(caught.value).__name__ == "NodeError"
    assert list(tmp_path.iterdir()) == []


@one_of_each
def test_a_series_with_too_few_images_is_not_kept(node: Node, tmp_path: Path) -> None:
    more = SeriesMatch(FLAIR, 1, "FLAIR", "MR", 4)
    with pytest.raises(Exception, match="PACS sent 3 of 4 images of series 1"):
        client.retrieve(node, JANE_STUDY, [more], tmp_path)
    assert list(tmp_path.iterdir()) == []


@one_of_each
def test_nothing_is_sent_unless_all_are_dicom_files(
    node: Node, phantoms: list[Path], tmp_path: Path
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no image")
    with pytest.raises(FileError, match=r"notes.txt is no DICOM file"):
        client.send(node, [phantoms[0], text])
    with pytest.raises(FileError, match="nothing to send"):
        client.send(node, [])
