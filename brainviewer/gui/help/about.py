"""About BrainViewer: versions, engine, device, renderer, and the licences of what it stands on."""

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.session import Session
from brainviewer.gui import theme
from brainviewer.gui.dialogs.page import Page, show_page
from brainviewer.gui.help.running_on import running_on
from brainviewer.gui.help.versions import SHIPPED, licence_text, parts
from brainviewer.gui.layouts import row
from brainviewer.gui.widgets import button, call
from brainviewer.painting.html_pages import page_html
from brainviewer.painting.text.wording import RESEARCH_ONLY

_TITLE = "About BrainViewer"


class AboutPage(Page):
    """Follows the engine; a licence opens in a page of its own. *Copy* is for reports of faults.

    renderer : what draws the 3D view.
    """

    def __init__(self, session: Session, renderer: str, parent: QWidget | None = None) -> None:
        self._session, self._renderer = session, renderer
        self._parts = parts()
        super().__init__(_TITLE, parent=parent)
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._show_licence)
        copy = button("Copy", "second", "Copy versions, engine and device as text", self._copy)
        self._lines.addLayout(row(None, copy, margins=(12, 8, 12, 12)))
        session.state.engine_changed.connect(follow := self._write_again)
        self.destroyed.connect(call(session.state.engine_changed.disconnect, follow))

    @property
    def system(self) -> list[tuple[str, str]]:
        """(name, value) of what the application runs on; no name of a user, study or folder."""
        return running_on(self._session, self.screen(), self._renderer)

    def write(self) -> None:
        """Fill the page, in the colours of the theme."""
        self.text.setHtml(
            page_html(
                "about",
                title=_TITLE,
                colours=theme.current(),
                research_only=RESEARCH_ONLY,
                system=self.system,
                parts=self._parts,
                shipped=SHIPPED,
            )
        )

    def _copy(self) -> None:
        lines = [*self.system, *((part.name, part.version) for part in self._parts)]
        QApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in lines))

    def _show_licence(self, link: QUrl) -> None:
        name = link.path(QUrl.ComponentFormattingOption.FullyDecoded)
        page = Page(f"Licence of {name}", parent=self)
        said = licence_text(name) or "It carries no text of its licence; its web site has it."
        page.text.setPlainText(said)
        show_page(page)
