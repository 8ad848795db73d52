"""Commands for PACS: test a node, search it, retrieve from it, send to it."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brainviewer.app.report.terminal import progress_bar, results_only, show_tables
from brainviewer.cli.options import AsJson, argument, option
from brainviewer.cli.pacs.nodes import nodes_app, usable_node
from brainviewer.cli.program import app
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from brainviewer.pacs.query import SeriesMatch

pacs = typer.Typer(help="Search, retrieve from and send to PACS nodes.", rich_markup_mode=None)
pacs.add_typer(nodes_app, name="nodes", invoke_without_command=True)
app.add_typer(pacs, name="pacs", no_args_is_help=True)

_Node = Annotated[str, argument(metavar="NODE", help="Name of a node that you added.")]
_DAY = ["%Y-%m-%d", "%Y%m%d"]


@pacs.command()
def echo(name: _Node) -> None:
    """Ask whether a node is there and answers."""
    with results_only() as out:
        node = usable_node(name)
        from brainviewer.pacs import client

        client.echo(node)
        out.write(f"{name} answers.\n")


@pacs.command()
def find(
    name: _Node,
    patient: Annotated[str, option("--name", help="Beginning of the patient's name.")] = "",
    patient_id: Annotated[str, option("--id", help="Id of the patient.")] = "",
    since: Annotated[
        datetime.datetime | None, option(formats=_DAY, metavar="DATE", help="First day.")
    ] = None,
    until: Annotated[
        datetime.datetime | None, option(formats=_DAY, metavar="DATE", help="Last day.")
    ] = None,
    modality: Annotated[str, option(help="Such as MR.")] = "",
    study: Annotated[str, option(metavar="UID", help="List the series of this study.")] = "",
    as_json: AsJson = False,
) -> None:
    """Search a node for studies; or list the series of one."""
    with results_only() as out:
        node = usable_node(name)
        from brainviewer.app.pacs.recorded import find_studies
        from brainviewer.app.report.pacs_record import series_record, studies_record
        from brainviewer.pacs import client
        from brainviewer.pacs.query import Query

        if study:
            record = series_record(name, study, client.find_series(node, study))
            show_tables(out, record, as_json, lambda _: _series_table(record))
            return
        days = [day.date() if day else None for day in (since, until)]
        query = Query(patient, patient_id, days[0], days[1], modality)
        if query == Query():
            said = "Without anything to search for, all studies of the node would be listed."
            raise BrainViewerError(said, "Give a name, an id, a date or a modality.")
        record = studies_record(name, find_studies(node, query))
        show_tables(out, record, as_json, lambda _: _studies_table(record))


@pacs.command()
def get(
    name: _Node,
    study: Annotated[str, argument(metavar="UID", help="UID of the study, as 'find' lists it.")],
    folder: Annotated[Path, option("-o", "--output", help="Folder for the images.")],
    series: Annotated[
        list[int] | None, option(metavar="NUMBER", help="Only this series; may be given again.")
    ] = None,
) -> None:
    """Retrieve a study into a folder that only you can read, a folder for each series."""
    with results_only() as out:
        node = usable_node(name)
        from brainviewer.app.pacs.recorded import retrieve
        from brainviewer.pacs import client

        with progress_bar() as report:
            wanted = _wanted(client.find_series(node, study), series or [])
            folders = retrieve(node, study, wanted, folder, report)
        for path in folders:
            out.write(f"{path}\n")


@pacs.command()
def send(
    name: _Node,
    files: Annotated[list[Path], argument(metavar="FILE...", help="DICOM files, or folders.")],
) -> None:
    """Send DICOM files, such as results, to a node."""
    with results_only() as out:
        node = usable_node(name)
        from brainviewer.app.pacs import recorded

        with progress_bar() as report:
            count = recorded.send(node, _files(files), report)
        out.write(f"{name} has stored {counted(count, 'file')}.\n")


def _files(paths: list[Path]) -> list[Path]:
    """The files, and those in folders with the ending of DICOM files."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.dcm")) if path.is_dir() else [path]
    return found


def _wanted(found: "tuple[SeriesMatch, ...]", numbers: list[int]) -> "list[SeriesMatch]":
    if not found:
        raise BrainViewerError("The node has no such study.", "Check the UID with 'pacs find'.")
    known = [one.number for one in found]
    for number in numbers:
        if number not in known:
            listed = ", ".join(str(one) for one in known if one is not None)
            raise BrainViewerError(f"There is no series {number}.", f"The study has {listed}.")
    return [one for one in found if not numbers or one.number in numbers]


def _studies_table(record: dict[str, Any]) -> "list[RenderableType]":
    from rich.table import Table

    if not record["studies"]:
        return ["No study fits. Try the beginning of the family name, or fewer conditions."]
    columns = "date", "patient", "id", "born", "modalities", "description", "images", "UID"
    table = Table(*columns)
    for one in record["studies"]:
        table.add_row(
            *(one["date"], one["patient_name"], one["patient_id"], one["birth_date"]),
            *("/".join(one["modalities"]), one["description"], _count(one["images"]), one["uid"]),
        )
    more = f"There are more; the first {len(record['studies'])} are listed."
    return [table, *([more] if record["more"] else [])]


def _series_table(record: dict[str, Any]) -> "list[RenderableType]":
    from rich.table import Table

    if not record["series"]:
        return ["The node has no such study."]
    table = Table("series", "modality", "description", "images", "UID")
    for one in record["series"]:
        number, images = _count(one["number"]), _count(one["images"])
        table.add_row(number, one["modality"], one["description"], images, one["uid"])
    return [table]


def _count(number: int | None) -> str:
    return "" if number is None else str(number)
