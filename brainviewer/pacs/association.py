"""An association with a DIMSE node, and what is said when there is none."""

import logging
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, _config, evt
from pynetdicom.association import Association
from pynetdicom.events import Event
from pynetdicom.presentation import PresentationContext
from pynetdicom.status import code_to_category

from brainviewer.core.errors import NodeError
from brainviewer.core.shown_text import shortened
from brainviewer.pacs.cancelling import Waiting, shut
from brainviewer.pacs.guarded_reading import guards
from brainviewer.pacs.node import Certificates, DimseNode
from brainviewer.pacs.unreachable import unreachable

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
_ACCEPT_SECONDS = 15.0
_ALERT_SECONDS = 2.0
_ABORT_SECONDS = 0.2
_ABORTED = ("Sta13", "Sta1")  # PS3.8, 9.2.2: an abort was sent, and there is no association
_CALLING_UNKNOWN, _CALLED_UNKNOWN = 3, 7  # PS3.8, table 9-21
_OUT_OF_RESOURCES = range(0xA700, 0xA800)

# Its messages name patients and hosts.
logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)
_config.LOG_HANDLER_LEVEL = "none"


@contextmanager
def associated(
    node: DimseNode,
    contexts: Sequence[PresentationContext],
    waiting: Waiting,
    *,
    roles: Iterable[Any] = (),
    handlers: Sequence[Any] = (),
) -> Iterator[Association]:
    """An association, released at the end and aborted where the block fails.

    contexts : what the node is asked to do. roles : negotiation items of what this computer does.
    waiting : ends it, also while it is being made.
    Raises NodeError that says why there is none, and Cancelled if it is not wanted any more.
    """

    def begun(event: Event) -> None:
        waiting.ends_by(partial(_end, event.assoc))

    asked = time.monotonic()
    entity = application_entity(node)
    context = client_tls(node.certificates) if node.tls else None
    association = entity.associate(
        _ip_address(node),
        node.port,
        contexts=list(contexts),
        ae_title=node.title,
        ext_neg=list(roles),
        evt_handlers=[*handlers, *guards(), (evt.EVT_REQUESTED, begun)],
        tls_args=(context, node.host) if context else None,
    )
    if not association.is_established:
        waiting.check()
        if time.monotonic() - asked >= _ACCEPT_SECONDS and not association.is_rejected:
            raise _mute(node)
        raise _refused(node, association, waiting)
    try:
        yield association
    except BaseException:
        _end(association)
        association.kill()
        raise
    finally:
        if association.is_established:
            association.release()


def _end(association: Association) -> None:
    """Abort an association, whatever the node does; wakes who waits for an answer.

    The standard waits until the node has closed the connection (PS3.8, 9.2.3), and a node that
    reads nothing does not even let the abort be sent.
    """
    dul = association.dul
    if association.is_established:
        association.abort(block=False)
        until = time.monotonic() + _ABORT_SECONDS
        while dul.state_machine.current_state not in _ABORTED and time.monotonic() < until:
            time.sleep(0.01)
    # Also of an association that is none any more: who waits may have begun to only now.
    dul.to_user_queue.put(None)
    association.dimse.msg_queue.put((None, None))
    if dul.socket is not None and dul.socket.socket is not None:
        shut(dul.socket.socket)


def application_entity(node: DimseNode) -> AE:
    """This computer, as the node knows it."""
    entity = AE(ae_title=node.own_title)
    entity.connection_timeout = CONNECT_SECONDS
    entity.acse_timeout = _ACCEPT_SECONDS
    entity.dimse_timeout = entity.network_timeout = ANSWER_SECONDS
    return entity


def client_tls(certificates: Certificates) -> ssl.SSLContext:
    """How a node's certificate is checked, and what is shown to it. Raises NodeError."""
    return _tls(ssl.Purpose.SERVER_AUTH, certificates)


