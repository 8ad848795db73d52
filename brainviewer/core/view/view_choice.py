"""What a user chooses of how a study is looked at and worked on: layout, and tool."""

from enum import StrEnum

from brainviewer.core.annotation.kinds import Kind


class Layout(StrEnum):
    """How the panes are arranged; the 3D view stands beside each of them."""

    FOUR_SEQUENCES = "all sequences"
    THREE_PLANES = "three planes"
    ONE_LARGE = "one large"


class Tool(StrEnum):
    """What the left mouse button does on a slice."""

    WINDOW = "window"
    CURSOR = "cursor"
    PAN = "pan"
    TURN_PLANES = "turn planes"
    """Turns the other two planes about the cursor."""
    RULER = Kind.RULER.value
    DISTANCE = Kind.DISTANCE.value
    BIDIRECTIONAL = Kind.BIDIRECTIONAL.value
    ANGLE = Kind.ANGLE.value
    ANGLE_3D = Kind.ANGLE_3D.value
    COBB = Kind.COBB.value
    RECTANGLE = Kind.RECTANGLE.value
    ELLIPSE = Kind.ELLIPSE.value
    POLYGON = Kind.POLYGON.value
    FREEHAND = Kind.FREEHAND.value
    PROBE = Kind.PROBE.value
    ARROW = Kind.ARROW.value
    TEXT = Kind.TEXT.value
    KEY_IMAGE = Kind.KEY_IMAGE.value
    BRUSH = "brush"
    """Paints over a part of an image; only in an occlusion test."""
    PAINT = "paint lesion"
    """Paints the segmentation of the lesion, or erases it."""
    LASSO = "lasso"
    CUT = "cut off"
    GROW = "grow region"

    @property
    def kind(self) -> Kind | None:
        """The kind of annotation that the tool draws; it has the same name."""
        return _KINDS.get(self.value)

    @property
    def corrects(self) -> bool:
        """Whether it changes the segmentation."""
        return self in (Tool.PAINT, Tool.LASSO, Tool.CUT, Tool.GROW)


_KINDS = {kind.value: kind for kind in Kind}
