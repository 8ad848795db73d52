"""QIDO, WADO and STOW with a DICOMweb node."""

import logging
import socket
import ssl
import struct
import warnings
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPException
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from dicomweb_client.web import DICOMwebClient
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from requests.adapters import HTTPAdapter

from brainviewer.core.errors import SENSELESS, NodeError, Report
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.files.ordinary_file import plain_errors
from brainviewer.files.retrieved import ArrivingSeries
from brainviewer.pacs.answer_limit import AnswerLimit
from brainviewer.pacs.answers import series_match, study_match
from brainviewer.pacs.cancelling import Waiting
from brainviewer.pacs.dimse_retrieval import Arrived, RetrieveSeries
from brainviewer.pacs.guarded_reading import MOST_BYTES_OF_OBJECT
from brainviewer.pacs.node import DicomwebNode, Login
from brainviewer.pacs.outgoing import Outgoing
from brainviewer.pacs.passwords import password_of
from brainviewer.pacs.query import (
    MOST_STUDIES,
    SERIES_KEYS,
    STUDY_KEYS,
    Found,
    Query,
    SeriesMatch,
    by_number,
    newest_first,
)
from brainviewer.pacs.unreachable import causes_of, unreachable

_TIMEOUT = (10.0, 60.0)  # seconds to connect, and for the next part of an answer
_AS_STORED = (("application/dicom", "*"),)
_MOST_ANSWERS = 10_000
_UNAUTHORISED = (401, 403)
_NO_DICOMWEB = (*SENSELESS, NotImplementedError, EOFError, HTTPException, InvalidDicomError,
                struct.error)  # fmt: skip
_NO_ANSWER = (requests.exceptions.InvalidJSONError, requests.exceptions.ContentDecodingError,
              requests.exceptions.TooManyRedirects, requests.exceptions.InvalidHeader,
              requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL)  # fmt: skip
"""What is said of answers, and not of connections."""

# Their messages name hosts and UIDs.
for _name in ("dicomweb_client", "retrying", "urllib3"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def echo(node: DicomwebNode, waiting: Waiting) -> None:
    """Ask whether the node is there, by a search for one study. Raises NodeError."""
    with _client(node, waiting) as client:
        client.search_for_studies(limit=1)


def find_studies(node: DicomwebNode, query: Query, report: Report, waiting: Waiting) -> Found:
    """QIDO for studies. Raises NodeError."""
    report(0.0, "Searching")
    with _client(node, waiting) as client:
        answers: list[Any] = []
        for elements in query.spellings():
            answers += client.search_for_studies(
                limit=MOST_STUDIES + 1, fields=list(STUDY_KEYS), search_filters=dict(elements)
            )[:_MOST_ANSWERS]  # not every node keeps to the limit
        return newest_first([study_match(answer) for answer in _datasets(answers)])


def find_series(node: DicomwebNode, study_uid: str, waiting: Waiting) -> tuple[SeriesMatch, ...]:
    """QIDO for the series of a study. Raises NodeError."""
    with _client(node, waiting) as client:
        answers = client.search_for_series(study_uid, fields=list(SERIES_KEYS))
        if len(answers) > _MOST_ANSWERS:
            said = f"{node.name} lists more than {_MOST_ANSWERS:,} series of one study."
            raise NodeError(said, "Ask who runs the node.")
        return by_number([series_match(answer) for answer in _datasets(answers)])


@contextmanager
def retrieval(node: DicomwebNode, waiting: Waiting) -> Iterator[RetrieveSeries]:
    """WADO of series in the transfer syntax in which they are stored; see ``dimse_retrieval``."""
    limit = AnswerLimit(MOST_BYTES_OF_OBJECT)
    with _client(node, waiting, limit) as client:

        def retrieve(
            study_uid: str, series: SeriesMatch, arriving: ArrivingSeries, arrived: Arrived
        ) -> None:
            with closing(_streamed(client, study_uid, series.uid)) as datasets:
                for dataset in datasets:
                    limit.count = 0
                    said = dataset.get("StudyInstanceUID"), dataset.get("SeriesInstanceUID")
                    if said != (study_uid, series.uid):
                        raise _no_sense(node)
                    content = BytesIO()
                    dataset.save_as(content, enforce_file_format=True)
                    arriving.add(str(dataset.get("SOPInstanceUID")), content.getvalue())
                    arrived()

        yield retrieve


def _streamed(
    client: DICOMwebClient, study_uid: str, series_uid: str
) -> Generator[Dataset, None, None]:
    """The images of a series as they come; closing it ends the connection."""
    yield from client.iter_series(study_uid, series_uid, media_types=_AS_STORED)


@contextmanager
def storage(node: DicomwebNode, waiting: Waiting) -> Iterator[Callable[[Outgoing], None]]:
    """Yields what stores a file by STOW; it raises NodeError, and FileError if it cannot be read.

    A request for each: what is stored is then known, and no more than one is in memory.
    """
    with _client(node, waiting) as client:

        def store(file: Outgoing) -> None:
            with plain_errors(file.path):
                dataset = dcmread(file.path)
            if client.store_instances([dataset]).get("FailedSOPSequence"):
                raise NodeError(f"{node.name} refused {file.path.name}.", "Ask who runs the node.")

        yield store


@contextmanager
def _client(
    node: DicomwebNode, waiting: Waiting, limit: AnswerLimit | None = None
) -> Iterator[DICOMwebClient]:
    """A client for one request, which ``waiting`` ends; what goes wrong is said in a sentence."""
    with requests.Session() as session:
        _make_connections_by(waiting, session)
        session.trust_env = False  # no proxy, and no passwords from elsewhere
        session.verify = node.certificates.authority or _system_authorities()
        if node.certificates.own:
            session.cert = (node.certificates.own, node.certificates.key)
        session.auth = _prepare(node)
        session.hooks["response"].append(limit or AnswerLimit())
        client = DICOMwebClient(node.url, session, timeout=_TIMEOUT)
        client.set_http_retry_params(retry=False)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of servers that are not as the standard says
                yield client
        except requests.RequestException as error:
            if error.response is not None:
                error.response.close()  # of a stream nobody reads on
            raise _in_words(node, error) from None
        except _NO_DICOMWEB:
            raise _no_sense(node) from None


def _make_connections_by(waiting: Waiting, session: requests.Session) -> None:
    """Let a session open its connections so that they can be ended while they are waited for."""

    def connected(connection: urllib3.connection.HTTPConnection) -> socket.socket:
        made = waiting.connect((connection.host, connection.port), connection.timeout)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    class Plain(urllib3.connection.HTTPConnection):
        _new_conn = connected

    class Secure(urllib3.connection.HTTPSConnection):
        _new_conn = connected

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    adapter = HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)


