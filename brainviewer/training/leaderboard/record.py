"""The leaderboard as plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.training.image_classification.data.labelled_images import FOLDS
from brainviewer.training.image_classification.evaluation.duplicate_leak import inflation
from brainviewer.training.image_classification.recipes.recipe import IMAGE_VOTE
from brainviewer.training.leaderboard.entries import FIGURES, RANKED_BY, Entry, Result, Table

SCHEMA = "brainviewer-leaderboard/2"
TABLES = (
    "The rows of a table were tested on the same images, n of them. Rows of other test images "
    "stand in a table of their own: do not rank across tables."
)
INTERVALS = (
    "Intervals (95 %) are over images where the data does not name patients: cheng tells the fold "
    "of an image, but not its patient. Images of one patient are alike, so read them as too narrow."
)
OTHER_DATA = (
    "The tutorial split is of other data than the patient-wise one, and the two differ in more "
    "than the split. The difference of their figures is no measure of the leak and is not given."
)
COPIES = (
    "Copies are test images whose thumbnail correlates above 0.995 with that of a training image. "
    "Some classes are mostly copies and others hardly, so that accuracy on copies and on the "
    "others differs by the classes alone."
)
INFLATION = (
    "Inflation: how much more often a test image is answered rightly if it is a copy of a training "
    "image, compared within its class. It is left out where most copies have no images without a "
    "copy in their class to be compared with, where the classes alone explain the difference, and "
    "where a result does not tell its classes apart."
)


def as_record(tables: Sequence[Table]) -> dict[str, Any]:
    """What ``--json`` prints: for each table its rows, the best first."""
    told = [TABLES] if len(tables) > 1 else []
    told.append(INTERVALS)
    if any(table.apart and table.tutorial for table in tables):
        told.append(OTHER_DATA)
    if any(e.tutorial and e.tutorial.get("leak") for table in tables for e in table.entries):
        told += [COPIES, INFLATION]
    return {
        "schema": SCHEMA,
        "notice": RESEARCH_ONLY,
        "ranked_by": f"patient-wise {RANKED_BY}",
        "notices": told,
        "tables": [
            {
                "classes": list(table.classes),
                "patient_wise": _data(table.apart),
                "tutorial": _data(table.tutorial),
                "rows": [as_row(entry) for entry in table.entries],
            }
            for table in tables
        ],
    }


def _data(result: Result | None) -> dict[str, Any] | None:
    """folder : its name, which older results do not tell; test : how many images are tested."""
    if result is None:
        return None
    data, protocol = result["data"], result["protocol"]
    named = {"folder": data.get("folder"), "layout": data["layout"]}
    return named | {key: protocol[key] for key in ("tested", "test")}


def as_row(entry: Entry) -> dict[str, Any]:
    """One network: figures of both splits, what copies do to the second, and what it costs."""
    known = entry.known
    # A result over several folds has the sum of their seconds.
    seconds, networks = known.get("training_seconds"), max(1, len(known["protocol"]["tested"]))
    return {
        **{key: known.get(key) for key in ("network", "recipe", "kind", "about")},
        "reported": known.get("reported", ""),
        "classes": known["classes"],
        "conditions": conditions(known),
        "patient_wise": _side(entry.apart),
        "tutorial": _side(entry.tutorial),
        "inflation": None if entry.tutorial is None else inflation(entry.tutorial.get("leak")),
        **{key: known.get(key) for key in ("parameters", "size_bytes", "ms_per_image")},
        "training_seconds": None if seconds is None else round(seconds / networks, 1),
    }


def _side(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    metrics = {one["name"]: one for one in result["figures"]}
    return {
        "figures": {
            name: {key: metrics[name][key] for key in ("value", "low", "high")} for name in FIGURES
        },
        "tested": result["protocol"]["tested"],
        "images": {part: result["protocol"][part] for part in ("train", "validation", "test")},
        "operating_point": result.get("operating_point"),
        "leak": result.get("leak"),
    }


def conditions(result: Mapping[str, Any]) -> list[str]:
    """In what a network was trained or tested otherwise than its recipe says, in words."""
    protocol = result["protocol"]
    if result["kind"] == IMAGE_VOTE:
        said = [f"votes of {', '.join(one['network'] for one in result.get('members', ()))}"]
    else:
        said = list(result.get("changes") or ())
    if protocol["split"] == FOLDS and len(protocol["tested"]) == 1:
        said.append(f"tested on fold {protocol['tested'][0]} only")
    return said
