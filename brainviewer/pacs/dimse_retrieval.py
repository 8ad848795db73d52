"""C-GET, and C-MOVE to a storage service of our own that is there while a series arrives."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import evt
from pynetdicom.association import Association
from pynetdicom.events import Event
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import (
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from brainviewer.core.counting import counted
from brainviewer.core.errors import NodeError
from brainviewer.core.process.network import Address, numbers_of
from brainviewer.files.retrieved import ArrivingSeries
from brainviewer.pacs.association import (
    application_entity,
    associated,
    check_status,
    missing_service,
    senseless,
    server_tls,
)
from brainviewer.pacs.cancelling import Waiting
from brainviewer.pacs.guarded_reading import guards
from brainviewer.pacs.node import DimseNode
from brainviewer.pacs.query import SeriesMatch
from brainviewer.pacs.storage_contexts import (
    retrieved_contexts,
    retrieved_roles,
    supported_contexts,
)

Arrived = Callable[[], object]
"""Called after each image, perhaps by another thread; may raise, which ends the retrieval."""

RetrieveSeries = Callable[[str, SeriesMatch, ArrivingSeries, Arrived], None]
"""Retrieves a series of the study with this UID. Raises NodeError, FileError, and what ``Arrived``
raises."""

_GET = StudyRootQueryRetrieveInformationModelGet
_MOVE = StudyRootQueryRetrieveInformationModelMove
_PENDING = 0xFF00
_UIDS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_MOST_PENDING = 1_000
"""Answers without an image, beyond one for each."""
_AT_ONCE = 0.01  # seconds
_STORED, _REFUSED, _NOT_AUTHORISED, _NOT_ASKED_FOR = 0x0000, 0xA700, 0x0124, 0xA900


@contextmanager
def retrieval(node: DimseNode, waiting: Waiting) -> Iterator[RetrieveSeries]:
    """One association for all series: C-MOVE where the node has a port to send to, else C-GET.

    Yields what retrieves a series; see ``RetrieveSeries``. Raises NodeError.
    """
    way = _moving if node.receive_port else _getting
    with way(node, waiting) as (association, model, receiver):

        def retrieve(
            study_uid: str, series: SeriesMatch, arriving: ArrivingSeries, arrived: Arrived
        ) -> None:
            receiver.expect(study_uid, series.uid, arriving, arrived)
            identifier = _identifier(study_uid, series)
            if model == _GET:
                answers = association.send_c_get(identifier, model)
            else:
                answers = association.send_c_move(identifier, node.own_title, model)
            for number, (status, _) in enumerate(answers):
                receiver.check()
                _check(node, status, arriving, series)
                if number > arriving.count + _MOST_PENDING:
                    raise senseless(node, "progress")

        yield retrieve


@contextmanager
def _getting(node: DimseNode, waiting: Waiting) -> Iterator[tuple[Association, UID, "_Receiver"]]:
    """The images come in the association that asks for them."""
    receiver = _Receiver(node)
    contexts = [build_context(_GET), *retrieved_contexts()]
    handlers = [(evt.EVT_C_STORE, receiver.store)]
    roles = retrieved_roles()
    with associated(node, contexts, waiting, roles=roles, handlers=handlers) as association:
        if not any(c.abstract_syntax == _GET for c in association.accepted_contexts):
            raise missing_service(node, "C-GET")
        yield association, _GET, receiver


@contextmanager
def _moving(node: DimseNode, waiting: Waiting) -> Iterator[tuple[Association, UID, "_Receiver"]]:
    """The node opens associations with this computer; its threads take the images."""
    receiver = _Receiver(node, numbers_of(node.host))
    contexts = [build_context(_MOVE)]
    with (
        _storage_service(node, receiver),
        associated(node, contexts, waiting) as association,
    ):
        if not association.accepted_contexts:
            raise missing_service(node, "C-MOVE")
        yield association, _MOVE, receiver


def own_address(node: DimseNode) -> Address | None:
    """Where this computer waits for images, on the side that faces the node; None with C-GET."""
    if not node.receive_port:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(node.address)  # sends nothing; chooses the way
            return str(probe.getsockname()[0]), node.receive_port
        except OSError:
            return "127.0.0.1", node.receive_port  # there is no way; the request says so


class _Receiver:
    """Takes the images of a series, and remembers what went wrong: its callers let nothing out.

    senders : IP addresses that may send; None for the association that was asked.
    """

    def __init__(self, node: DimseNode, senders: frozenset[str] | None = None) -> None:
        self._node, self._senders = node, senders
        self._expected: tuple[str, str, ArrivingSeries, Arrived] | None = None
        self._error: BaseException | None = None

    def expect(
        self, study_uid: str, series_uid: str, arriving: ArrivingSeries, arrived: Arrived
    ) -> None:
        """Take the images of this series from now on, and no others."""
        self._expected = study_uid, series_uid, arriving, arrived

    def store(self, event: Event) -> int:
        """Handle a C-STORE request; returns its status."""
        if self._senders is not None and event.assoc.requestor.address not in self._senders:
            return _NOT_AUTHORISED
        if self._error is not None or self._expected is None:
            return _REFUSED
        *wanted, arriving, arrived = self._expected
        try:
            instance, *said = self._uids(event)
            if said != wanted:
                return _NOT_ASKED_FOR
            if instance != event.request.AffectedSOPInstanceUID:
                raise senseless(self._node, "an image")
            arriving.add(instance, event.encoded_dataset())
            arrived()
        except BaseException as error:
            self._error = error
            event.assoc.dimse_timeout = _AT_ONCE  # who waits for more in this association need not
            event.assoc.abort()
            return _REFUSED
        return _STORED

    def _uids(self, event: Event) -> list[str]:
        """Which image it is, of which study and series. Raises NodeError if it cannot be read."""
        try:
            dataset = event.dataset
            return [str(dataset.get(key) or "") for key in _UIDS]
        except Exception:  # of any kind, by pydicom
            raise senseless(self._node, "an image") from None

    def check(self) -> None:
        """Raises what went wrong while images arrived."""
        if self._error is not None:
            raise self._error


@contextmanager
def _storage_service(node: DimseNode, receiver: _Receiver) -> Iterator[None]:
    entity = application_entity(node)
    entity.supported_contexts = [*supported_contexts(), build_context(Verification)]
    own = own_address(node)
    assert own is not None
    try:
        server = entity.start_server(
            own,
            block=False,
            ssl_context=server_tls(node.certificates) if node.tls else None,
            evt_handlers=[(evt.EVT_C_STORE, receiver.store), *guards()],
        )
    except OSError as error:
        said = f"Port {node.receive_port} of this computer cannot be used ({error.strerror})."
        if error.errno == errno.EADDRINUSE:
            said = f"Port {node.receive_port} of this computer is in use."
        raise NodeError(said, "Close the other program, or choose another port.") from None
    try:
        yield
    finally:
        assert server is not None
        server.shutdown()


def _identifier(study_uid: str, series: SeriesMatch) -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "SERIES"
    identifier.StudyInstanceUID = study_uid
    identifier.SeriesInstanceUID = series.uid
    return identifier


def _check(node: DimseNode, status: Dataset, arriving: ArrivingSeries, series: SeriesMatch) -> None:
    """Raises NodeError unless all goes well; a node says "success" also for images that failed."""
    what = f"series {series.number or '?'}"
    if status.get("Status") != _PENDING:
        failed = int(status.get("NumberOfFailedSuboperations") or 0)
        missed = int(status.get("NumberOfCompletedSuboperations") or 0) - arriving.count
        if failed > 0 or missed > 0:
            images = counted(max(failed, missed), "image")
            said = f"{images} of {what} did not arrive from {node.name}."
            raise NodeError(said, "It was not kept. Ask who runs the node, or try another way.")
    check_status(node, status, f"the retrieval of {what}")
