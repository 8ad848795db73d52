"""How many pixels a point an image gets; the 3D view alone may have more than slices."""

from brainviewer.app.report.study_figures import SCALES, VOLUME_SCALES
from brainviewer.gui.panels.choice_row import ChoiceRow


class ScaleChoice(ChoiceRow[int]):
    """A row of scales."""

    def __init__(self) -> None:
        super().__init__({f"{scale}×": scale for scale in VOLUME_SCALES}, SCALES[1])
        self.follow(of_volume=False, used=True)

    def follow(self, of_volume: bool, used: bool) -> None:
        """Let the scales be chosen that fit. of_volume : what is exported is the 3D view alone.

        used : whether a scale counts at all.
        """
        if not of_volume and self.chosen > SCALES[-1]:
            self.choose(SCALES[-1])
        for scale in VOLUME_SCALES:
            if scale not in SCALES:
                self.enable(scale, of_volume, "For the 3D view alone: slices have no more pixels.")
        self.setEnabled(used)
