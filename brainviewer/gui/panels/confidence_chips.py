"""The state of an answer in a few words, as the chips under it say it."""

from brainviewer.app.status import Status
from brainviewer.core.findings import Classification
from brainviewer.painting.prediction_text import Standing, condition_text

Chip = tuple[str, str]
"""Words, and the role of their label in the theme."""


def answer_chips(result: Classification, standing: Standing, status: Status) -> list[Chip]:
    """The chips of an answer; what the headline says is not said again."""
    words: list[Chip] = []
    if status is not Status.DONE:
        words.append((str(status), "chip-caution"))
    elif standing is Standing.ANSWERED:
        # Never green: whether it is a glioma at all, or one of the classes, nobody has checked.
        sure = "confident" if result.calibrated else "done"
        words.append((f"{sure}, if {condition_text(result)}", "chip"))
    if not result.calibrated and standing is not Standing.OUT_OF_SCOPE:
        words.append(("not calibrated", "chip-caution"))
    elif standing is Standing.ANSWERED:
        # Where there is a doubt, the model was not measured on cases like this one.
        words.append(("calibrated", "chip"))
    return words
