"""Files of annotations and of window presets."""

import json
from collections.abc import Iterator

from tests.hostile.case import Case, Door, file_of
from tests.hostile.fuzz.session import _sound
from tests.hostile.kinds.json_values import TEXTS, changed

_DRAWN = ("export", "{study}", "-o", "{out}/a.png", "--slice", "1", "--annotations", "{file}")
_REPORTED = ("report", "{study}", "-o", "{out}/a.html", "--no-classify", "--annotations", "{file}")


def cases() -> Iterator[Case]:
    """All of the kind."""
    drawn = {**TEXTS, **dict(changed(_sound()["annotations.json"], 4, 2))}
    for n, (name, content) in enumerate(drawn.items()):
        door: Door = (
            ("annotations", "presets", "settings")[n % 3] if name in TEXTS else "annotations"
        )
        command = _REPORTED if n % 6 == 5 else (*_DRAWN, "--other-study")
        make = file_of("a.json", content)
        ends = "refused" if name in TEXTS else "either"
        yield Case("annotations", name, make, command, ends, door)  # type: ignore[arg-type]
    presets = json.dumps(
        {
            "format": "brainviewer-window-presets",
            "version": 1,
            "presets": [{"name": "a", "modality": "T1", "level": 9, "width": 9, "scanner": ""}],
        }
    ).encode()
    settings = json.dumps(
        {
            "format": "brainviewer-settings",
            "version": 1,
            "settings": {"theme": "dark", "scale": 100, "convention": "radiological"},
        }
    ).encode()
    for name, content in changed(presets):
        make = file_of("a.json", content)
        yield Case("annotations", f"presets {name}", make, _DRAWN, "refused", "presets")
    for name, content in changed(settings):
        make = file_of("a.json", content)
        yield Case("annotations", f"settings {name}", make, _DRAWN, "refused", "settings")
