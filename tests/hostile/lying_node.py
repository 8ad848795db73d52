"""A DIMSE node of this machine that finds a study, and lies when it is asked for its images."""

import io
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE, build_context, evt
from pynetdicom.dimse_primitives import C_FIND, C_GET, C_MOVE, C_STORE
from pynetdicom.dsutils import encode
from pynetdicom.sop_class import (
    MRImageStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
)

from tests.hostile.fuzz.dicom_seeds import series

STUDY, SERIES, IMAGES = "1.2.3", "1.2.3.1", 3
HOST, TITLE = "127.0.0.1", "T"
PENDING, DONE = 0xFF00, 0x0000


@cache
def image(number: int = 1, cut: int = 0, **said: Any) -> bytes:
    """An image of the study as it is sent; said : elements that say something else.

    cut : how many bytes of its end are missing.
    """
    dataset = pydicom.dcmread(io.BytesIO(series()[0]))
    values = {"StudyInstanceUID": STUDY, "SeriesInstanceUID": SERIES,
              "SOPInstanceUID": f"{SERIES}.{number}", "InstanceNumber": number}  # fmt: skip
    for keyword, value in {**values, **said}.items():
        setattr(dataset, keyword, value)
    content = encode(dataset, False, True)
    assert content is not None
    return content[: len(content) - cut]


class Talk:
    """What a node can do once it was asked for images, or for what it has."""

    def __init__(self, event: evt.Event) -> None:
        self._event = event
        self.association = event.assoc

    def send(self, content: bytes, instance: str = f"{SERIES}.1") -> bool:
        """C-STORE of anything at all; whether it was answered."""
        request = C_STORE()
        request.MessageID, request.Priority = 7, 2
        request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = MRImageStorage, instance
        request.DataSet = io.BytesIO(content)
        contexts = self.association.accepted_contexts
        of_images = [one for one in contexts if one.abstract_syntax == MRImageStorage]
        self.association.dimse.send_msg(request, of_images[0].context_id)
        return self.association.dimse.get_msg(block=True)[1] is not None

    def answer(self, status: int, content: bytes | None = None, **numbers: Any) -> None:
        """A response, which may be the last."""
        request = self._event.request
        made = {C_GET: C_GET, C_MOVE: C_MOVE, C_FIND: C_FIND}[type(request)]()
        made.MessageIDBeingRespondedTo = request.MessageID
        made.AffectedSOPClassUID, made.Status = request.AffectedSOPClassUID, status
        for keyword, value in numbers.items():
            setattr(made, keyword, value)
        if content is not None:
            made.Identifier = io.BytesIO(content)
        self.association.dimse.send_msg(made, self._event.context.context_id)

    def images(self, count: int = IMAGES, **said: Any) -> None:
        """Some images that say something."""
        for number in range(1, count + 1):
            self.send(image(number, **said), f"{SERIES}.{number}")

    def whole(self, **said: Any) -> None:
        """All images, and a response that counts them."""
        self.images(**said)
        self.answer(DONE, NumberOfCompletedSuboperations=IMAGES, NumberOfFailedSuboperations=0)


Lie = Callable[[Talk], object]


def found(**said: Any) -> bytes:
    """An answer to a search for the series of the study."""
    answer = Dataset()
    values = {"QueryRetrieveLevel": "SERIES", "StudyInstanceUID": STUDY, "Modality": "MR",
              "SeriesInstanceUID": SERIES, "SeriesNumber": 1,
              "NumberOfSeriesRelatedInstances": IMAGES}  # fmt: skip
    for keyword, value in {**values, **said}.items():
        setattr(answer, keyword, value)
    content = encode(answer, False, True)
    assert content is not None
    return content


def _finds(talk: Talk) -> None:
    talk.answer(PENDING, found())
    talk.answer(DONE)


def start(lie: Lie, when_searched: bool = False) -> int:
    """Start a node, which ends with this process; its port. when_searched : it lies then."""

    def on_search(event: evt.Event) -> Iterator[Any]:
        (lie if when_searched else _finds)(Talk(event))
        yield from ()

    def on_get(event: evt.Event) -> Iterator[Any]:
        lie(Talk(event))
        yield 0

    def on_move(event: evt.Event) -> Iterator[Any]:
        lie(Talk(event))
        yield None, None

    entity = AE(TITLE)
    entity.dimse_timeout = entity.network_timeout = 20.0
    entity.supported_contexts = [
        build_context(one, ExplicitVRLittleEndian)
        for one in (
            StudyRootQueryRetrieveInformationModelFind,
            StudyRootQueryRetrieveInformationModelGet,
            StudyRootQueryRetrieveInformationModelMove,
        )
    ]
    entity.add_supported_context(
        MRImageStorage, ExplicitVRLittleEndian, scu_role=True, scp_role=True
    )
    handlers = [(evt.EVT_C_FIND, on_search), (evt.EVT_C_GET, on_get), (evt.EVT_C_MOVE, on_move)]
    server = entity.start_server((HOST, 0), block=False, evt_handlers=handlers)
    assert server is not None
    return int(server.server_address[1])
