"""PACS nodes that lie, stall, send garbage or far too much; on this machine only."""

import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from brainviewer.pacs.node import DicomwebNode, DimseNode, Node
from tests.hostile.case import Case, Ends, Place
from tests.hostile.fuzz import dicom_seeds
from tests.hostile.kinds import pacs_lies

_HOST = "127.0.0.1"
Serve = Callable[[socket.socket], object]
_JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n"


def _http(body: bytes, head: bytes = _JSON) -> Serve:
    def serve(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return serve


def _raw(content: bytes) -> Serve:
    def serve(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(content)

    return serve


def _endless(head: bytes, part: bytes) -> Serve:
    def serve(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(head)
        for _ in range(1 << 14):
            peer.sendall(part)

    return serve


def _slow(content: bytes) -> Serve:
    """A byte a second, for a while."""

    def serve(peer: socket.socket) -> None:
        peer.recv(65536)
        for n in range(min(len(content), 30)):
            peer.sendall(content[n : n + 1])
            time.sleep(1.0)

    return serve


def _bomb() -> bytes:
    """An answer of 4 GiB, packed."""
    packer = zlib.compressobj(9, wbits=31)
    part = packer.compress(b"[" + b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    spaces = packer.compress(b" " * (1 << 26)) + packer.flush(zlib.Z_FULL_FLUSH)
    return part + spaces * 64


def _pdu(kind: int, length: int, content: bytes = b"") -> bytes:
    return struct.pack(">BBI", kind, 0, length) + content


def _named(value: object) -> bytes:
    return json.dumps([{"00100010": {"vr": "PN", "Value": [value]}}]).encode()


_DIMSE: dict[str, Serve] = {
    "closes": lambda peer: None,
    "garbage": _raw(bytes(range(256)) * 64),
    "HTTP": _raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "rejects": _raw(_pdu(3, 4, b"\0\1\1\3")),
    "rejects oddly": _raw(_pdu(3, 4, b"\0\xff\xff\xff")),
    "aborts": _raw(_pdu(7, 4, b"\0\0\0\0")),
    "vast length": _raw(_pdu(2, 0xFFFFFFFF, bytes(4096))),
    "vast length, and sends": _endless(_pdu(2, 0xFFFFFFFF), bytes(1 << 18)),
    "accepts nothing": _raw(_pdu(2, 68, b"\0\1\0\0" + b" " * 32 + bytes(32))),
    "item lengths lie": _raw(
        _pdu(2, 76, b"\0\1\0\0" + b" " * 32 + bytes(32) + b"\x10\0\xff\xffabcd")
    ),
    "unknown PDU": _raw(_pdu(99, 8, bytes(8))),
    "data unasked": _raw(_pdu(4, 10, bytes(10)) * 1000),
}
_WEB: dict[str, Serve] = {
    "closes": lambda peer: None,
    "garbage": _raw(bytes(range(256)) * 64),
    "no JSON": _http(b"<html>login</html>", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
    "empty": _http(b""),
    "null": _http(b"null"),
    "nested": _http(b"[" * 100_000),
    "NaN": _http(b"[NaN]"),
    "number": _http(b"[" + b"9" * 5_000 + b"]"),
    "strings": _http(b'["a", 1, null, [], {}]'),
    "wrong types": _http(b'[{"00100010": 1, "0020000D": {"Value": {"a": 1}}, "x": []}]'),
    "names": _http(_named({"Alphabetic": ["a"]})),
    "control codes": _http(_named({"Alphabetic": "\x1b[31m\u202e\n" * 50})),
    "UID leaves": _http(json.dumps([{"0020000D": {"vr": "UI", "Value": ["../../etc"]}}]).encode()),
    "100k studies": _http(
        b"[" + b'{"0020000D": {"vr": "UI", "Value": ["1.2.3"]}},' * 100_000 + b"{}]"
    ),
    "length lies": _raw(_JSON + b"Content-Length: 999999999\r\n\r\n[]"),
    "length negative": _raw(_JSON + b"Content-Length: -1\r\n\r\n[]"),
    "endless": _endless(_JSON + b"\r\n", b"[" + b" " * (1 << 18)),
    "endless header": _endless(b"HTTP/1.1 200 OK\r\n", b"X: " + b"a" * (1 << 16) + b"\r\n"),
    "chunks lie": _raw(_JSON + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n[]"),
    "packed bomb": _raw(_JSON + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + _bomb()),
    "elsewhere": _raw(
        b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n"
    ),
    "file": _raw(
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"
    ),
    "circle": _raw(
        b"HTTP/1.1 302 Found\r\nLocation: /dicom-web/studies\r\nConnection: close\r\n"
        b"Content-Length: 0\r\n\r\n"
    ),
    "401": _raw(b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"),
    "500": _raw(b"HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\n\x1b[31m"),
    "old": _raw(b"HTTP/0.9\r\n"),
}


def _node(serve: Serve, web: bool, place: Place) -> Path:
    """A server that lives as long as the process, and the node in the settings."""
    server = socket.create_server((_HOST, 0))
    port = server.getsockname()[1]

    def answer(peer: socket.socket) -> None:
        try:
            with peer:
                peer.settimeout(20.0)
                serve(peer)
        except OSError:
            return

    def listen() -> None:
        with server:
            server.settimeout(30.0)
            try:
                while True:
                    peer, _ = server.accept()
                    threading.Thread(target=answer, args=(peer,), daemon=True).start()
            except OSError:
                return

    threading.Thread(target=listen, daemon=True).start()
    node: Node = (
        DicomwebNode("n", f"http://{_HOST}:{port}/dicom-web")
        if web
        else DimseNode("n", _HOST, port, "T")
    )
    return keep(node, place)


def keep(node: Node, place: Place) -> Path:
    """Put a node into the settings."""
    protocol = "dimse" if isinstance(node, DimseNode) else "dicomweb"
    path = place.home / "pacs-nodes.json"
    path.write_text(json.dumps({"nodes": [{"protocol": protocol, **asdict(node)}]}))
    return path


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


_ANSWERS = (
    ("empty", "length negative", "UID leaves", "100k studies", "control codes"),
    ("empty", "length negative", "control codes"),
)


_SERIES = b'[{"0020000E": {"vr": "UI", "Value": ["1.2.3.1"]}}]'
_PARTS = (
    b'HTTP/1.1 200 OK\r\nContent-Type: multipart/related; type="application/dicom"; boundary=b\r\n'
)
_PART = b"--b\r\nContent-Type: application/dicom\r\n\r\n"
_IMAGES: dict[str, Serve] = {
    "no images": _http(b"--b--", _PARTS),
    "cut image": _http(_PART + bytes(128) + b"DICM\x02\0\0\0UL", _PARTS),
    "garbage": _http(_PART + bytes(range(256)) * 99 + b"\r\n--b--", _PARTS),
    "no parts": _http(bytes(range(256)) * 99),
    "boundary missing": _http(_PART, _PARTS.replace(b"; boundary=b", b"")),
    "another series": _http(_PART + dicom_seeds.series()[0] + b"\r\n--b--", _PARTS),
    "parts without end": _endless(_PARTS + b"\r\n", (_PART + b"a\r\n") * 4_000),
    "a part without end": _endless(_PARTS + b"\r\n" + _PART, bytes(1 << 18)),
    "closes": lambda peer: None,
}


def _wado(serve: Serve) -> Serve:
    """Finds a series, and lies about its images."""
    find = _http(_SERIES)

    def answer(peer: socket.socket) -> None:
        asked = peer.recv(65536, socket.MSG_PEEK)
        (serve if b"/series/" in asked else find)(peer)

    return answer


_SILENT = 15.0
"""Seconds after which the program leaves a node that takes the connection and says nothing; for
an answer it waits 60 seconds, for each part of it again. These limits are no settings; the user
can cancel at any time. Nodes that take longer than this are not among the cases."""


def _waiting() -> Iterator[Case]:
    """Nodes that stall."""
    accepted = _pdu(2, 76, b"\0\1\0\0" + b" " * 32 + bytes(32) + b"\x10\0\0\4abcd")
    for name, serve in (("silent", _silent), ("a byte a second", _slow(accepted))):
        make = partial(_node, serve, False)
        yield Case("pacs", f"DIMSE {name}", make, ("pacs", "echo", "n"), "refused", "pacs",
                   network=True, longest=2 * _SILENT)  # fmt: skip


def _silent(peer: socket.socket) -> None:
    """Takes what comes, and says nothing."""
    while peer.recv(65536):
        continue


def cases() -> Iterator[Case]:
    """All of the kind."""
    yield from _waiting()
    for name, serve in _IMAGES.items():
        make = partial(_node, _wado(serve), True)
        command = ("pacs", "get", "n", "1.2.3", "-o", "{out}/got")
        yield Case("pacs", f"WADO {name}", make, command, "refused", "retrieve", network=True)
    for web, kinds in ((False, _DIMSE), (True, _WEB)):
        protocol = "DICOMweb" if web else "DIMSE"
        for n, (name, serve) in enumerate(kinds.items()):
            echo = n % 4 == 3
            command = ("pacs", "echo", "n") if echo else ("pacs", "find", "n", "--id", "1")
            make = partial(_node, serve, web)
            # What is empty, or lies in what is not asked for, is an answer without a study.
            ends: Ends = "opens" if name in _ANSWERS[echo] else "refused"
            yield Case("pacs", f"{protocol} {name}", make, command, ends, "pacs", network=True)
    yield from pacs_lies.cases()
