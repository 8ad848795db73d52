"""How likely what a segmentation network finds is right."""

from brainviewer.models.segmentation.logistic import LogisticFunction

FEATURES = (
    "next lesion's share", "clear part of the slice", "rank at other thresholds", "expected Dice"
)  # fmt: skip
"""What the confidence rests on; ``lesions.features`` measures them."""

Calibration = LogisticFunction
"""The probability that what was found is right, from FEATURES. Fitted to patients that the network
had not seen; what counts as right stands in the model's README."""
