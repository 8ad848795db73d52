"""What is drawn over the slices, in the window and in exported images alike."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Overlays:
    """What is drawn over the slices; opacities in 0..1.

    heatmap : it lies over the tumour, so it is drawn only when it is asked for.
    """

    lesion: bool = True
    lesion_opacity: float = 1.0
    diameters: bool = False
    segmentation: bool = True
    segmentation_filled: bool = False
    segmentation_opacity: float = 0.8
    heatmap: bool = False
    heatmap_opacity: float = 0.5
    annotations: bool = True
    crosshair: bool = True
    text: bool = True
