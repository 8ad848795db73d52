"""Real PACS nodes on this machine: Orthanc with its DICOMweb plugin, and dcmqrscp of dcmtk."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import uid

from tests.dicom_files import header, native, save

TITLE, OWN_TITLE = "ORTHANC", "BRAINVIEWER"
USER, PASSWORD = "reader", "correct horse"
HOST = "127.0.0.1"
PLUGINS = Path("/usr/share/orthanc/plugins")
PROGRAMS = {
    "Orthanc": "orthanc",
    "dcmqrscp": "dcmtk",
    "storescu": "dcmtk",
    "openssl": "openssl",
}
"""What the tests start, and the Debian package of it."""
_SECONDS = 30.0

JANE_STUDY, OLD_STUDY = "1.2.826.0.1.3680043.8.498.1", "1.2.826.0.1.3680043.8.498.2"
FLAIR, T1CE, OLD = f"{JANE_STUDY}.1", f"{JANE_STUDY}.2", f"{OLD_STUDY}.1"


def missing() -> str:
    """Which program of the Debian packages is not here; empty if all are."""
    absent = [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]
    if not (PLUGINS / "libOrthancDicomWeb.so").exists():
        absent.append("libOrthancDicomWeb.so")
    return ", ".join(absent)


@contextmanager
def reserved_ports(count: int) -> Iterator[list[int]]:
    """Ports that nobody listens at but who is told of them, until the block ends.

    They stay bound, so that the system gives them to nobody else, and to no connection that goes
    out. Who sets SO_REUSEADDR, as servers do, may listen there.
    """
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # after the choice
        yield [int(probe.getsockname()[1]) for probe in probes]


def phantom_series(
    folder: Path, study: str, series: str, images: int, side: int = 48, **elements: Any
) -> list[Path]:
    """A small MR series as classic DICOM files; side : rows of an image."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(images)
    described = {"PatientBirthDate": "19700203", "StudyTime": "101500", "SeriesNumber": 1}
    paths = []
    for number in range(images):
        values = rng.integers(0, 900, (1, side, side - 8), dtype=np.uint16)
        dataset = header(values, **{**described, **elements})
        del dataset.NumberOfFrames
        dataset.SOPInstanceUID = f"{series}.{number + 1}"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
        dataset.InstanceNumber = number + 1
        dataset.FrameOfReferenceUID = study
        dataset.ImagePositionPatient = [0.0, 0.0, 2.0 * number]
        dataset.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        dataset.PixelSpacing, dataset.SliceThickness = [1.0, 1.0], 2.0
        syntax = uid.ExplicitVRLittleEndian
        paths.append(save(folder / f"{number}.dcm", dataset, native(values, syntax), syntax))
    return paths


def phantom_studies(folder: Path) -> list[Path]:
    """Two studies of one patient: FLAIR (3 images) and T1ce (2), and an older FLAIR (1)."""
    jane = {"PatientName": "Doe^Jane", "PatientID": "P-1", "StudyID": "1"}
    now = jane | {"StudyDate": "20260105", "StudyDescription": "Head", "AccessionNumber": "A1"}
    old = jane | {"StudyDate": "20241224", "StudyDescription": "Head before", "StudyID": "2"}
    return [
        *phantom_series(folder / "1", JANE_STUDY, FLAIR, 3, SeriesDescription="FLAIR", **now),
        *phantom_series(
            folder / "2",
            JANE_STUDY,
            T1CE,
            2,
            **(now | {"SeriesNumber": 2}),
            SeriesDescription="T1ce",
        ),
        *phantom_series(folder / "3", OLD_STUDY, OLD, 1, SeriesDescription="FLAIR", **old),
    ]


@dataclass
class Server:
    """A node that runs; ``receive_port`` is where it sends images by C-MOVE."""

    process: subprocess.Popen[bytes]
    dicom_port: int
    receive_port: int
    http_port: int = 0
    folder: Path = Path()

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def orthanc(
    folder: Path,
    certificate: Path | None = None,
    files: Sequence[Path] = (),
    trusted: Path | None = None,
) -> Iterator[Server]:
    """Orthanc with these files; empty, with TLS and a login, if there is a certificate.

    certificate : with its key. For HTTPS something stands before Orthanc, as it often does: that of
        Debian 12 crashes with it.
    trusted : the certificate that who connects, and who is sent to, must show.
    """
    with reserved_ports(4) as ports, _orthanc(folder, certificate, files, trusted, ports) as server:
        yield server


