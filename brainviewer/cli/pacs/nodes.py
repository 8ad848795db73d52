"""Commands for the settings of PACS nodes."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from brainviewer.app.report.terminal import results_only
from brainviewer.cli.options import argument, option
from brainviewer.core.errors import BrainViewerError

if TYPE_CHECKING:
    from brainviewer.pacs.node import DicomwebNode, Node

nodes_app = typer.Typer(help="List the PACS nodes; add and remove them.", rich_markup_mode=None)

_Name = Annotated[str, argument(metavar="NAME", help="What the node is called here.")]


@nodes_app.callback()
def listed(context: typer.Context) -> None:
    """List the PACS nodes; add and remove them."""
    if context.invoked_subcommand is not None:
        return
    with results_only() as out:
        from brainviewer.pacs.node_list import nodes

        known = nodes()
        for node in known.values():
            out.write(f"{node.name}: {node.summary}\n")
        if not known:
            out.write("There is no PACS node. Add one: brainviewer pacs nodes add\n")


@nodes_app.command()
def add(
    name: _Name,
    dimse: Annotated[str, option(metavar="HOST:PORT", help="A node that speaks DIMSE.")] = "",
    title: Annotated[str, option(metavar="AET", help="DIMSE: AE title of the node.")] = "",
    own_title: Annotated[str, option(metavar="AET", help="DIMSE: AE title of this computer.")] = "",
    receive_port: Annotated[
        int, option(metavar="PORT", help="DIMSE: retrieve by C-MOVE to this port, not by C-GET.")
    ] = 0,
    tls: Annotated[bool, option("--tls", help="DIMSE: over TLS.")] = False,
    dicomweb: Annotated[str, option(metavar="URL", help="A node that speaks DICOMweb.")] = "",
    user: Annotated[str, option(help="DICOMweb: log in with this user and a password.")] = "",
    token: Annotated[bool, option("--token", help="DICOMweb: log in with a token.")] = False,
    authority: Annotated[
        str, option(metavar="FILE", help="PEM file of what signs the node's certificate.")
    ] = "",
    certificate: Annotated[str, option(metavar="FILE", help="PEM file to show to the node.")] = "",
    key: Annotated[str, option(metavar="FILE", help="PEM file of its key.")] = "",
) -> None:
    """Add a node, or change the one of that name."""
    with results_only() as out:
        from brainviewer.app.shared.nodes import keep_node
        from brainviewer.pacs.node import (
            OWN_TITLE,
            Certificates,
            DicomwebNode,
            DimseNode,
            Login,
        )

        if bool(dimse) == bool(dicomweb):
            said = "A node speaks either DIMSE or DICOMweb."
            raise BrainViewerError(said, "Give --dimse HOST:PORT and --title, or --dicomweb URL.")
        files = Certificates(authority, certificate, key)
        node: Node
        if dimse:
            host, _, port = dimse.rpartition(":")
            if not port.isdecimal():
                raise BrainViewerError(f"'{dimse}' has no port.", "Give it as HOST:PORT.")
            own = own_title or OWN_TITLE
            node = DimseNode(name, host, int(port), title, own, receive_port, tls, files)
        else:
            login = Login.TOKEN if token else Login.PASSWORD if user else Login.NONE
            node = DicomwebNode(name, dicomweb, login, user, files)
        keep_node(node)
        out.write(f"{name}: {node.summary}\n")
        if isinstance(node, DicomwebNode):
            if node.login_in_clear:
                out.write("Without https others on the network can read the login.\n")
            if node.login is not Login.NONE:
                _keep(node)


@nodes_app.command()
def password(name: _Name) -> None:
    """Ask for the password or token of a node, and keep it in the system's keyring."""
    from brainviewer.pacs.node import DicomwebNode, Login
    from brainviewer.pacs.node_list import node_named

    node = node_named(name)
    if not isinstance(node, DicomwebNode) or node.login is Login.NONE:
        raise BrainViewerError(f"{name} has no login.", "Add it again with --user or --token.")
    _keep(node)


@nodes_app.command()
def remove(name: _Name) -> None:
    """Remove a node, and its password."""
    with results_only() as out:
        from brainviewer.app.shared.nodes import remove_with_password

        remove_with_password(name)
        out.write(f"Removed {name}.\n")


def usable_node(name: str) -> "Node":
    """A node that can log in: a password that no keyring has is asked for on a terminal."""
    from brainviewer.pacs.node import DicomwebNode
    from brainviewer.pacs.node_list import node_named
    from brainviewer.pacs.passwords import keep_for_now, knows_password

    node = node_named(name)
    if isinstance(node, DicomwebNode) and not knows_password(node) and sys.stdin.isatty():
        keep_for_now(node, _asked(node))
    return node


def _keep(node: "DicomwebNode") -> None:
    from brainviewer.app.shared.nodes import keep_password

    if not keep_password(node, _asked(node)):
        said = "There is no keyring here to keep it in: it is asked for each time."
        typer.echo(said, err=True)


def _asked(node: "DicomwebNode") -> str:
    """The password or token: from a terminal, unseen, or the first line of the input."""
    from brainviewer.pacs.node import Login

    what = "Token" if node.login is Login.TOKEN else f"Password of {node.user}"
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise BrainViewerError("No password or token was given.", "Give it as a line of input.")
    return secret
