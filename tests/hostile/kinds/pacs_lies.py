"""DIMSE nodes that keep to the protocol, and lie in what they find and send."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from brainviewer.pacs.node import DimseNode
from tests.hostile import lying_node
from tests.hostile.case import Case, Ends, Place
from tests.hostile.lying_node import DONE, HOST, IMAGES, PENDING, SERIES, STUDY, TITLE, Lie, Talk

_ENOUGH = 100_000
"""How often a node that never ends does it; by then it must have been left."""


def _endless_images(talk: Talk) -> None:
    for n in range(1, _ENOUGH):
        instance = f"{SERIES}.{n}"
        if not talk.send(lying_node.image(1, SOPInstanceUID=instance), instance):
            return


def _again(do: Callable[[Talk], object]) -> Lie:
    def lie(talk: Talk) -> None:
        for _ in range(_ENOUGH):
            if not talk.association.is_established:
                return
            do(talk)

    return lie


def _sends(content: bytes | Callable[[], bytes]) -> Lie:
    def lie(talk: Talk) -> None:
        talk.send(content if isinstance(content, bytes) else content())
        talk.answer(DONE, NumberOfCompletedSuboperations=1)

    return lie


def _says(status: int, **numbers: object) -> Lie:
    return lambda talk: talk.answer(status, **numbers)  # type: ignore[arg-type]


def _then(do: Callable[[Talk], object], count: int = 1) -> Lie:
    """Do it after some images."""

    def lie(talk: Talk) -> None:
        talk.images(count)
        do(talk)

    return lie


def _cut_in_two(talk: Talk) -> None:
    talk.association.dul.socket.close()


def _deep() -> bytes:
    """An image in which sequences lie in each other."""
    head = lying_node.image()
    item = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    at = head.index(b"\x20\0\x0d\0")
    return head[:at] + item * 5_000 + head[at:]


_SUBOPERATIONS = {"NumberOfCompletedSuboperations": 3, "NumberOfFailedSuboperations": 0}
_GET: dict[str, tuple[Ends, Lie]] = {
    "truth": ("opens", Talk.whole),
    "other series": ("refused", lambda talk: talk.whole(SeriesInstanceUID="1.9.9")),
    "other study": ("refused", lambda talk: talk.whole(StudyInstanceUID="1.9.9")),
    "no series": ("refused", lambda talk: talk.whole(SeriesInstanceUID="")),
    # Who the patient is does not matter here: studies are asked for by their UID, and whoever
    # opens the folder is told that it holds several patients.
    "several patients": ("opens", lambda talk: [talk.images(2), talk.whole(PatientID="X")]),
    "one image for all": ("refused", lambda talk: [talk.images(1) for _ in range(9)]
                          and talk.answer(DONE, **_SUBOPERATIONS)),
    "nothing": ("refused", _says(DONE)),
    "nothing, and counts it": ("refused", _says(DONE, **_SUBOPERATIONS)),
    "two of three": ("refused", _then(_says(DONE), 2)),
    "cut image": ("refused", _sends(partial(lying_node.image, 1, 200))),
    "cut header": ("refused", _sends(lying_node.image()[:61])),
    "two zeros": ("refused", _sends(b"\0\0")),
    "garbage": ("refused", _sends(bytes(range(256)) * 64)),
    "deep image": ("refused", _sends(_deep)),
    "unknown status": ("refused", _says(0x9999)),
    "unknown status, and images": ("refused", _then(_says(0x0FFF), IMAGES)),
    "status of zeros and ones": ("refused", _says(0xFFFF)),
    "warning": ("refused", _says(0xB000, NumberOfFailedSuboperations=3)),
    "comment": ("refused", _says(0xC000, ErrorComment="\x1b[31m" + "x" * 59)),
    "counts too many": ("refused", _then(
        _says(DONE, NumberOfCompletedSuboperations=65535), IMAGES)),
    "aborts": ("refused", _then(lambda talk: talk.association.abort())),
    "closes": ("refused", _then(_cut_in_two)),
    "answers a search": ("refused", _says(PENDING, content=b"")),
    "images without end": ("refused", _endless_images),
    "pending without end": ("refused", _again(_says(PENDING))),
    "one image without end": ("refused", _again(Talk.images)),
}  # fmt: skip
_FIND: dict[str, tuple[Ends, Lie]] = {
    "truth": ("opens", lambda talk: [talk.answer(PENDING, lying_node.found()), talk.answer(DONE)]),
    "nothing": ("opens", _says(DONE)),
    # Its last element is gone: how many images there are is not known then.
    "cut answer": ("opens", lambda talk: [
        talk.answer(PENDING, lying_node.found()[:-7]), talk.answer(DONE)]),
    "garbage": ("refused", lambda talk: [
        talk.answer(PENDING, bytes(range(256))), talk.answer(DONE)]),
    "path in place of a UID": ("opens", lambda talk: [
        talk.answer(PENDING, lying_node.found(SeriesInstanceUID="../../etc/passwd")),
        talk.answer(DONE)]),
    "control codes": ("opens", lambda talk: [
        talk.answer(PENDING, lying_node.found(SeriesDescription="\x1b[31m\u202eA")),
        talk.answer(DONE)]),
    "unknown status": ("refused", _says(0x9999)),
    "aborts": ("refused", lambda talk: talk.association.abort()),
    "without end": ("opens", _again(lambda talk: talk.answer(PENDING, lying_node.found()))),
    "pending without end": ("refused", _again(_says(PENDING))),
}  # fmt: skip


def _node(lie: Lie, searched: bool, moves: bool, place: Place) -> Path:
    from tests.hostile.kinds.pacs import free_port, keep

    port = lying_node.start(lie, searched)
    back = free_port() if moves else 0
    return keep(DimseNode("n", HOST, port, TITLE, receive_port=back), place)


def cases() -> Iterator[Case]:
    """All of the kind."""
    get = ("pacs", "get", "n", STUDY, "-o", "{out}/got")
    for name, (ends, lie) in _GET.items():
        make = partial(_node, lie, False, False)
        yield Case("pacs", f"C-GET {name}", make, get, ends, "retrieve", network=True)
    for name in ("nothing", "nothing, and counts it", "unknown status", "pending without end"):
        make = partial(_node, _GET[name][1], False, True)
        yield Case("pacs", f"C-MOVE {name}", make, get, "refused", "retrieve", network=True)
    for name, (ends, lie) in _FIND.items():
        make = partial(_node, lie, True, False)
        command = ("pacs", "find", "n", "--study", STUDY)
        yield Case("pacs", f"C-FIND {name}", make, command, ends, "retrieve", network=True)
