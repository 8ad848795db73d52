"""A model's card as a page: what it is for, what it saw, how good it is, what it cannot know."""

from collections import Counter
from collections.abc import Iterable
from html import escape

from brainviewer.core.counting import listed
from brainviewer.gui.theme import Colours
from brainviewer.models.card import Card, Figure, ModelCard
from brainviewer.painting.prediction_text import prevalence_text
from brainviewer.painting.wording import RESEARCH_ONLY, number

MADE = "made"
"""What the link to the page about how the model was made leads to."""
HEATMAP = (
    "The heatmap shows how strongly each part of the slice speaks for the type to the network "
    "(class-activation map, Zhou et al. 2016). It is coarse, it is no outline of the tumour, and "
    "it does not prove that the answer is right."
)
_BESIDE = "scope and heatmap"
NO_PART = " The network takes no part in the answer: the heatmap does not explain it."
_STYLE = """
body {{ color: {text}; }}
h1 {{ font-size: 21px; font-weight: 400; margin: 0 0 2px 0; }}
.head {{ font-size: 11px; font-weight: 600; color: {quiet}; margin: 22px 0 6px 0; }}
p, li {{ font-size: 13px; margin: 0 0 4px 0; line-height: 135%; }}
.quiet {{ color: {quiet}; }}
.caution {{ color: {caution}; }}
a {{ color: {accent}; }}
th {{ font-size: 12px; font-weight: 400; color: {quiet}; padding: 3px 14px 3px 0; }}
td {{ font-size: 13px; padding: 3px 14px 3px 0; border-top: 1px solid {line}; }}
"""


def card_style(colours: Colours) -> str:
    """The style sheet of the page in a theme."""
    return _STYLE.format(**vars(colours))


def card_html(card: Card, colours: Colours) -> str:
    """The page as HTML of the kind that Qt shows."""
    known = card if isinstance(card, ModelCard) else None
    parts = [
        f"<h1>{escape(card.name)} {escape(card.version)}</h1>",
        f'<p class="quiet">{escape(card.id)} · <span class="caution">{RESEARCH_ONLY}</span></p>',
        _section("What it is for", _paragraph(card.intended_use), _classes(known, colours)),
        _section("What it looks at", _paragraph(_sequences(card))),
        _section("What it was trained on", _paragraph(card.training_data)),
        _section("How good it is", *_figures(card)),
        "" if known is None else _commitment(known),
        _section("Limits", _list(card.limits)),
        "" if known is None else _heatmap(known),
        _section("More", f'<p><a href="{MADE}">How it was made and measured</a></p>', _print(card)),
    ]
    return f"<body>{''.join(parts)}</body>"


def _classes(card: ModelCard | None, colours: Colours) -> str:
    if card is None:
        return ""
    classes = "<br>".join(
        f'<b style="color:{colours.class_colour(item.code)}">{escape(item.code)}</b> '
        f"{escape(item.name)}"
        for item in card.classes
    )
    return f"<p>{classes}</p>"


def _commitment(card: ModelCard) -> str:
    frequent = _section("How frequent the types are taken to be", *_prevalences(card))
    return frequent + _section("When it does not commit itself", *_standings(card))


def _section(title: str, *content: str) -> str:
    return f'<p class="head">{escape(title.upper())}</p>{"".join(content)}'


def _heatmap(card: ModelCard) -> str:
    if card.network is None:
        return ""
    part = "" if card.head.network is not None else NO_PART
    return _section("The heatmap", _paragraph(HEATMAP + part))


def _paragraph(text: str, role: str = "") -> str:
    return f'<p class="{role}">{escape(text)}</p>' if role else f"<p>{escape(text)}</p>"


