"""The audit as one page of HTML with its images inside (``pages/audit.html``)."""

import base64
import math
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.training.audit.image_signature import CONSPICUOUS
from brainviewer.training.audit.record import Audit, as_record
from brainviewer.training.audit.wording import STRONG, WEAK
from brainviewer.training.labelled_data.image_lists import Entry
from brainviewer.training.templates import render_page

_SIDE = 168  # pixels of a shown image
_MOST_GROUPS = 18  # shown of each kind
_MOST_MEMBERS = 6  # shown of each group
_MOST_ODD = 12  # shown of each kind


def as_page(done: Audit) -> bytes:
    """The page, in UTF-8. The images are read again; one that is gone shows its name only."""
    record = as_record(done)
    entries = {entry.name: entry for entry in done.entries}
    conspicuous = [
        (CONSPICUOUS[kind], len(some), [_image(entries[one["file"]]) for one in some[:_MOST_ODD]])
        for kind, some in record["odd"].items()
        if some
    ]
    return render_page(
        "audit",
        f"Audit of {record['folder']}",
        record=record,
        copies=_copies(record, entries),
        conspicuous=conspicuous,
        strong=STRONG,
        weak=WEAK,
    )


def _copies(record: Mapping[str, Any], entries: Mapping[str, Entry]) -> dict[str, Any]:
    """The sections on copies; groups that only a comparison of the pixels can find come first."""
    listed = record["copies"]["list"]
    found = sorted(listed, key=lambda g: (g["identical"], -len(g["files"])))
    agreed = [group for group in found if len(group["classes"]) == 1]
    sections = {
        "contradicting": [group for group in listed if len(group["classes"]) > 1],
        "across": [group for group in agreed if len(group["splits"]) > 1],
        "within": [group for group in agreed if len(group["splits"]) == 1],
    }
    return {
        kind: {
            "count": len(groups),
            "groups": [_group(group, entries) for group in groups[:_MOST_GROUPS]],
        }
        for kind, groups in sections.items()
    }


def _group(group: Mapping[str, Any], entries: Mapping[str, Entry]) -> dict[str, Any]:
    files = group["files"]
    # Of large groups one from each split and class is seen before more of the same.
    first: dict[tuple[str, str], str] = {}
    for name in files:
        first.setdefault((entries[name].split, entries[name].label), name)
    order = [*first.values(), *(name for name in files if name not in first.values())]
    if group["identical"]:
        how = "identical pixels"
    else:
        least = math.floor(1000 * group["least_correlation"]) / 1000
        how = f"near-identical · correlation ≥ {min(least, 0.999):.3f}"
    how += " · mirrored" if group["mirrored"] else ""
    if len(files) > _MOST_MEMBERS:
        how += f" · {len(files)} images, {_MOST_MEMBERS} shown"
    return {"images": [_image(entries[name]) for name in order[:_MOST_MEMBERS]], "how": how}


def _image(entry: Entry) -> dict[str, str]:
    """An image with its label; ``jpeg`` is base64, empty for one that cannot be read."""
    try:
        grey = read_image2d(entry.path).grey()
        scale = _SIDE / max(grey.shape)
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        small = np.ascontiguousarray(cv2.resize(grey, size, interpolation=how))
        _, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])
        jpeg = base64.b64encode(packed.tobytes()).decode()
    except FileError:
        jpeg = ""
    file = entry.name.rsplit("/", 1)[-1]
    return {
        "name": entry.name, "file": file, "label": entry.label, "split": entry.split, "jpeg": jpeg
    }  # fmt: skip
