"""The colours of images; the same meaning has the same colour in the window."""

from collections.abc import Mapping

from brainviewer.core.segments import CAVITY, WHOLE, LesionPart

BACKGROUND = "#000000"
PANEL = "#0E1215"
LINE = "#262D34"
GAP = "#1B2127"
TEXT = "#D7DEE5"
BRIGHT = "#FFFFFF"
QUIET = "#8A97A3"
CORNER = "#C3CFDA"
ACCENT = "#5AA9E6"
CROSS_REFERENCE = "#F0E442"
"""Where the slices of other panes cut one: yellow of the colour-blind-safe set."""
TUMOUR = "#FFB347"
CAUTION = "#E6C66A"
ANNOTATION = "#9AD4FF"
ANNOTATIONS: Mapping[str, str] = {
    "": "usual",
    "#E69F00": "orange",
    "#F0E442": "yellow",
    "#009E73": "green",
    "#56B4E9": "blue",
    "#CC79A7": "purple",
    "#D55E00": "red",
}
"""What annotations can be coloured with, and the names (Okabe and Ito 2008)."""
SHADOW = "#000000", 200 / 255
"""Colour and opacity of what is painted under lines."""

CLASSES: Mapping[str, str] = {
    "A": "#56B4E9",
    "O": "#E69F00",
    "G": "#CC79A7",
    "glioma": "#CC79A7",
    "meningioma": "#56B4E9",
    "pituitary": "#E69F00",
    "none": "#009E73",
}
FURTHER_CLASSES = ("#F0E442", "#D55E00", "#0072B2", "#999999")

PARTS: Mapping[LesionPart, str] = {
    LesionPart.ENHANCING: "#8C84F5",
    LesionPart.NECROSIS: "#E4572E",
    LesionPart.OEDEMA: "#5CCBC4",
}
"""Told from each other and from ``TUMOUR`` with every kind of colour blindness: at least 23 apart
in CIELAB as Machado et al. (2009) simulate it. In the order in which they are listed."""

CORE = "#F0E442"
"""What enhances and what is necrotic as one surface, in files alone."""
SUPPLIED = "#4EA5D9"
"""What the study's own segmentation marks, where it is one colour."""
BOTH = "#A000E0"
"""What is marked by that and by the search, whose colour is ``TUMOUR``. Told from both colours, and
from black, grey and white, with every kind of colour blindness: at least 35 apart in CIELAB."""
DIFFERENCE: Mapping[str, str] = {
    BOTH: "in both",
    TUMOUR: "only found",
    SUPPLIED: "only supplied",
}
"""Lesion by who marks it, the search or the study's own segmentation: colours and words."""
_SEGMENTS: Mapping[str, str] = {
    WHOLE: SUPPLIED,
    CAVITY: "#F4F1DE",
    **{part.title: colour for part, colour in PARTS.items()},
}

HEAT = "inferno"


def class_colour(letter: str, place: int = 0) -> str:
    """The colour of a class; ``place`` tells classes apart that the design does not name."""
    return CLASSES.get(letter, FURTHER_CLASSES[place % len(FURTHER_CLASSES)])


def segment_colour(value: int, names: Mapping[int, str]) -> str:
    """The colour of a value of the study's own segmentation, by what it means."""
    return _SEGMENTS.get(names.get(value, ""), FURTHER_CLASSES[value % len(FURTHER_CLASSES)])