def _system_authorities() -> str | bool:
    """The authorities that the system trusts; those that come with Python where it has no file."""
    return ssl.get_default_verify_paths().cafile or True


def _prepare(node: DicomwebNode) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """What each request gets before it is sent: the login. Raises NodeError if it is not known."""
    login = ""
    if node.login is Login.TOKEN:
        login = f"Bearer {password_of(node)}"
    elif node.login is Login.PASSWORD:
        pair = f"{node.user}:{password_of(node)}"
        login = f"Basic {b64encode(pair.encode()).decode()}"

    def prepare(request: requests.PreparedRequest) -> requests.PreparedRequest:
        # URLs may hold wildcards as they are, and some nodes take "%2A" by its letters.
        request.url = str(request.url).replace("%2A", "*")
        if login:
            request.headers["Authorization"] = login
        return request

    return prepare


def _in_words(node: DicomwebNode, error: requests.RequestException) -> NodeError:
    if error.response is None:
        host = urlsplit(getattr(error.request, "url", None) or node.url).hostname or ""
        if host != urlsplit(node.url).hostname:
            other = shortened(shown_text(host))
            said = f"{node.name} refers to another computer ({other}), which is not asked."
            return NodeError(said, "Check the address of the node.")
        if isinstance(error, _NO_ANSWER) or any(map(_is_no_http, causes_of(error))):
            return _no_sense(node)
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            said = f"The connection to {node.name} was lost."
            return NodeError(said, "Check that the node is running, and try again.")
        return unreachable(node, error)
    code = error.response.status_code
    if code in _UNAUTHORISED:
        what = {Login.NONE: "wants a login", Login.TOKEN: "does not take the token"}
        said = f"{node.name} {what.get(node.login, 'does not take the user or the password')}."
        return NodeError(said, "Check the login of the node.")
    if code == 404:
        said = f"There is no DICOMweb service at {node.url}, or it does not have this."
        return NodeError(said, "Check the address of the node.")
    return NodeError(f"{node.name} could not do that (HTTP {code}).", "Ask who runs the node.")


def _is_no_http(error: BaseException) -> bool:
    """Whether something was answered that is not HTTP; a connection that ends is no answer."""
    return isinstance(error, HTTPException) and not isinstance(error, ConnectionError)


def _no_sense(node: DicomwebNode) -> NodeError:
    said = f"{node.name} answers with something that is not DICOMweb."
    return NodeError(said, "Check the address of the node.")


def _datasets(answers: Sequence[Any]) -> list[Dataset]:
    return [Dataset.from_json(answer) for answer in answers]
