"""Files of annotations and of window presets."""

import json
from collections.abc import Iterator

from tests.hostile.case import Case, Door, Ends, file_of
from tests.hostile.fuzz.session import _sound
from tests.hostile.kinds.json_values import TEXTS, changed
from tests.hostile.kinds.settings import LAYOUT, PRESET

_DRAWN = ("export", "{study}", "-o", "{out}/a.png", "--slice", "1", "--annotations", "{file}")
_REPORTED = ("report", "{study}", "-o", "{out}/a.html", "--no-classify", "--annotations", "{file}")
_NONE = "is not a file of annotations, or it is damaged."
_LARGE = ("64 MB",)
_NEEDED = ("format", "annotations.0")
"""Without them there is no annotation in the file, of which this is the only one."""


def cases() -> Iterator[Case]:
    """All of the kind."""
    drawn = {**TEXTS, **dict(changed(_sound()["annotations.json"], 4, 2))}
    for n, (name, content) in enumerate(drawn.items()):
        door: Door = (
            ("annotations", "presets", "settings")[n % 3] if name in TEXTS else "annotations"
        )
        command = (*(_REPORTED if n % 6 == 5 else _DRAWN), "--other-study")
        make = file_of("a.json", content)
        told = name.startswith(_NEEDED) and not name.startswith("annotations.0.text")
        whole = name in TEXTS or told
        ends: Ends = "refused" if whole else "opens"
        says = _NONE if whole and name not in _LARGE else "a.json"
        yield Case("annotations", name, make, command, ends, door, command_says=says)
    # The command line takes neither of them; here they are given for annotations.
    says = _NONE
    presets = json.dumps(
        {
            "format": "brainviewer-window-presets",
            "version": 1,
            "presets": [PRESET],
        }
    ).encode()
    settings = json.dumps(
        {
            "format": "brainviewer-settings",
            "version": 1,
            "settings": {
                "theme": "dark",
                "convention": "radiological",
                "layouts": [["mine", LAYOUT]],
                "window_presets": [PRESET],
            },
        }
    ).encode()
    for name, content in changed(presets):
        make = file_of("a.json", content)
        yield Case("annotations", f"presets {name}", make, _DRAWN, "refused", "presets",
                   command_says=says)  # fmt: skip
    for name, content in changed(settings):
        make = file_of("a.json", content)
        yield Case("annotations", f"settings {name}", make, _DRAWN, "refused", "settings",
                   command_says=says)  # fmt: skip
