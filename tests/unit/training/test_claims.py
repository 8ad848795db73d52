"""What README, documents, cards and READMEs of models say in words is what was measured.

Tables are compared where they are written (``test_shipped_figures``, ``test_shipped_cards``,
``test_documents``). Here every claim in a sentence stands beside the figures that carry it, and a
figure that stands in no sentence here must not stand in the README either.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from brainviewer.models.registry import classification_models

ROOT = Path(__file__).resolve().parents[3]
MODELS = ROOT / "resources" / "models"


def read(*parts: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(MODELS.joinpath(*parts).read_text(encoding="utf-8"))
    return content


GLIOMA = read("resnet50-glioma", "evaluation.json")
XCEPTION, RESNET = (read(f"{name}-tumour", "evaluation.json") for name in ("xception", "resnet50"))
OUTLINE = {
    name: own["methods"]["network (what ships)"]
    for name, own in read("lesion-outline", "evaluation.json")["collections"].items()
}
CARDS = {card.id: card for card in classification_models()}
BOARD = ROOT / "resources" / "leaderboard"
COPIES = json.loads((BOARD / "sartaj" / "cnn-128-flip.json").read_text(encoding="utf-8"))["leak"]


def glioma(situation: str, *names: str) -> tuple[str, ...]:
    """Figures of the evaluation of the glioma types, with two digits."""
    found = {one["name"]: one["value"] for one in GLIOMA["figures"][situation]["figures"]}
    return tuple(f"{found[name]:.2f}" for name in names)


THREE = ("accuracy", "balanced accuracy", "Cohen's kappa")
FUSED = "image, descriptors and age"
FRACTIONS = [
    f"{100 * n / sum(GLIOMA['patients'].values()):.0f}" for n in GLIOMA["patients"].values()
]
CLINIC = [
    f"{100 * fraction:.0f}"
    for fraction in CARDS["glioma-descriptors"].fusion_head.prevalences["clinic"].shares
]
BURNED_IN = ("20 % brighter", "20 % darker", "text burned in", "white frame", "grey frame")

# Page, sentence (a blank stands for any space), and what must stand in its brackets.
CLAIMS: list[tuple[str, str, Callable[[], tuple[str, ...]]]] = [
    ("README.md", r"The accuracy of ([\d.]+) that was set out for is not reached",
     lambda: (RESNET["bars"]["accuracy"]["bar"].split()[1],)),
    ("README.md", r"change at most ([\d.]+) % of its answers",
     lambda: (f"{100 * max(RESNET['edits'][name]['value'] for name in BURNED_IN):.1f}",)),
    ("README.md", r"that (\d+) of the (\d+) images labelled as showing no tumour",
     lambda: (str(RESNET["doubtful"]["images"]), str(RESNET["images"]["none"]))),
    ("README.md", r"`sartaj`, (\d+) of whose (\d+) test images are copies",
     lambda: (str(COPIES["copies"]), str(COPIES["copies"] + COPIES["others"]))),
    ("README.md", r"with skull \(mean Dice ([\d.]+), the chosen slice holds ([\d.]+) of",
     lambda: tuple(f"{OUTLINE['lgg'][name][0]:.2f}" for name in ("mean_dice", "mean_share"))),
    ("README.md", r"skull was stripped \(([\d.]+) and ([\d.]+); what enhances ([\d.]+)\)",
     lambda: tuple(f"{OUTLINE['brats18'][name][0]:.2f}"
                   for name in ("mean_dice", "mean_share", "mean_enhancing"))),
    *(
        (f"resources/models/{model}/README.md", sentence, partial(glioma, situation, *names))
        for model in ("glioma-descriptors", "glioma-fused", "resnet50-glioma")
        for sentence, situation, names in (
            (r"image, descriptors and age: accuracy ([\d.]+), balanced ([\d.]+), κ (0\.\d+)",
             FUSED, THREE),
            (r"image alone: ([\d.]+), ([\d.]+), (0\.\d+)", "image", THREE),
            (r"descriptors and age: ([\d.]+), ([\d.]+), (0\.\d+)",
             "descriptors and age", THREE),
        )
    ),
    *(
        (f"resources/models/{model}/README.md",
         r"patients hold (\d+) % A, (\d+) % O and (\d+) % G; a clinic sees about (\d+) % A, "
         r"(\d+) % O and (\d+) % G",
         lambda: (*FRACTIONS, *CLINIC))
        for model in ("glioma-descriptors", "glioma-fused", "resnet50-glioma")
    ),
    *(
        (f"resources/models/{model}/README.md", r"(\d+) of the (\d+) training patients have a glio",
         lambda: (str(GLIOMA["patients"]["G"]), str(sum(GLIOMA["patients"].values()))))
        for model in ("glioma-descriptors", "glioma-fused", "resnet50-glioma")
    ),
]  # fmt: skip
# Figures in the README that nothing stored carries: measured by a command that is named there.
_OF_COMMANDS = re.compile(r"`python\s+packaging/measure/")
_MARKED = re.compile(r"<!-- (\w+) -->.*?<!-- end of \1 -->", re.DOTALL)
_CODE = re.compile(r"```.*?```", re.DOTALL)
_FIGURE = re.compile(
    r"(?<![\w.])0\.\d+|\d[\d.]* %(?! interval)|\b\d[\d,]* of (?:the |whose )?\d[\d,]*"
)


def text_of(page: str) -> str:
    """Without what is written by itself, with single blanks."""
    text = _CODE.sub("", _MARKED.sub("", (ROOT / page).read_text(encoding="utf-8")))
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(
    ("page", "sentence", "carried"), CLAIMS, ids=[f"{c[0]}-{n}" for n, c in enumerate(CLAIMS)]
)
def test_a_claim_is_what_was_measured(
    page: str, sentence: str, carried: Callable[[], tuple[str, ...]]
) -> None:
    found = re.search(sentence, text_of(page))
    assert found is not None, f"{page} does not say '{sentence}' any more: put it right here too"
    assert found.groups() == carried()


def test_no_figure_of_the_readme_is_without_a_claim() -> None:
    text = text_of("README.md")
    carried = [re.search(sentence, text) for page, sentence, _ in CLAIMS if page == "README.md"]
    spans = [found.span() for found in carried if found]
    for found in _FIGURE.finditer(text):
        inside = any(start <= found.start() < end for start, end in spans)
        near = text[found.start() : found.end() + 240]
        assert inside or _OF_COMMANDS.search(near), f"nothing carries '{near[:60]}'"


@pytest.mark.parametrize("evaluation", [XCEPTION, RESNET], ids=["xception", "resnet50"])
def test_words_about_images_are_no_larger_than_what_was_measured(
    evaluation: dict[str, Any],
) -> None:
    readme = text_of("README.md")
    # None of these may come back unless it is true of every kind.
    assert min(kind["refused"] for kind in evaluation["scope"]["kinds"].values()) < 0.9
    for claim in ("nearly all that is no MR", "learns nothing from"):
        assert claim not in readme
    assert "none of them judged by a model that was trained on their patient" not in readme
    edits = evaluation["edits"]
    for name in ("JPEG of quality 30", "blur"):  # "hardly ever turns a tumour into none or back"
        assert edits[name]["crossed"] <= 0.025 * edits[name]["images"]
    chance = XCEPTION["controls"]["largest_class"]  # of the same images
    shown = evaluation["shown_less"]
    # "the outermost tenth alone it guesses", "all but the middle ... better than by chance"
    assert shown["the outer tenth on each side only"]["accuracy"] <= chance
    assert shown["all but the middle"]["accuracy"] > chance
    told = XCEPTION["controls"]["source_size_from_prepared"].values()
    assert max(told) < 0.6  # "in the prepared image it cannot be told any more"


def test_what_the_readme_says_of_the_two_models_of_images() -> None:
    readme = text_of("README.md")
    assert "It is well calibrated" in readme
    assert RESNET["bars"]["expected calibration error"]["met"]
    assert not RESNET["bars"]["accuracy"]["reached"]
    rows = [
        json.loads((BOARD / "cheng" / f"{name}-tumour.json").read_text(encoding="utf-8"))
        for name in ("xception", "resnet50")
    ]
    best, own = (one["figures"][0] for one in rows)
    # "as accurate within the interval": what answers is within one standard error of the best.
    assert best["value"] - own["value"] < (best["high"] - best["low"]) / (2 * 1.96)
    for row, evaluation in zip(rows, (XCEPTION, RESNET), strict=True):
        assert row["figures"] == evaluation["figures"][: len(row["figures"])]


@pytest.mark.parametrize("page", ["README.md", "docs/user-guide.md"])
def test_false_refusals_elsewhere_stand_beside_those_inside(page: str) -> None:
    text = re.sub(r"\s+", " ", (ROOT / page).read_text(encoding="utf-8"))
    ood_check = XCEPTION["scope"]
    part = ood_check["elsewhere"]["classes"]["none"]["all"]
    assert part["refused"] == pytest.approx(part["refused_images"] / part["passed"], abs=1e-4)
    assert (
        part["refused"] > ood_check["false_refusals"]
    )  # "more MR of other sources than of their own"
    inside = f"{100 * ood_check['false_refusals']:.1f} % ("
    assert inside in text and f"{part['refused_images']} of {part['passed']}" in text
    kinds = ood_check["kinds"]
    for name in ("CT of the head", "screenshot"):
        assert f"{name} {kinds[name]['refused']:.0%}".replace("%", " %") in text


@pytest.mark.parametrize("model", ["xception-tumour", "resnet50-tumour"])
def test_the_card_says_that_refusals_are_not_complete(model: str) -> None:
    limits = " ".join(CARDS[model].limits)
    assert "does not refuse all that is no MR of a head" in limits
    assert "from other sources" in limits
