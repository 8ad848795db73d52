"""C-ECHO, C-FIND and C-STORE with a DIMSE node."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom.presentation import PresentationContext, build_context
from pynetdicom.sop_class import (
    StudyRootQueryRetrieveInformationModelFind,
    Verification,
)

from brainviewer.core.errors import NodeError
from brainviewer.pacs.answers import series_match, study_match
from brainviewer.pacs.association import associated, check_status, missing_service, senseless
from brainviewer.pacs.cancelling import RepeatedReport, Waiting
from brainviewer.pacs.node import DimseNode
from brainviewer.pacs.outgoing import Outgoing
from brainviewer.pacs.query import (
    MOST_STUDIES,
    SERIES_KEYS,
    STUDY_KEYS,
    Found,
    Query,
    SeriesMatch,
    StudyMatch,
    by_number,
    newest_first,
)

_Match = TypeVar("_Match", StudyMatch, SeriesMatch)
_FIND = StudyRootQueryRetrieveInformationModelFind
_UTF_8 = "ISO_IR 192"
_MOST_CONTEXTS = 128  # PS3.8: their numbers are odd and below 256
_DUPLICATE = 0x0111
_PENDING = (0xFF00, 0xFF01)
_MOST_ANSWERS = 3 * MOST_STUDIES  # the spellings of a name may all fit


def echo(node: DimseNode, waiting: Waiting) -> None:
    """C-ECHO: ask whether the node is there. Raises NodeError that says why not."""
    with associated(node, [build_context(Verification)], waiting) as association:
        if not association.accepted_contexts:
            raise missing_service(node, "C-ECHO")
        check_status(node, association.send_c_echo(), "the test")


def find_studies(node: DimseNode, query: Query, report: RepeatedReport, waiting: Waiting) -> Found:
    """C-FIND of studies. Raises NodeError."""
    identifiers = [_identifier("STUDY", STUDY_KEYS, wanted) for wanted in query.spellings()]
    answers = _found(node, identifiers, report, waiting)
    return newest_first(_named(node, [study_match(answer) for answer in answers]))


def find_series(
    node: DimseNode, study_uid: str, report: RepeatedReport, waiting: Waiting
) -> tuple[SeriesMatch, ...]:
    """C-FIND of the series of a study. Raises NodeError."""
    identifier = _identifier("SERIES", SERIES_KEYS, {"StudyInstanceUID": study_uid})
    answers = _found(node, [identifier], report, waiting)
    if len(answers) > _MOST_ANSWERS:
        said = f"{node.name} lists more than {_MOST_ANSWERS:,} series of one study."
        raise NodeError(said, "Ask who runs the node.")
    return by_number(_named(node, [series_match(answer) for answer in answers]))


def _named(node: DimseNode, matches: list[_Match]) -> list[_Match]:
    """The same. Raises NodeError if none has a UID, which all must have (PS3.4, C.2.2.1)."""
    if matches and not any(one.uid for one in matches):
        raise senseless(node, "an answer")
    return matches


@contextmanager
def storage(
    node: DimseNode, files: Sequence[Outgoing], waiting: Waiting
) -> Iterator[Callable[[Outgoing], None]]:
    """One association for all files, unless the node would take only some of them.

    Yields what stores one of them by C-STORE; both raise NodeError.
    """
    kinds = {(file.class_uid, file.syntax) for file in files}
    if len(kinds) > _MOST_CONTEXTS:
        raise NodeError("These are too many kinds of files at once.", "Send them in parts.")
    contexts = [_storage(class_uid, syntax) for class_uid, syntax in sorted(kinds)]
    with associated(node, contexts, waiting) as association:
        accepted = {
            (c.abstract_syntax, c.transfer_syntax[0]) for c in association.accepted_contexts
        }
        for class_uid, syntax in sorted(kinds - accepted):
            said = f"{node.name} does not take {UID(class_uid).name} in {UID(syntax).name}."
            raise NodeError(said, "Nothing was sent.")

        def store(file: Outgoing) -> None:
            status = association.send_c_store(file.path)
            # A warning means that the node has changed what it stored.
            kept = int(status.get("Status", 0))
            if kept != _DUPLICATE and not 0xB000 <= kept <= 0xBFFF:
                check_status(node, status, "the storage")

        yield store


def _storage(class_uid: str, syntax: str) -> PresentationContext:
    return build_context(class_uid, syntax)


def _identifier(level: str, keys: Iterable[str], wanted: Mapping[str, str]) -> Dataset:
    """What is asked for (keys), and what must match (values by keyword)."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    for keyword, value in (dict.fromkeys(keys, "") | dict(wanted)).items():
        setattr(identifier, keyword, value)
        if not value.isascii():
            identifier.SpecificCharacterSet = _UTF_8
    return identifier


def _found(
    node: DimseNode, identifiers: Iterable[Dataset], report: RepeatedReport, waiting: Waiting
) -> list[Dataset]:
    """All that fits one of them, but not many more than are shown."""
    answers: list[Dataset] = []
    syntaxes = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
    with associated(node, [build_context(_FIND, syntaxes)], waiting) as association:
        if not association.accepted_contexts:
            raise missing_service(node, "C-FIND")
        for identifier in identifiers:
            for status, answer in association.send_c_find(identifier, _FIND):
                check_status(node, status, "the search")
                if answer is not None:
                    answers.append(answer)
                    report(0.0, f"Searching: {len(answers)} found")
                elif int(status.Status) in _PENDING:
                    raise senseless(node, "an answer")
                if len(answers) > _MOST_ANSWERS:
                    association.abort()  # ends the search, which not every node cancels
                    return answers
    return answers
