"""The table of RANO: target lesions by hand and from the segmentation, and the prior's."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from brainviewer.app.annotating.target_lesions import Size, Target, TargetTable
from brainviewer.app.report.follow_up_text import signed
from brainviewer.app.session import Session
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.theme import Colours
from brainviewer.gui.widgets import listen
from brainviewer.imaging.measure.rano import MOST_TARGETS
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.wording import RESEARCH_ONLY, number

TITLE = "RANO target lesions"
_UNKNOWN = "–"
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
                "sums": (_area(table.prior_mm2), _area(table.current_mm2), _change(table)),
                "remarks": table.remarks,
            }
            for table in tables
        ],
    )


def _row(target: Target) -> tuple[str, str, str, str]:
    name = shortened(shown_text(target.name))
    star = "*" if target.counted else ""
    now, before = target.current, target.prior
    known = now is not None and before is not None
    change = _percent(now.product_mm2, before.product_mm2) if known and now and before else ""
    return name + star, _told(before), _told(now), change


def _told(size: Size | None) -> str:
    if size is None:
        return _UNKNOWN
    if not size.longest_mm:
        return "not there" if not size.product_mm2 else _area(size.product_mm2)
    both = f"{number(size.longest_mm, 1)} × {number(size.perpendicular_mm, 1)} mm"
    small = ", small" if size.small else ""
    return f"{both} = {_area(size.product_mm2)}{small}"


def _area(mm2: float | None) -> str:
    return _UNKNOWN if mm2 is None else f"{number(mm2)} mm²"


def _change(table: TargetTable) -> str:
    if table.current_mm2 is None or table.prior_mm2 is None:
        return ""
    return _percent(table.current_mm2, table.prior_mm2)


def _percent(now: float, before: float) -> str:
    return f"{signed(100 * (now / before - 1), 0)} %" if before else ""
