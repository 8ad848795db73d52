"""The audit as one page of HTML that needs nothing else: style and pictures lie inside."""

import base64
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import cv2
import numpy as np

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.files.image2d.reader import read_picture
from brainviewer.training.audit.conspicuous import ODDITIES
from brainviewer.training.audit.page_style import STYLE
from brainviewer.training.audit.record import Audit, as_record
from brainviewer.training.audit.wording import STRONG, WEAK
from brainviewer.training.page_shell import as_page as whole_page
from brainviewer.training.pictures import Entry

_SIDE = 168  # pixels of a shown picture
_MOST_GROUPS = 18  # shown of each kind
_MOST_MEMBERS = 6  # shown of each group
_MOST_ODD = 12  # shown of each kind
_WORDS = {"bad": "Problem", "caution": "Look", "good": "Good"}


def as_page(done: Audit) -> bytes:
    """The page, in UTF-8. The pictures are read again; one that is gone shows its name only."""
    record = as_record(done)
    entries = {entry.name: entry for entry in done.entries}
    parts = [
        _head(record),
        _findings(record),
        _classes(record),
        *_copy_sections(record, entries),
        _shortcuts(record),
        _odd(record, entries),
        _unreadable(record),
        _clean(record),
    ]
    body = "\n".join(part for part in parts if part)
    return whole_page(f"Audit of {record['folder']}", body, STYLE)


def _head(record: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{name} {count:,}" for name, count in record["splits"].items())
    return (
        f"<header><p class=eyebrow>Audit of a data set</p><h1>{escape(record['folder'])}</h1>"
        f"<p class=quiet>{counted(record['pictures'], 'picture')} in "
        f"{counted(len(record['classes']), 'class', 'classes')} "
        f"· {escape(splits)} · {record['seconds']:.0f} s</p></header>"
    )


def _findings(record: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<li class="{finding["level"]}"><b>{_WORDS[finding["level"]]}</b>'
        f"<span>{escape(finding['text'])}</span></li>"
        for finding in record["findings"]
    )
    notes = "".join(f"<p class=quiet>{escape(notice)}</p>" for notice in record["notices"])
    return f"<section><h2>In short</h2><ul class=findings>{rows}</ul>{notes}</section>"


def _classes(record: Mapping[str, Any]) -> str:
    splits = list(record["splits"])
    most = max(entry["pictures"] for entry in record["classes"].values())
    head = "".join(f"<th>{escape(name)}</th>" for name in splits) if len(splits) > 1 else ""
    rows = []
    for name, entry in record["classes"].items():
        cells = "".join(f"<td>{entry['splits'][s]:,}</td>" for s in splits) if head else ""
        rows.append(
            f"<tr><th>{escape(name)}</th><td>{entry['pictures']:,}</td><td>{entry['share']:.0%}"
            f"</td><td class=bar>{_bar(entry['pictures'] / most)}</td>{cells}</tr>"
        )
    return (
        "<section><h2>Classes</h2><div class=wide><table><thead><tr><th></th><th>pictures</th>"
        f"<th>share</th><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        "</section>"
    )


def _copy_sections(record: Mapping[str, Any], entries: Mapping[str, Entry]) -> Iterator[str]:
    found = record["copies"]["list"]
    against = [group for group in found if len(group["classes"]) > 1]
    across = [g for g in found if len(g["splits"]) > 1 and len(g["classes"]) == 1]
    within = [g for g in found if len(g["splits"]) == 1 and len(g["classes"]) == 1]
    # Those that only a comparison of what is seen can find say most.
    across.sort(key=lambda g: (g["identical"], -len(g["files"])))
    within.sort(key=lambda g: (g["identical"], -len(g["files"])))
    yield _copy_section(
        "Copies with contradicting labels", "At least one of the labels is wrong.", against, entries
    )
    yield _copy_section(
        "Copies across splits",
        "What is measured on them measures memory. Near-identical ones first.",
        across,
        entries,
        _across_table(record),
    )
    yield _copy_section(
        "Copies within a split",
        "They count several times in training, and leak when folds are made by picture.",
        within,
        entries,
    )


def _across_table(record: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><th>{escape(row['split'])} → {escape(row['other'])}</th><td>{row['pictures']:,}</td>"
        f"<td>{row['with_copy']:,}</td><td>{row['with_identical']:,}</td>"
        f"<td>{row['share']:.0%}</td></tr>"
        for row in record["copies"]["across_splits"]
        if row["with_copy"]
    )
    head = "<th></th><th>pictures</th><th>with a copy</th><th>identical</th><th>share</th>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""


def _copy_section(
    title: str,
    what: str,
    found: Sequence[Mapping[str, Any]],
    entries: Mapping[str, Entry],
    table: str = "",
) -> str:
    if not found:
        return ""
    shown = "".join(_group(group, entries) for group in found[:_MOST_GROUPS])
    more = len(found) - _MOST_GROUPS
    rest = f"<p class=quiet>and {more:,} more groups; the JSON lists all.</p>" if more > 0 else ""
    return (
        f"<section><h2>{title} <small>{len(found):,}</small></h2><p class=quiet>{what}</p>{table}"
        f"<div class=groups>{shown}</div>{rest}</section>"
    )


def _group(group: Mapping[str, Any], entries: Mapping[str, Entry]) -> str:
    files = group["files"]
    # Of large groups one from each split and class is seen before more of the same.
    first: dict[tuple[str, str], str] = {}
    for name in files:
        first.setdefault((entries[name].split, entries[name].label), name)
    order = [*first.values(), *(name for name in files if name not in first.values())]
    shown = "".join(_figure(entries[name]) for name in order[:_MOST_MEMBERS])
    if group["identical"]:
        how = "identical pixels"
    else:
        least = math.floor(1000 * group["least_correlation"]) / 1000
        how = f"near-identical · correlation ≥ {min(least, 0.999):.3f}"
    how += " · mirrored" if group["mirrored"] else ""
    more = len(files) - _MOST_MEMBERS
    how += f" · {len(files)} pictures, {_MOST_MEMBERS} shown" if more > 0 else ""
    return f"<div class=group><div class=row>{shown}</div><p class=quiet>{how}</p></div>"


def _figure(entry: Entry, said: str = "") -> str:
    try:
        grey = read_picture(entry.path).grey()
        scale = _SIDE / max(grey.shape)
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        small = np.ascontiguousarray(cv2.resize(grey, size, interpolation=how))
        _, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])
        source = f"data:image/jpeg;base64,{base64.b64encode(packed.tobytes()).decode()}"
        picture = f'<img src="{source}" alt="" loading=lazy>'
    except FileError:
        picture = "<span class=gone>cannot be read</span>"
    name = entry.name.rsplit("/", 1)[-1]
    return (
        f'<figure title="{escape(entry.name)}"><div class=picture>{picture}</div><figcaption>'
        f"<b>{escape(entry.label)}</b> <i>{escape(entry.split)}</i><br>{escape(said or name)}"
        "</figcaption></figure>"
    )


