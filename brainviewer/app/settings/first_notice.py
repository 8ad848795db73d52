"""What every reader is told once before the work begins, and whether it was accepted."""

from collections.abc import Sequence

from brainviewer.app.settings.settings import Settings

EDITION = 1
"""Rises when the notice says anything else; every reader is then asked once more."""

TITLE = "Before you begin"
LEAD = (
    "BrainViewer is for research and teaching. It is not a medical device: nothing that it shows "
    "or computes may guide the care of a patient."
)
SECTIONS: Sequence[tuple[str, Sequence[str]]] = (
    (
        "What it cannot do",
        (
            "Its answers are estimates. The type of a glioma was right in two of three patients "
            "that it was measured on; the card of each model has its figures and its limits.",
            "It was made for gliomas of adults before treatment. It rules out no other disease, "
            "and “no lesion found” does not mean a healthy brain.",
            "A segmentation, a size or a side can be wrong. Compare them with the images.",
        ),
    ),
    (
        "What is kept on this computer",
        (
            "Your annotations, corrections, feedback and reports, the results of each study, and "
            "where recent studies lie. Only you can read them; the settings say what is kept.",
            "Nothing leaves this computer unless you send or save it.",
        ),
    ),
)


def is_wanted(settings: Settings) -> bool:
    """Whether the reader, whose settings these are, has not accepted this edition yet."""
    return settings.notice_accepted < EDITION


def accept(settings: Settings) -> None:
    """The reader has understood it."""
    settings.update(notice_accepted=EDITION)
