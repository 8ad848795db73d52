"""The studies that a PACS node answered a search with, as a source of the study list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brainviewer.app.study_list.listed import ListedStudy, StudyOnNode
from brainviewer.core.errors import Report, silent
from brainviewer.core.headers.dicom_source import day_of
from brainviewer.core.shown_text import shown_text
from brainviewer.files.dicom.series.identity import identity_of
from brainviewer.files.study_list.entry import key_of_uid

if TYPE_CHECKING:
    from brainviewer.pacs.node import Node
    from brainviewer.pacs.query import StudyMatch


@dataclass(frozen=True)
class FoundOnNode:
    """What was found; each study is retrieved when it is opened."""

    node: "Node"
    found: "tuple[StudyMatch, ...]"

    @property
    def title(self) -> str:
        """The name of the node."""
        return shown_text(self.node.name)

    def studies(self, report: Report = silent) -> Iterator[ListedStudy]:
        """In the order of the answer."""
        for match in self.found:
            yield ListedStudy(
                (),
                key_of_uid(match.uid),
                shown_text(match.patient.readable_name or match.patient_id),
                shown_text(match.description),
                day_of(match.date),
                modalities=tuple(map(shown_text, match.modalities)),
                on_node=StudyOnNode(self.node, match),
                identities=(identity_of(match.patient, match.uid),),
            )
