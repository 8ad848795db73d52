"""``brainviewer pacs``: nodes, echo, find, get, send."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from brainviewer.pacs.node_list import nodes
from brainviewer.pacs.passwords import password_of
from tests.command_line import refused, run
from tests.pacs_servers import HOST, JANE_STUDY, OLD_STUDY, TITLE, Server
from tests.schemas import check_output

pytestmark = pytest.mark.usefixtures("home")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def added(orthanc: Server, capfd: pytest.CaptureFixture[str]) -> Server:
    """Orthanc, set up as the node ``archive``."""
    address = f"{HOST}:{orthanc.dicom_port}"
    assert run("pacs", "nodes", "add", "archive", "--dimse", address, "--title", TITLE) == 0
    capfd.readouterr()
    return orthanc


def test_nodes_are_added_listed_and_removed(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("pacs", "nodes") == 0
    assert capfd.readouterr().out.startswith("There is no PACS node.")
    assert run("pacs", "nodes", "add", "a", "--dimse", "pacs.example:104", "--title", "PACS") == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("s3cret\n"))
    url = "http://pacs.example/dicom-web"
    assert run("pacs", "nodes", "add", "b", "--dicomweb", url, "--user", "reader") == 0
    assert "others on the network can read the login" in capfd.readouterr().out
    assert password_of(nodes()["b"]) == "s3cret"
    monkeypatch.setattr(sys, "stdin", io.StringIO("changed\n"))
    assert run("pacs", "nodes", "password", "b") == 0
    assert password_of(nodes()["b"]) == "changed"
    assert run("pacs", "nodes") == 0
    listed = capfd.readouterr().out
    assert "a: DIMSE, PACS at pacs.example:104, as BRAINVIEWER, C-GET\n" in listed
    assert f"b: DICOMweb, {url}, as reader\n" in listed
    assert "changed" not in listed
    assert run("pacs", "nodes", "remove", "b") == 0
    assert list(nodes()) == ["a"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nodes", "add", "a"), "either DIMSE or DICOMweb"),
        (("nodes", "add", "a", "--dimse", "pacs", "--title", "A"), "has no port"),
        (("nodes", "add", "a", "--dimse", "pacs:104"), "is no AE title"),
        (("nodes", "remove", "a"), "no PACS node called 'a'"),
        (("nodes", "password", "a"), "no PACS node called 'a'"),
        (("echo", "a"), "no PACS node called 'a'. Add one: brainviewer pacs nodes add"),
    ],
)
def test_what_is_refused(
    capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert run("pacs", *arguments) == 2
    assert said in refused(capfd)


def test_a_study_is_found_and_fetched_and_sent(
    added: Server, capfd: pytest.CaptureFixture[str], tmp_path: Path, phantoms: list[Path]
) -> None:
    assert run("pacs", "echo", "archive") == 0
    assert capfd.readouterr().out == "archive answers.\n"
    assert run("pacs", "find", "archive", "--id", "P-1", "--json") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert [one["uid"] for one in record["studies"]] == [JANE_STUDY, OLD_STUDY]
    assert run("pacs", "find", "archive", "--name", "doe", "--until", "2025-01-01") == 0
    assert OLD_STUDY in capfd.readouterr().out
    assert run("pacs", "find", "archive", "--study", JANE_STUDY, "--json") == 0
    record = json.loads(capfd.readouterr().out)
    check_output(record)
    assert [one["description"] for one in record["series"]] == ["FLAIR", "T1ce"]
    assert run("pacs", "get", "archive", JANE_STUDY, "-o", tmp_path / "in", "--series", 2) == 0
    assert capfd.readouterr().out == f"{tmp_path / 'in' / 'series-01'}\n"
    assert len(list((tmp_path / "in" / "series-01").iterdir())) == 2
    assert run("pacs", "send", "archive", phantoms[0], tmp_path / "in") == 0
    assert capfd.readouterr().out == "archive has stored 3 files.\n"


def test_mistakes_with_a_node(
    added: Server, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("pacs", "find", "archive") == 2
    assert "Without anything to search for" in refused(capfd)
    assert run("pacs", "find", "archive", "--name", "Nobody") == 0
    assert capfd.readouterr().out.startswith("No study fits.")
    assert run("pacs", "get", "archive", "1.2.3", "-o", tmp_path) == 2
    assert "has no such study" in refused(capfd)
    assert run("pacs", "get", "archive", JANE_STUDY, "-o", tmp_path, "--series", 9) == 2
    assert "There is no series 9. The study has 1, 2." in refused(capfd)


def test_the_program_itself_opens_the_network_to_the_node(orthanc: Server, tmp_path: Path) -> None:
    environment = {**os.environ, "BRAINVIEWER_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    url = f"http://{HOST}:{orthanc.http_port}/dicom-web"

    def program(*arguments: str) -> str:
        command = [sys.executable, "-m", "brainviewer", "pacs", *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    program("nodes", "add", "web", "--dicomweb", url)
    assert program("echo", "web") == "web answers.\n"