def _shortcuts(record: Mapping[str, Any]) -> str:
    if not record["shortcuts"]:
        return ""
    head = "".join(f"<th>{escape(code)}</th>" for code in record["classes"])
    rows = "".join(
        f'<tr><th title="{escape(", ".join(family["features"]))}">{escape(name)}</th>'
        + "".join(
            f'<td class="{_strength(value)}">{_bar(max(0.0, 2 * value - 1))}{value:.2f}</td>'
            for value in family["auroc"].values()
        )
        + f"<td>{family['mean_auroc']:.2f}</td></tr>"
        for name, family in record["shortcuts"].items()
    )
    return (
        "<section><h2>Shortcuts</h2><p class=quiet>How well features that have nothing to do with "
        "the disease tell each class from the rest: AUROC, cross-validated in "
        f"{record['shortcut_folds']} folds that keep copies and neighbours together; 0.5 is "
        "chance.</p><div class=wide><table class=auroc><thead><tr><th></th>"
        f"{head}<th>mean</th></tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _odd(record: Mapping[str, Any], entries: Mapping[str, Entry]) -> str:
    kinds = "".join(
        f"<h3>{escape(ODDITIES[kind])} ({len(some):,})</h3><div class=row>"
        + "".join(_figure(entries[one["file"]]) for one in some[:_MOST_ODD])
        + "</div>"
        for kind, some in record["odd"].items()
        if some
    )
    return (
        "<section><h2>Pictures to look at</h2><p class=quiet>Found by simple rules, which can be "
        f"wrong; nothing is left out because of them.</p>{kinds}</section>"
        if kinds
        else ""
    )


def _unreadable(record: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><th>{escape(one['file'])}</th><td>{escape(one['reason'])}</td></tr>"
        for one in record["unreadable"][:200]
    )
    others = _names(record["other_files"])
    said = f"<p class=quiet>Files that are no pictures: {others}</p>" if others else ""
    table = f"<div class=wide><table class=words><tbody>{rows}</tbody></table></div>"
    return f"<section><h2>Not read</h2>{table if rows else ''}{said}</section>" * bool(rows or said)


def _clean(record: Mapping[str, Any]) -> str:
    clean = record["clean"]
    rows = "".join(
        f"<tr><th>left out: {words}</th><td>{clean['left_out'][key]:,}</td></tr>"
        for key, words in (
            ("copies", "another copy stays"),
            ("alike_to_training", "test pictures that are like one for training"),
            ("contradicted", "copies with contradicting labels"),
            ("unreadable", "cannot be read"),
        )
    )
    return (
        "<section><h2>A clean split</h2><p class=quiet><code>--write-clean LIST.csv</code> writes "
        "it: each picture once, copies and likely neighbours in one fold.</p><table><tbody>"
        f"<tr><th>for training</th><td>{clean['train']:,}</td></tr>"
        f"<tr><th>for testing</th><td>{clean['test']:,}</td></tr>{rows}</tbody></table></section>"
    )


def _bar(share: float) -> str:
    return f'<span class=track><span style="width:{100 * share:.0f}%"></span></span>'


def _strength(value: float) -> str:
    return "bad" if value >= STRONG else "caution" if value >= WEAK else "fine"


def _names(names: Iterable[str]) -> str:
    some = list(names)
    more = f" and {len(some) - 20:,} more" if len(some) > 20 else ""
    return escape(", ".join(some[:20])) + more
