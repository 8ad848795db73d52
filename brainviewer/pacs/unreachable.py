"""What is said of a node that cannot be reached."""

import socket
import ssl

from brainviewer.core.errors import NodeError
from brainviewer.pacs.node import Node


def unreachable(node: Node, error: BaseException) -> NodeError:
    """Why there is no connection, from what the system says; its causes are searched."""
    host, port = node.address
    for cause in causes_of(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(node, cause)
        if isinstance(cause, ssl.SSLError) and _is_about_ours(cause):
            what = "does not take the" if node.certificates.own else "wants a"
            said = f"{node.name} {what} certificate of this computer."
            return NodeError(said, "Name one that it knows, with its key, or ask who runs it.")
        if isinstance(cause, ssl.SSLError):
            said = f"{node.name} and this computer cannot agree on TLS ({cause.reason or 'ended'})."
            return NodeError(said, f"Check that port {port} is one with TLS, and the certificates.")
        if isinstance(cause, socket.gaierror):
            return NodeError(f"There is no host '{host}'.", "Check the host of the node.")
        if isinstance(cause, ConnectionRefusedError):
            said = f"Nothing answers at {host}, port {port}."
            return NodeError(said, f"Check host and port, and that {node.name} is running.")
        if isinstance(cause, TimeoutError):
            said = f"{node.name} does not answer in time."
            return NodeError(said, "Check host, port and network, and try again.")
        if isinstance(cause, ConnectionError):
            tls = "without TLS" if node.tls else "with TLS"
            said = f"{node.name} ended the connection at once."
            return NodeError(said, f"Check the port, and whether it is one {tls}.")
    return NodeError(f"{node.name} cannot be reached.", "Check host, port and network.")


def _certificate(node: Node, error: ssl.SSLCertVerificationError) -> NodeError:
    said = f"The certificate of {node.name} does not fit: {error.verify_message.rstrip('.')}."
    return NodeError(said, "Ask who runs it for the certificate of its authority, and name that.")


def _is_about_ours(error: ssl.SSLError) -> bool:
    """Whether the node has sent an alert about the certificate that it was shown, or was not."""
    reason = error.reason or ""
    return "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)


def causes_of(error: BaseException) -> list[BaseException]:
    """An error and all that it was made of."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found
