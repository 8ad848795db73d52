"""What can be asked of a node, whichever protocol it speaks.

Each function blocks, and the network is open to that node alone while it runs. All of them raise
NodeError with a sentence that says what went wrong, and Cancelled soon after ``report`` would, also
while the node is silent; only the look-up of the name of a host cannot be cut short.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from brainviewer.core.errors import FileError, NodeError, Report, silent
from brainviewer.core.process.network import network_open_to
from brainviewer.files.retrieved import ArrivingSeries, arrived_folder, arriving_series
from brainviewer.pacs import dicomweb, dimse, dimse_retrieval
from brainviewer.pacs.cancelling import RepeatedReport, Waiting, until_cancelled
from brainviewer.pacs.dimse_retrieval import RetrieveSeries
from brainviewer.pacs.node import DimseNode, Node
from brainviewer.pacs.outgoing import Outgoing, account, outgoing
from brainviewer.pacs.query import Found, Query, SeriesMatch

_MOST_IMAGES = 20_000
"""Of a series of which the node does not say how many it has."""
SeriesArrived = Callable[[SeriesMatch, Path], object]
"""Takes a series that is whole, and its folder, while the next ones are still to come."""


def echo(node: Node, report: Report = silent) -> None:
    """Ask whether the node is there: C-ECHO, or a search for one study."""
    with _open(node, RepeatedReport(report)) as waiting:
        if isinstance(node, DimseNode):
            dimse.echo(node, waiting)
        else:
            dicomweb.echo(node, waiting)


def find_studies(node: Node, query: Query, report: Report = silent) -> Found:
    """Search for studies: C-FIND or QIDO."""
    repeated = RepeatedReport(report)
    with _open(node, repeated) as waiting:
        if isinstance(node, DimseNode):
            return dimse.find_studies(node, query, repeated, waiting)
        return dicomweb.find_studies(node, query, repeated, waiting)


def find_series(node: Node, study_uid: str, report: Report = silent) -> tuple[SeriesMatch, ...]:
    """The series of a study."""
    repeated = RepeatedReport(report)
    with _open(node, repeated) as waiting:
        if isinstance(node, DimseNode):
            return dimse.find_series(node, study_uid, repeated, waiting)
        return dicomweb.find_series(node, study_uid, waiting)


def retrieve(
    node: Node,
    study_uid: str,
    series: Sequence[SeriesMatch],
    folder: Path,
    report: Report = silent,
    arrived: SeriesArrived = lambda *_: None,
) -> tuple[Path, ...]:
    """Retrieve series one after the other, each whole or not at all: C-GET, C-MOVE or WADO.

    folder : private, or named by the user; each series gets a folder in it, readable by its owner.
    arrived : called after each series.

    Returns the folders of the series. What had arrived before an error or ``Cancelled`` stays.
    Raises FileError as well, as for a full disk.
    """
    folders: list[Path] = []
    repeated = RepeatedReport(report)
    with _open(node, repeated) as waiting, _retrieval(node, waiting) as retrieve_one:
        for number, one in enumerate(series, 1):
            with arriving_series(folder, number) as arriving:
                told = _progress(series, number - 1, arriving, repeated)
                told()
                arrived_one = _Limited(node, one, told)
                retrieve_one(study_uid, one, arriving, arrived_one)
                waiting.check()  # what was cut short may look whole
                _check_complete(node, one, arriving.count)
            folders.append(arrived_folder(folder, number))
            arrived(one, folders[-1])
    return tuple(folders)


def send(
    node: Node,
    paths: Sequence[Path],
    report: Report = silent,
    stored: Callable[[int], object] = lambda _: None,
) -> int:
    """Send DICOM files: C-STORE or STOW. Returns how many.

    stored : told after each how many the node has confirmed.

    Raises FileError before anything is sent if one of them is no DICOM file. Later errors say which
    were stored, and which were not.
    """
    files, repeated, count = outgoing(paths), RepeatedReport(report), 0
    try:
        with _open(node, repeated) as waiting, _storage(node, files, waiting) as store_one:
            for file in files:
                repeated(count / len(files), f"Sending: object {count + 1} of {len(files)}")
                store_one(file)
                count += 1
                stored(count)
    except (NodeError, FileError) as error:
        if not count:
            raise
        raise NodeError(error.message, f"{account(files, count)} {error.advice}") from None
    return count


def _retrieval(node: Node, waiting: Waiting) -> AbstractContextManager[RetrieveSeries]:
    if isinstance(node, DimseNode):
        return dimse_retrieval.retrieval(node, waiting)
    return dicomweb.retrieval(node, waiting)


def _storage(
    node: Node, files: Sequence[Outgoing], waiting: Waiting
) -> AbstractContextManager[Callable[[Outgoing], None]]:
    if isinstance(node, DimseNode):
        return dimse.storage(node, files, waiting)
    return dicomweb.storage(node, waiting)


def _progress(
    series: Sequence[SeriesMatch], index: int, arriving: ArrivingSeries, report: Report
) -> Callable[[], None]:
    """Tells how far the retrieval is, by images, or by series where their images are not known."""
    counts = [one.images for one in series]
    known = [count for count in counts if count is not None]
    total = sum(known) if len(known) == len(counts) else 0
    before = sum(known[:index]) if total else 0

    def told() -> None:
        if total:
            count = min(before + arriving.count, total)
            report(count / total, f"Retrieving: {count} of {total} images")
        else:
            text = f"Retrieving: series {index + 1} of {len(series)}, {arriving.count} images"
            report(index / len(series), text)

    return told


class _Limited:
    """Tells of each image; raises NodeError where a node sends many more than there are."""

    def __init__(self, node: Node, series: SeriesMatch, told: Callable[[], None]) -> None:
        self._node, self._series, self._told = node, series, told
        self._most = _MOST_IMAGES if series.images is None else series.images + 20
        self._count = 0

    def __call__(self) -> None:
        self._count += 1
        if self._count > self._most:
            raise NodeError(
                f"{self._node.name} sends more images of series {self._series.number or '?'} than "
                f"it says there are ({self._series.images or 'unknown'}), so it was not kept.",
                "Ask who runs the node.",
            )
        self._told()


def _check_complete(node: Node, series: SeriesMatch, count: int) -> None:
    """Raises NodeError if images of a series are missing."""
    if not count or (series.images is not None and count < series.images):
        raise NodeError(
            f"{node.name} sent {count} of {series.images or '?'} images of series "
            f"{series.number or '?'}, so it was not kept.",
            "Try again, or ask who runs the node.",
        )


@contextmanager
def _open(node: Node, report: RepeatedReport) -> Iterator[Waiting]:
    """Open the network to a node while something is asked of it, until ``report`` cancels that."""
    node.check()
    with network_open_to(node.address):
        own = dimse_retrieval.own_address(node) if isinstance(node, DimseNode) else None
        with network_open_to(node.address, own), until_cancelled(report) as waiting:
            yield waiting
