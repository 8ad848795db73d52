"""How each kind of annotation lies on the screen, one row a kind."""

from brainviewer.core.annotation.kinds import Kind
from brainviewer.painting.shapes.lines import (
    Angle,
    AngleThrough,
    Arrow,
    Cobb,
    Lines,
    Ruler,
    Through,
)
from brainviewer.painting.shapes.points import Probe, Star, Words
from brainviewer.painting.shapes.regions import Box, Ellipse, Polygon
from brainviewer.painting.shapes.shape import Shape

SHAPES: dict[Kind, Shape] = {
    Kind.RULER: Ruler(),
    Kind.DISTANCE: Through(),
    Kind.BIDIRECTIONAL: Lines(),
    Kind.ANGLE: Angle(),
    Kind.ANGLE_3D: AngleThrough(),
    Kind.COBB: Cobb(),
    Kind.RECTANGLE: Box(),
    Kind.ELLIPSE: Ellipse(),
    Kind.POLYGON: Polygon(),
    Kind.FREEHAND: Polygon(),
    Kind.PROBE: Probe(),
    Kind.ARROW: Arrow(),
    Kind.TEXT: Words(),
    Kind.KEY_IMAGE: Star(),
}
