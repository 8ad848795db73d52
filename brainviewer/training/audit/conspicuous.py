"""Images that do not look like one slice of a head by MR: a reason to look at them.

The rules are simple and can be wrong in both directions; nothing is left out because of them.
"""

import numpy as np
from numpy.typing import NDArray

from brainviewer.files.image2d.reader import Picture
from brainviewer.imaging.measure.image_signs import (
    bone_ring,
    coloured_share,
    edge_grey,
    largest_part,
    letters,
    panels,
    working_size,
)

Grey = NDArray[np.uint8]

CONSPICUOUS = {
    "blank": "nothing to be seen",
    "colour": "colour",
    "bright edge": "bright frame or background",
    "montage": "several images in one",
    "text": "text on the image",
    "CT-like": "looks like CT",
    "small": "very small",
}
"""Every kind of conspicuous sign, and its words."""

_SMALL = 64  # pixels
_LEAST_LETTERS = 4  # in one line


def conspicuous_signs(picture: Picture, grey: Grey, flat: bool) -> dict[str, str]:
    """What is odd about an image: kinds of ``CONSPICUOUS``, to what was seen."""
    if flat:
        return {"blank": f"all grey values lie within {int(np.ptp(grey)) + 1}"}
    found: dict[str, str] = {}
    rows, columns = grey.shape
    if min(rows, columns) < _SMALL:
        found["small"] = f"{columns} × {rows} pixels"
    if picture.coloured and (share := coloured_share(picture.rgb())) > 0.01:
        found["colour"] = f"{share:.0%} of its pixels"
    if (edge := edge_grey(grey)) > 110:
        found["bright edge"] = f"the edge has a grey value of {int(edge)}"
    working = working_size(grey)
    if parts := panels(working):
        found["montage"] = f"{parts[0]} × {parts[1]} parts with gaps between them"
    elif "bright edge" not in found:
        head = largest_part(working)
        if (line := letters(working, head)[0]) >= _LEAST_LETTERS:
            found["text"] = f"{line} small bright marks in a line beside the head"
        if (bone := bone_ring(working, head)) is not None:
            found["CT-like"] = f"a closed ring as bright as bone ({bone:.0%} of the rim or more)"
    return found
