"""A DIMSE node in this process that sends a series, or stores an object, when a test lets it."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread
from pynetdicom import AE, build_context, evt
from pynetdicom.sop_class import (
    Comprehensive3DSRStorage,
    EnhancedMRImageStorage,
    MRImageStorage,
    SegmentationStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
)

from brainviewer.pacs.node import DimseNode
from tests.pacs_servers import HOST

_TITLE = "SLOW"
_PATIENCE = 60.0
_PENDING, _FAILED, _NO_ROOM = 0xFF00, 0xC000, 0xA700


class SlowNode:
    """One study, a series at a time: the first n after ``let(n)``, and no others after ``fail``.

    Likewise it stores the first n objects that are sent to it, ``stored`` by their UIDs.
    asked : it was, and may be waiting.
    series : the files of each, in the order of their numbers.
    """

    def __init__(self, series: Sequence[Sequence[Path]]) -> None:
        self.node = DimseNode("Slow", HOST, 0, _TITLE)  # its port is known once it listens
        read = [[dcmread(path) for path in paths] for paths in series]
        self.series: Mapping[str, list[Dataset]] = {s[0].SeriesInstanceUID: s for s in read}
        self._changed = threading.Condition()
        self.stored: list[str] = []
        self.asked = threading.Event()
        self._allowed = 0
        self._failing = False

    def let(self, count: int) -> None:
        """Send, or store, the first ``count`` that are asked for."""
        with self._changed:
            self._allowed = count
            self._changed.notify_all()

    def fail(self) -> None:
        """Say of all further ones that it cannot be done."""
        with self._changed:
            self._failing = True
            self._changed.notify_all()

    def find(self, event: Any) -> Iterator[tuple[int, Dataset]]:
        """Answer a search: the study, or its series."""
        level = event.identifier.QueryRetrieveLevel
        for number, datasets in enumerate(self.series.values(), 1):
            first, answer = datasets[0], Dataset()
            answer.QueryRetrieveLevel = level
            for keyword in ("StudyInstanceUID", "PatientName", "PatientID", "StudyDate"):
                setattr(answer, keyword, first.get(keyword))
            if level == "SERIES":
                answer.SeriesInstanceUID, answer.Modality = first.SeriesInstanceUID, "MR"
                answer.SeriesNumber = number
                answer.NumberOfSeriesRelatedInstances = len(datasets)
            else:
                answer.ModalitiesInStudy = "MR"
            yield _PENDING, answer
            if level != "SERIES":
                return

    def get(self, event: Any) -> Iterator[Any]:
        """Send a series, when it may."""
        wanted = event.identifier.SeriesInstanceUID
        yield len(self.series[wanted])
        if not self._may(list(self.series).index(wanted)):
            yield _FAILED, Dataset()
            return
        for dataset in self.series[wanted]:
            yield _PENDING, dataset

    def store(self, event: Any) -> int:
        """Store an object, when it may."""
        if not self._may(len(self.stored)):
            return _NO_ROOM
        self.stored.append(event.request.AffectedSOPInstanceUID)
        return 0

    def _may(self, number: int) -> bool:
        """Wait for ``let`` or ``fail``."""
        self.asked.set()
        with self._changed:
            self._changed.wait_for(lambda: self._failing or self._allowed > number, _PATIENCE)
            return self._allowed > number


@contextmanager
def slow_node(series: Sequence[Sequence[Path]] = ()) -> Iterator[SlowNode]:
    """A node that runs until the block ends; nothing waits in it then."""
    made = SlowNode(series)
    entity = AE(_TITLE)
    find, get = (
        StudyRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelGet,
    )
    entity.supported_contexts = [build_context(find), build_context(get)]
    entity.add_supported_context(MRImageStorage, scu_role=True, scp_role=True)
    for kind in (EnhancedMRImageStorage, SegmentationStorage, Comprehensive3DSRStorage):
        entity.add_supported_context(kind)
    handlers = [
        (evt.EVT_C_FIND, made.find),
        (evt.EVT_C_GET, made.get),
        (evt.EVT_C_STORE, made.store),
    ]
    server = entity.start_server((HOST, 0), block=False, evt_handlers=handlers)
    assert server is not None
    made.node = replace(made.node, port=int(server.server_address[1]))
    try:
        yield made
    finally:
        made.fail()
        server.shutdown()