@contextmanager
def _orthanc(
    folder: Path,
    certificate: Path | None,
    files: Sequence[Path],
    trusted: Path | None,
    ports: Sequence[int],
) -> Iterator[Server]:
    """ports : for HTTP, for DICOM, where it sends to, and for HTTPS."""
    folder.mkdir(parents=True)
    settings: dict[str, Any] = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": ports[0],
        "DicomPort": ports[1],
        "DicomAet": TITLE,
        "DicomCheckCalledAet": True,
        "DicomModalities": {OWN_TITLE: [OWN_TITLE, HOST, ports[2]]},
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": certificate is not None,
        "RegisteredUsers": {USER: PASSWORD},
        "Plugins": [str(PLUGINS / "libOrthancDicomWeb.so")],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        "KeepAlive": True,
        "JobsHistorySize": 0,
        "LimitJobs": 0,
        "StorageAccessOnFind": "Never",
    }
    if certificate is not None:
        settings |= {
            "DicomTlsEnabled": True,
            "DicomTlsCertificate": str(certificate),
            "DicomTlsPrivateKey": str(certificate),
            "DicomTlsTrustedCertificates": str(trusted or certificate),
            "DicomTlsRemoteCertificateRequired": trusted is not None,
            "DicomModalities": {
                OWN_TITLE: {"AET": OWN_TITLE, "Host": HOST, "Port": ports[2], "UseDicomTls": True}
            },
        }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    command = [str(shutil.which("Orthanc", path=_PATH)), str(folder / "orthanc.json")]
    with _running(command, folder, ports[0], ports[1]) as process:
        if certificate is None:
            store(ports[1], TITLE, files)
            yield Server(process, ports[1], ports[2], ports[0], folder)
            return
        proxy = [sys.executable, "-c", _TLS_PROXY, str(ports[3]), str(ports[0]), str(certificate)]
        with _running(proxy, folder, ports[3]):
            yield Server(process, ports[1], ports[2], ports[3], folder)


@contextmanager
def dcmqrscp(folder: Path, files: Sequence[Path] = ()) -> Iterator[Server]:
    """dcmqrscp with these files; it knows this computer as OWN_TITLE only."""
    with reserved_ports(2) as ports, _dcmqrscp(folder, files, *ports) as server:
        yield server


@contextmanager
def _dcmqrscp(
    folder: Path, files: Sequence[Path], port: int, receive_port: int
) -> Iterator[Server]:
    (folder / "storage").mkdir(parents=True)
    (folder / "dcmqrscp.cfg").write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
        f"HostTable BEGIN\nviewer = ({OWN_TITLE}, localhost, {receive_port})\nHostTable END\n"
        "VendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\n{TITLE} {folder / 'storage'} RW (200, 1024mb) viewer\nAETable END\n"
    )
    command = ["dcmqrscp", "--config", str(folder / "dcmqrscp.cfg")]
    with _running(command, folder, port) as process:
        store(port, TITLE, files)
        yield Server(process, port, receive_port, folder=folder)


def store(port: int, title: str, files: Sequence[Path]) -> None:
    """Put files into a node by dcmtk's own program."""
    if not files:
        return
    called = ["storescu", "-aet", OWN_TITLE, "-aec", title, HOST, str(port)]
    subprocess.run([*called, *map(str, files)], check=True, capture_output=True)


def certificates(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine with its key in one file, and one that does not fit it."""
    return certificate_for(folder, "localhost"), certificate_for(folder, "elsewhere.example")


def certificate_for(folder: Path, host: str) -> Path:
    """A certificate that a host has signed itself, with its key, in one file."""
    both, key = folder / f"{host}.pem", folder / f"{host}.key"
    command = [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"),
        *("-keyout", str(key), "-out", str(both)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    both.write_text(both.read_text() + key.read_text())
    return both


@contextmanager
def _running(command: list[str], folder: Path, *ports: int) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    try:
        _wait_for(process, ports, folder)
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], ports: Sequence[int], folder: Path) -> None:
    end = time.monotonic() + _SECONDS
    waiting = list(ports)
    while waiting:
        assert process.poll() is None, (folder / "log").read_text(errors="replace")[-2000:]
        assert time.monotonic() < end, (folder / "log").read_text(errors="replace")[-2000:]
        try:
            socket.create_connection((HOST, waiting[0]), 1.0).close()
            waiting.pop(0)
        except OSError:
            time.sleep(0.05)


_TLS_PROXY = """
import socket, ssl, sys, threading
https, http, certificate = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate)

def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

def serve(plain):
    try:
        near = context.wrap_socket(plain, server_side=True)
    except OSError:
        return plain.close()
    far = socket.create_connection(("127.0.0.1", http))
    threading.Thread(target=copy, args=(near, far), daemon=True).start()
    copy(far, near)

with socket.create_server(("127.0.0.1", https)) as server:
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""
_PATH = "/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin"
