"""The servers of ``pacs_servers`` as nodes, and the ways in which tests ask them."""

from dataclasses import replace
from pathlib import Path

from brainviewer.pacs import passwords
from brainviewer.pacs.node import Certificates, DicomwebNode, DimseNode, Login, Node
from tests import pacs_servers
from tests.pacs_servers import Server

WAYS = ("C-GET", "C-MOVE", "dcmqrscp C-GET", "dcmqrscp C-MOVE", "DICOMweb")
SECURE_WAYS = ("DIMSE over TLS", "DICOMweb over TLS")


def node_of(server: Server, way: str) -> Node:
    """A server as a node that is asked in one of WAYS."""
    if "web" in way:
        return DicomwebNode("PACS", f"http://{pacs_servers.HOST}:{server.http_port}/dicom-web")
    receive_port = server.receive_port if "MOVE" in way else 0
    host, title = pacs_servers.HOST, pacs_servers.TITLE
    return DimseNode("PACS", host, server.dicom_port, title, receive_port=receive_port)


def secure_node(server: Server, authority: Path, web: bool) -> Node:
    """The server over TLS, by DICOMweb with its login, or by DIMSE."""
    files = Certificates(str(authority))
    if web:
        url = f"https://localhost:{server.http_port}/dicom-web"
        found = DicomwebNode("PACS", url, Login.PASSWORD, pacs_servers.USER, files)
        passwords.keep_for_now(found, pacs_servers.PASSWORD)
        return found
    plain = DimseNode("PACS", "localhost", server.dicom_port, pacs_servers.TITLE)
    return replace(plain, tls=True, certificates=files)