def _list(lines: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _sequences(card: Card) -> str:
    text = ", ".join(card.sequences)
    if card.needed and set(card.needed) != set(card.sequences):
        text += f"; {listed(card.needed)} must be there"
    if not isinstance(card, ModelCard):
        return f"{text}. The network sees axial slices with their neighbours."
    if card.network is not None:
        size, seen = card.input.size, card.input.slices
        slices = "the tumour slice" if seen == 1 else f"{seen} slices of the tumour"
        text += f". The network sees {slices}, cut out around the tumour, {size} × {size} pixels"
        if card.head.network is None:
            text += ", and takes no part in the answer"
    if card.head.descriptors is not None:
        text += f". {len(card.head.descriptors.terms)} measurements of the tumour take part"
    if card.head.age is not None:
        text += ". The age takes part where it is given"
    return text + "."


def _figures(card: Card) -> list[str]:
    """A row for each figure, a column for each thing that an answer may rest on."""
    situations = [name for name, figures in card.figures.items() if figures]
    if not situations:
        return [_paragraph("No figures were measured.", "caution")]
    patients = Counter(f.patients for name in situations for f in card.figures[name])
    usual = patients.most_common(1)[0][0]
    known = ", as far as patients are known" if card.of_pictures else ""
    names = list(dict.fromkeys(f.name for name in situations for f in card.figures[name]))
    heads = "".join(f'<th align="right">{escape(name)}</th>' for name in ("", *situations))
    rows = []
    for name in names:
        cells = [
            _figure(next((f for f in card.figures[s] if f.name == name), None), usual, card.counted)
            for s in situations
        ]
        values = "".join(f'<td align="right">{cell}</td>' for cell in cells)
        rows.append(f"<tr><td>{escape(name)}</td>{values}</tr>")
    return [
        _paragraph(
            f"{usual} {card.counted}, cross-validated by patient{known}; in brackets 95 % "
            f"intervals over {card.counted}. Columns: what the answer rests on.",
            "quiet",
        ),
        f'<table cellspacing="0"><tr>{heads}</tr>{"".join(rows)}</table>',
    ]


def _figure(figure: Figure | None, usual: int, counted: str) -> str:
    if figure is None:
        return "–"
    text = number(figure.value, 2)
    if figure.low is not None and figure.high is not None:
        text += f" ({number(figure.low, 2)}–{number(figure.high, 2)})"
    return text if figure.patients == usual else f"{text}, {figure.patients} {counted}"


def _prevalences(card: ModelCard) -> list[str]:
    rows = []
    for name, prevalence in card.head.prevalences.items():
        usual = " · <b>used unless you choose another</b>" if name == card.head.default else ""
        words, source = escape(assumption(card, name)), escape(prevalence.source)
        rows.append(f'<p>{words} <span class="quiet">– {source}</span>{usual}</p>')
    return rows


def assumption(card: ModelCard, name: str) -> str:
    """What a prevalence of a model assumes, in words."""
    shares = dict(zip(card.codes, card.head.prevalences[name].shares, strict=True))
    words = prevalence_text(name, shares).removeprefix("Assumes ")
    return words[:1].upper() + words[1:]


def _standings(card: ModelCard) -> list[str]:
    least = number(100 * card.head.least_confident)
    lines = [
        "Confident: if it is a glioma, which the model takes for granted and cannot tell.",
        f"Not confident: no type reaches {least}\u00a0%; or a sequence or measurement is missing; "
        "or tumour or age are unlike those that it was trained on; or the search has a doubt about "
        "the tumour; or the study was refused and a slice was asked for all the same.",
        "Out of scope: the study is no MR of a whole brain, a sequence that is needed is missing, "
        "or it is too uncertain where the tumour is"
        + ("; or the tumour looks unlike all that it was trained on." if card.scope else "."),
    ]
    return [_list(lines)]


def _print(card: Card) -> str:
    if card.network is None:
        return ""
    aside = isinstance(card, ModelCard) and card.head.network is None
    part = f" of {card.network.id}, for {_BESIDE} only" if aside else ""
    return _paragraph(f"Weights sha256 {card.weights_sha256}{part}", "quiet")
