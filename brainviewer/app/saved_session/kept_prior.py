"""The prior of a session: brought back with its study, and not lost where it cannot be found."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from brainviewer.app.documents import Documents
from brainviewer.app.notices import Notice, Notices, Offer
from brainviewer.app.opening.opened import OpenedSession
from brainviewer.app.prior.prior import Prior
from brainviewer.app.prior.saved_prior import same_prior, saved_prior
from brainviewer.app.state import ViewState
from brainviewer.core.saved_session import SavedPrior, SavedSession

AskSources = Callable[[str, SavedSession], Sequence[Path]]
"""Asks the user where the images of a session are, after a sentence; empty if they will not say."""

OTHER_PRIOR = "The prior is another than when the session was saved: it was compared anew."


class KeptPrior:
    """What the session that is saved to says of the prior.

    Until another prior is shown, it is that which the session was opened with.
    """

    def __init__(
        self, state: ViewState, notices: Notices, documents: Documents, prior: Prior
    ) -> None:
        self._state, self._notices = state, notices
        self._documents, self._prior = documents, prior
        self.forget()

    def forget(self) -> None:
        """There is no session of the study."""
        self._kept: SavedPrior | None = None
        self._found: tuple[Path, ...] = ()
        self._brought: tuple[Path, ...] = ()

    def keep(self, opened: OpenedSession) -> None:
        """The session of the study says this."""
        self._kept, self._found = opened.session.prior, opened.prior

    def of_now(self, folder: Path) -> SavedPrior | None:
        """What is saved. folder : of the session."""
        beside = self._prior.beside
        if beside is not None and beside.paths:
            self._kept = saved_prior(beside, folder)
        return self._kept

    @property
    def paths(self) -> tuple[Path, ...]:
        """What the prior can be opened from; empty where nobody knows, or without one."""
        beside = self._prior.beside
        if beside is not None and beside.paths:
            return beside.paths[beside.compared.shown]
        return self._found

    @property
    def is_shown(self) -> bool:
        """Whether there is a prior beside the study."""
        return self._prior.beside is not None

    @property
    def is_new(self) -> bool:
        """Whether the session does not know what is shown."""
        beside = self._prior.beside
        return beside is not None and not same_prior(beside, self._kept)

    def tell_other(self) -> None:
        """Say that what was brought back is not what the session was saved with."""
        if self.is_new and self._brought and self.paths == self._brought:
            self._brought = ()
            self._notices.tell(OTHER_PRIOR, "caution", of_study=True)

    def bring_back(self, ask: AskSources | None) -> None:
        """Compare the study again with the prior of its session, if that is where it was.

        Nothing is searched again where both are the same images. ask : see ``AskSources``.
        """
        opened, study = self._documents.session, self._state.solid_study
        if opened is None or opened.session.prior is None or study is None:
            return
        if opened.prior:
            self._compare(opened.prior)
        elif opened.prior_missing:
            offers: tuple[Offer, ...] = ()
            if ask is not None:
                offers = (Offer("Look for it", partial(self._look, ask, opened)),)
            self._notices.show(Notice(opened.prior_missing, "caution", offers, of_study=True))

    def _look(self, ask: AskSources, opened: OpenedSession) -> None:
        if chosen := ask(opened.prior_missing, opened.session):
            self._compare(tuple(chosen))

    def _compare(self, paths: Sequence[Path]) -> None:
        opened, study = self._documents.session, self._state.study
        if opened is None or study is None:
            return
        same = study.content_hash == opened.session.study.sha256
        self._brought = tuple(paths)
        self._prior.compare(paths, opened.session.prior if same else None)