def server_tls(certificates: Certificates) -> ssl.SSLContext:
    """The same for connections that the node opens, which must show a certificate as well."""
    context = _tls(ssl.Purpose.CLIENT_AUTH, certificates)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def check_status(node: DimseNode, status: Dataset, what: str) -> None:
    """Raises NodeError unless a request has ended well or goes on.

    status : of the answer, empty if there was none. what : such as ``the search``
    """
    if "Status" not in status:
        raise lost(node, what)
    code = int(status.Status)
    if code_to_category(code) in ("Success", "Pending"):
        return
    comment = shortened(str(status.get("ErrorComment") or "").strip())
    said = f"{node.name} could not do {what} ({comment or f'status 0x{code:04X}'})."
    if code in _OUT_OF_RESOURCES:
        raise NodeError(said, "Ask for less at a time, or try again later.")
    raise NodeError(said, "Ask who runs the node.")


def lost(node: DimseNode, what: str) -> NodeError:
    """No answer came, or the connection has gone."""
    said = f"{node.name} did not answer, or ended the connection during {what}."
    return NodeError(said, f"Check that it is running, and that '{node.own_title}' may ask for it.")


def senseless(node: DimseNode, what: str) -> NodeError:
    """The node answers, and nothing can be made of it. what : such as ``an image``."""
    return NodeError(f"{node.name} sends {what} that makes no sense.", "Ask who runs the node.")


def missing_service(node: DimseNode, what: str) -> NodeError:
    """The node has accepted the association, but not what it is for."""
    return NodeError(f"{node.name} does not offer {what}.", "Ask who runs the node to allow it.")


def _tls(purpose: ssl.Purpose, certificates: Certificates) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(purpose, cafile=certificates.authority or None)
        if certificates.own:
            context.load_cert_chain(certificates.own, certificates.key)
    except OSError as error:  # of ssl as well
        said = f"The certificate files cannot be used ({error.strerror or error})."
        raise NodeError(said, "Check that they are PEM files, and that the key fits.") from None
    return context


def _ip_address(node: DimseNode) -> str:
    """Of the two kinds of addresses that a host may have, the one that PACS nodes listen at."""
    try:
        return str(socket.getaddrinfo(node.host, node.port, socket.AF_INET)[0][4][0])
    except OSError as error:
        raise unreachable(node, error) from None


def _refused(node: DimseNode, association: Association, waiting: Waiting) -> NodeError:
    """Why there is no association."""
    if not association.is_rejected:
        return _why_not(node, waiting) or NodeError(
            f"{node.name} answers, but ends the association at once.",
            f"Check port {node.port}, TLS and the AE title '{node.title}', and that it knows "
            f"'{node.own_title}'.",
        )
    answer = association.acceptor.primitive
    reason = getattr(answer, "diagnostic", None)
    by_user = getattr(answer, "result_source", None) == 1
    if by_user and reason == _CALLED_UNKNOWN:
        # Some say so as well where they do not know who asks.
        said = f"{node.name} does not answer to the AE title '{node.title}'."
        return NodeError(said, f"Check it, and whether the node knows '{node.own_title}'.")
    if by_user and reason == _CALLING_UNKNOWN:
        return NodeError(
            f"{node.name} does not know this computer as '{node.own_title}'.",
            "Ask who runs the node to add that AE title, or change it.",
        )
    said = f"{node.name} refused the association."
    return NodeError(said, f"Ask who runs it whether '{node.own_title}' may connect.")


def _mute(node: DimseNode) -> NodeError:
    """The connection stands, and nothing comes."""
    said = f"{node.name} takes the connection, but does not reply in {_ACCEPT_SECONDS:g} seconds."
    tls = "with TLS" if not node.tls else "without TLS"
    return NodeError(
        said, f"Check that port {node.port} is that of a DICOM node, and whether it is one {tls}."
    )


def _why_not(node: DimseNode, waiting: Waiting) -> NodeError | None:
    """What the system says about a connection to the node; None if there can be one."""
    try:
        with waiting.connect(node.address, CONNECT_SECONDS) as connection:
            if node.tls:
                context = client_tls(node.certificates)
                with context.wrap_socket(connection, server_hostname=node.host) as secured:
                    _look_for_alert(secured)
    except OSError as error:
        return unreachable(node, error)
    return None


def _look_for_alert(secured: ssl.SSLSocket) -> None:
    """Raises SSLError if the node does not take our certificate.

    With TLS 1.3 it says so after what is a handshake to us (RFC 8446, 4.4.2.4).
    """
    secured.settimeout(_ALERT_SECONDS)
    with suppress(TimeoutError, ConnectionError):
        secured.recv(1)
