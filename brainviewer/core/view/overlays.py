"""What is drawn beside the images themselves, in the window and in exported images alike."""

from dataclasses import dataclass, field

from brainviewer.core.view.fusion import Fusion


@dataclass(frozen=True)
class Overlays:
    """What is drawn over the slices and around the brain in 3D; opacities in 0..1.

    parts : necrosis, oedema and enhancing part of the lesion, where they are told apart.
    difference : where the lesion and the study's own segmentation agree, and where they do not.
    fusion : how a second sequence is seen with that of each pane; where it is not wanted, none is.
    cross_reference : lines where the slices of other panes cut this one.
    skull : the 3D view shows the whole head where the brain was cut out of it.
    magnifier : a lens follows the pointer, in the window alone.
    heatmap : it lies over the tumour, so it is drawn only when it is asked for.
    """

    lesion: bool = True
    lesion_opacity: float = 1.0
    parts: bool = True
    parts_opacity: float = 0.35
    diameters: bool = False
    segmentation: bool = True
    segmentation_filled: bool = False
    segmentation_opacity: float = 0.8
    difference: bool = False
    difference_opacity: float = 0.5
    heatmap: bool = False
    heatmap_opacity: float = 0.5
    annotations: bool = True
    crosshair: bool = True
    cross_reference: bool = False
    text: bool = True
    skull: bool = False
    magnifier: bool = False
    fusion: Fusion = field(default_factory=Fusion)
