"""Nodes as they are set up, kept and listed; passwords stay out of files."""

import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from brainviewer.core.errors import BrainViewerError, FileError, NodeError
from brainviewer.files.user_folders import settings_folder
from brainviewer.pacs.node import Certificates, DicomwebNode, DimseNode, Login, Node
from brainviewer.pacs.node_changes import keep_node, remove_node
from brainviewer.pacs.node_list import left_out, node_named, nodes
from brainviewer.pacs.passwords import (
    forget_password,
    keep_for_now,
    keep_password,
    knows_password,
    password_of,
)

pytestmark = pytest.mark.usefixtures("home")
DIMSE = DimseNode("Archive", "pacs.example", 104, "ARCHIVE", receive_port=11112)
WEB = DicomwebNode("Web", "https://pacs.example/dicom-web", Login.PASSWORD, "reader")


def test_nodes_are_kept_in_their_order() -> None:
    assert nodes() == {}
    keep_node(WEB)
    keep_node(DIMSE)
    assert list(nodes().values()) == [WEB, DIMSE]
    keep_node(replace(WEB, user="other"))
    assert [node.name for node in nodes().values()] == ["Web", "Archive"]
    keep_node(replace(DIMSE, name="Renamed"), instead_of="Archive")
    assert list(nodes()) == ["Web", "Renamed"]
    with pytest.raises(BrainViewerError, match="another node called 'Web'"):
        keep_node(replace(DIMSE, name="Web"), instead_of="Renamed")
    remove_node("Web")
    assert list(nodes()) == ["Renamed"]
    with pytest.raises(BrainViewerError, match=r"no PACS node called 'Web'.*Renamed"):
        node_named("Web")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_the_file_is_the_users_alone() -> None:
    keep_node(DIMSE)
    assert stat.S_IMODE((settings_folder() / "pacs-nodes.json").stat().st_mode) == 0o600


def test_what_makes_no_sense_is_left_out_or_said() -> None:
    keep_node(DIMSE)
    path = settings_folder() / "pacs-nodes.json"
    stored = json.loads(path.read_text())
    broken = [{"protocol": "dimse"}, {"protocol": "fax"}, 7, {**stored["nodes"][0], "port": 0}]
    path.write_text(json.dumps({"nodes": [*broken, *stored["nodes"]]}))
    assert list(nodes().values()) == [DIMSE]
    path.write_text("[]")
    with pytest.raises(FileError, match="holds no PACS nodes"):
        nodes()


def test_what_a_file_written_by_hand_leaves_out_is_as_usual() -> None:
    plain = {"protocol": "dimse", "name": "A", "host": "h", "port": 104, "title": "T"}
    web = {"protocol": "dicomweb", "name": "B", "url": "http://h/dicom-web"}
    settings_folder().mkdir(parents=True)
    (settings_folder() / "pacs-nodes.json").write_text(json.dumps({"nodes": [plain, web]}))
    assert list(nodes().values()) == [
        DimseNode("A", "h", 104, "T"),
        DicomwebNode("B", "http://h/dicom-web"),
    ]


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (replace(DIMSE, name=" "), "needs a name"),
        (replace(DIMSE, host="a b"), "is no host"),
        (replace(DIMSE, host="::1"), "is no host"),
        (replace(DIMSE, port=0), "is no port"),
        (replace(DIMSE, receive_port=70000), "is no port"),
        (replace(DIMSE, title=""), "is no AE title"),
        (replace(DIMSE, title="A\\B"), "is no AE title"),
        (replace(DIMSE, own_title="SEVENTEEN_LETTERS"), "is no AE title"),
        (replace(DIMSE, tls=True), "C-MOVE over TLS needs a certificate"),
        (replace(DIMSE, certificates=Certificates("/none.pem")), "no certificate file"),
        (replace(WEB, url="ftp://pacs.example"), "no address of a DICOMweb service"),
        (replace(WEB, url="https://pacs.example:x/a"), "no address of a DICOMweb service"),
        (replace(WEB, url="https://u:p@pacs.example/a"), "holds a user or a password"),
        (replace(WEB, user=""), "with a user"),
        (replace(WEB, login=Login.TOKEN), "with a user"),
    ],
)
def test_settings_that_make_no_sense(node: Node, said: str) -> None:
    with pytest.raises(BrainViewerError, match=said):
        keep_node(node)
    assert nodes() == {}


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("")
    files = Certificates(own=str(tmp_path / "a.pem"))
    with pytest.raises(BrainViewerError, match="needs its key"):
        keep_node(replace(DIMSE, certificates=files))


def test_where_a_node_is() -> None:
    assert DIMSE.address == ("pacs.example", 104)
    assert WEB.address == ("pacs.example", 443)
    assert replace(WEB, url="http://pacs.example:8042/x").address == ("pacs.example", 8042)
    assert not WEB.login_in_clear
    assert replace(WEB, url="http://pacs.example/x").login_in_clear
    assert not replace(WEB, url="http://localhost/x").login_in_clear


def test_a_password_lies_in_the_keyring_and_in_no_file() -> None:
    keep_node(WEB)
    assert not knows_password(WEB)
    assert keep_password(WEB, "s3cret")
    assert password_of(WEB) == "s3cret"
    files = [path for path in settings_folder().rglob("*") if path.is_file()]
    assert files
    assert not any(b"s3cret" in path.read_bytes() for path in files)
    forget_password(WEB)
    with pytest.raises(NodeError, match="The password for Web is not known"):
        password_of(WEB)


def test_a_password_is_for_one_address_only() -> None:
    keep_password(WEB, "s3cret")
    assert not knows_password(replace(WEB, url="https://elsewhere.example/dicom-web"))
    assert not knows_password(replace(WEB, user="other"))
    assert knows_password(replace(WEB, login=Login.NONE, user=""))


def test_without_a_keyring_it_is_known_until_the_end() -> None:
    keyring.set_keyring(NoKeyring())
    assert not keep_password(WEB, "s3cret")
    assert password_of(WEB) == "s3cret"
    forget_password(WEB)
    assert not knows_password(WEB)
    keep_for_now(WEB, "again")
    assert knows_password(WEB)


def test_entries_that_are_not_understood_stay_in_the_file() -> None:
    newer = {"protocol": "dimse-2", "name": "Newer"}
    keep_node(DIMSE)
    path = settings_folder() / "pacs-nodes.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({"nodes": [newer, *stored["nodes"]]}))
    keep_node(WEB)
    remove_node(DIMSE.name)
    assert list(nodes()) == [WEB.name]
    assert newer in json.loads(path.read_text())["nodes"]
    assert left_out().startswith("1 entry in pacs-nodes.json cannot be understood and is not")


@pytest.mark.parametrize("content", ["{", "null", '{"nodes": 1}'])
def test_a_damaged_file_is_told_with_its_folder(content: str) -> None:
    keep_node(DIMSE)
    path = settings_folder() / "pacs-nodes.json"
    path.write_text(content)
    with pytest.raises(FileError, match=r"pacs-nodes\.json") as refused:
        keep_node(WEB)
    assert str(settings_folder()) in refused.value.advice
    assert path.read_text() == content
