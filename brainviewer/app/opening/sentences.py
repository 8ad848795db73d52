"""What there is to say of a study or image that was opened, as notices."""

from collections.abc import Callable

from brainviewer.app.notices import Notice, Notices, Offer
from brainviewer.app.opening.opened import Opened
from brainviewer.imaging.preprocess.sequence_check import CHECK

WHICH_SERIES = "Which series is which…"


class OpeningSentences:
    """Tells each sentence of one source once: its images have the same things to say.

    ask_series : asks which series is which; set where that can be done.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self.ask_series: Callable[[], object] | None = None
        self._told: set[str] = set()
        self._also: list[str] = []

    def forget(self) -> None:
        """Another source is opened."""
        self._told.clear()

    def add(self, sentence: str) -> None:
        """Say something with what is opened next, after the sentences about it."""
        self._also.append(sentence)

    def tell(self, opened: Opened) -> None:
        """First why it is not whole, in one notice with what is missing for that reason."""
        study, said = opened.study, opened.said
        sentences = [*said, *study.notices]
        if said and study.notices and study.missing and not study.is_image2d:
            sentences = [*said[:-1], f"{said[-1]} {study.notices[0]}", *study.notices[1:]]
        also, self._also = self._also, []
        for sentence in (*sentences, *also):
            if sentence not in self._told:
                self._told.add(sentence)
                offers = self._offers(sentence, of_series=study.patient_source is not None)
                self._notices.show(Notice(sentence, offers=offers))

    def _offers(self, sentence: str, *, of_series: bool) -> tuple[Offer, ...]:
        if self.ask_series is None or not of_series or CHECK not in sentence:
            return ()
        return (Offer(WHICH_SERIES, self.ask_series),)
