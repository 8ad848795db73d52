"""The header doctor: what the headers of the open study say, and what was done about it."""

from collections.abc import Collection, Sequence

from PySide6.QtWidgets import QWidget

from brainviewer.app.headers.header_findings import HeaderFinding, header_findings
from brainviewer.app.headers.said import Check, Level
from brainviewer.app.session import Session
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.theme import Colours
from brainviewer.gui.widgets import listen
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.wording import RESEARCH_ONLY

TITLE = "Header doctor"
_WIDTH = 820
_MARKS = {Level.FINE: "✓", Level.NOTE: "·", Level.CAUTION: "!"}


class HeaderPage(Page):
    """The findings by check; follows the study, the search, and whether names are hidden."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self._session = session
        super().__init__(TITLE, parent=parent, topic="headers")
        self.resize(_WIDTH, self.height())
        state = session.state
        listen(self._write_again, state.study_changed, state.volumes_changed, state.finding_changed)
        session.settings.changed.connect(self._follow)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        state = self._session.state
        found: Sequence[HeaderFinding] = ()
        if state.study is not None:
            found = header_findings(state.study, state.finding)
        named = self._session.settings.show_patient
        self.text.setHtml(headers_html(found, theme.current(), named=named))

    def _follow(self, changed: Collection[str]) -> None:
        if "show_patient" in changed:
            self._write_again()


def show_headers(session: Session, window: QWidget) -> None:
    """The page, one however often it is asked for."""
    page = window.findChild(HeaderPage) or HeaderPage(session, window)
    page.show()
    page.raise_()
    page.activateWindow()


def headers_html(found: Sequence[HeaderFinding], colours: Colours, *, named: bool = True) -> str:
    """The page as HTML, from ``resources/pages/headers.html``.

    named : with texts that may name the patient.
    """
    return page_html(
        "headers",
        title=TITLE,
        colours=colours,
        research_only=RESEARCH_ONLY,
        checks=[
            (check.value.capitalize() if check is not Check.FORMS else check.value, rows)
            for check in Check
            if (rows := [_row(one, named=named) for one in found if one.said.check is check])
        ],
        named=named,
    )


def _row(one: HeaderFinding, *, named: bool) -> dict[str, object]:
    said = one.said
    return {
        "mark": _MARKS[said.level],
        "level": said.level.value,
        "names": one.names,
        "found": said.found,
        "done": said.done,
        "texts": one.texts if named else (),
    }
