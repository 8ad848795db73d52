"""The table of RANO: target lesions by hand and from the segmentation, and the prior's."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from brainviewer.app.annotating.target_lesions import Target, TargetTable
from brainviewer.app.annotating.target_text import (
    area_text,
    change_text,
    size_text,
    target_change,
)
from brainviewer.app.session import Session
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.theme import Colours
from brainviewer.gui.widgets import listen
from brainviewer.imaging.measure.rano import MOST_TARGETS
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.wording import RESEARCH_ONLY

TITLE = "RANO target lesions"
_WIDTH = 820


class TargetPage(Page):
    """The tables of the open study; follows annotations, lesion and prior."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self._session = session
        super().__init__(TITLE, parent=parent, topic="target lesions")
        self.resize(_WIDTH, self.height())
        state, prior = session.state, session.prior
        session.targets.changed.connect(self._write_again)
        listen(
            self._measure,
            state.annotations_changed,
            state.finding_changed,
            state.study_changed,
            prior.changed,
            prior.measured,
        )
        self._measure()

    def _measure(self) -> None:
        self._session.targets.measure()

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        self.text.setHtml(targets_html(self._session.targets.tables, theme.current()))


def targets_html(tables: Sequence[TargetTable], colours: Colours) -> str:
    """The page as HTML, from ``resources/pages/target_lesions.html``."""
    return page_html(
        "target_lesions",
        title=TITLE,
        colours=colours,
        research_only=RESEARCH_ONLY,
        most=MOST_TARGETS,
        tables=[
            {
                "title": table.title,
                "with_prior": table.with_prior,
                "rows": [_row(target) for target in table.targets],
                "sums": (
                    area_text(table.prior_mm2),
                    area_text(table.current_mm2),
                    change_text(table.current_mm2, table.prior_mm2),
                ),
                "remarks": table.remarks,
            }
            for table in tables
        ],
    )


def _row(target: Target) -> tuple[str, str, str, str]:
    name = shortened(shown_text(target.name))
    star = "*" if target.counted else ""
    return name + star, size_text(target.prior), size_text(target.current), target_change(target)
