"""The tables of an image model's README: its evaluation as Markdown."""

from collections.abc import Mapping
from typing import Any

from brainviewer.training.readme import cell, met, table

_CELLS = ("accuracy", "macro F1", "worst-class recall", "AUROC")


def tables(evaluation: Mapping[str, Any]) -> str:
    """Everything that was measured, as Markdown."""
    kinds = ", ".join(f"{count} {name}" for name, count in evaluation["images"].items())
    total = sum(evaluation["images"].values())
    parts = [
        f"{total} images ({kinds}), {evaluation['folds']}-fold cross-validation, no patient in "
        "two folds (images of `none`, whose patients are not named: no near-copies in two); all "
        "answers taken to be equally frequent; in brackets the 95 % interval: Wilson's for shares, "
        f"of {evaluation['bootstrap_repeats']} bootstrap draws for the rest, of images with "
        "near-copies together; too narrow rather than too wide, because images of one patient "
        "resemble each other, and which those are is not told. A bar is met where the whole "
        "interval is beyond it.",
        table(
            ["what was set out to be reached", "bar", "reached", "met"],
            [
                [
                    name,
                    bar["bar"].replace(">=", "≥").replace("<=", "≤"),
                    f"{bar['value']:.3f} ({bar['low']:.3f}–{bar['high']:.3f})",
                    met(bar),
                ]
                for name, bar in evaluation["bars"].items()
            ],
        ),
        table(
            ["figure", "value"],
            [[one["name"], cell(one)] for one in evaluation["figures"]],
        ),
        _doubtful_text(evaluation["doubtful"]),
        table(
            ["figure", "value"],
            [[one["name"], cell(one)] for one in evaluation["without_doubtful"][:6]],
        ),
        "Among the images with a tumour alone, and when asked for tumour or none only:",
        table(["figure", "value"], [[o["name"], cell(o)] for o in evaluation["tumours_alone"]]),
        "Confusion matrix (rows are the truth):",
        table(
            ["", *evaluation["classes"]],
            [
                [name, *(str(n) for n in row)]
                for name, row in zip(evaluation["classes"], evaluation["confusion"], strict=True)
            ],
        ),
        "Fold by fold:",
        _short({f"fold {fold}": row for fold, row in evaluation["each_fold"].items()}),
        "The same networks, shown less:",
        _short(evaluation["shown_less"]),
        *_controls(evaluation["controls"]),
        "Answers that an edit of the image changes, and how many of these from a tumour to none "
        "or back:",
        table(
            ["edit", "changed", "tumour or none"],
            [
                [
                    name,
                    f"{100 * o['value']:.1f} % ({100 * o['low']:.1f}–{100 * o['high']:.1f})",
                    f"{o['crossed']} of {o['images']}" if "crossed" in o else "",
                ]
                for name, o in evaluation["edits"].items()
            ],
        ),
        _scope_text(evaluation["scope"]),
        table(
            ["out of scope", "images", "refused by simple checks", "refused", "AUROC"],
            [
                [
                    kind,
                    str(o["images"]),
                    f"{100 * o['gated']:.0f} %",
                    f"{100 * o['refused']:.0f} % "
                    f"({100 * o['refused_low']:.0f}–{100 * o['refused_high']:.0f})",
                    f"{o['AUROC']:.3f}",
                ]
                for kind, o in evaluation["scope"]["kinds"].items()
            ],
        ),
        *_elsewhere(evaluation["scope"].get("elsewhere")),
        _looks_text(evaluation["looks"]),
        "Unseen patients of the `lgg` collection, by sequence: what is answered.",
        table(
            ["truth", "images", *evaluation["classes"]],
            [
                [name, str(o["images"]), *(f"{100 * o[c]:.0f} %" for c in evaluation["classes"])]
                for name, o in evaluation["lgg"].items()
            ],
        ),
    ]
    return "\n\n".join(parts)


def _short(rows: Mapping[str, Mapping[str, float]]) -> str:
    return table(
        ["", *_CELLS], [[key, *(f"{row[c]:.3f}" for c in _CELLS)] for key, row in rows.items()]
    )


def _controls(controls: Mapping[str, Any]) -> list[str]:
    if not controls:
        return []
    rows = []
    for name, one in controls["controls"].items():
        found = {figure["name"]: figure for figure in one["figures"]}
        rows.append([name, *(cell(found[key]) for key in _CELLS)])
    told = controls["source_size_from_prepared"]
    return [
        "What simpler classifiers make of trivial information:",
        table(["", *_CELLS], rows),
        "What is left of the size before resizing in the prepared image: whether an image "
        "without a tumour was a large one is told with an AUROC of "
        + " and ".join(f"{value:.2f} from the {name}" for name, value in told.items())
        + ".",
    ]


def _doubtful_text(doubtful: Mapping[str, Any]) -> str:
    said = ", ".join(f"{count} {name}" for name, count in doubtful["answers"].items() if count)
    return (
        f"{doubtful['images']} of the images are plainly not what they are labelled (see the "
        "recipe: tumours among those without one, and CT). Nothing learned from them; in the "
        f"figures above they count as they are labelled. They are answered: {said}. Without them:"
    )


def _scope_text(scope: Mapping[str, Any]) -> str:
    gated, refused = 100 * scope["gated"], 100 * scope["false_refusals"]
    low, high = 100 * scope["false_refusals_low"], 100 * scope["false_refusals_high"]
    return (
        "Before the network runs, simple checks refuse what is plainly no slice of a head "
        f"({gated:.1f} % of the images in scope). Together with how far its features lie from "
        f"what was learned, {refused:.1f} % ({low:.1f}–{high:.1f}) of the images in scope are "
        "refused, and what is out of scope is told from what is in it with an AUROC of "
        f"{scope['AUROC']:.3f}:"
    )


def _elsewhere(found: Mapping[str, Any] | None) -> list[str]:
    """What is refused of MR of heads from another source (``elsewhere``)."""
    if not found:
        return []
    rows = [
        [label, name, str(row["images"]), str(row["gated"]), f"{row['refused_images']} of "
         f"{row['passed']}", f"{100 * row['refused']:.0f} % "
         f"({100 * row['refused_low']:.0f}–{100 * row['refused_high']:.0f})"]
        for label, parts in found["classes"].items()
        for name, row in parts.items()
    ]  # fmt: skip
    return [
        f"False refusals elsewhere: images of `{found['folder']}`, another source that overlaps "
        'with the training images; "without a copy" are those without a near-copy among them. '
        "Simple checks refuse CT that is passed off as MR there; the shares are of what passes. "
        "Intervals here and above are over images, of which several are cut from one or belong "
        "to one patient: too narrow.",
        table(["class", "which", "images", "refused by simple checks", "refused", "share"], rows),
    ]


def _looks_text(looks: Mapping[str, Any]) -> str:
    return (
        f"In {looks['images']} unseen tumours the top of the heatmap lies on the tumour in "
        f"{100 * looks['hit']:.0f} %, and {100 * looks['inside']:.0f} % of the heatmap do; the "
        f"tumour takes up {100 * looks['area']:.0f} % of the image."
    )
