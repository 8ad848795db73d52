"""Which page of the guide tells about what: where the question marks of the window lead."""

from collections.abc import Mapping

_GUIDE = "user-guide.md"
FIRST = _GUIDE
"""Where the guide begins."""
PLACES: Mapping[str, str] = {
    topic: f"{_GUIDE}#{anchor}"
    for topic, anchor in (
        ("sequences", "open"),
        ("windows", "see"),
        ("overlays", "see"),
        ("planes", "planes-slab-and-cine"),
        ("fusion", "two-sequences-in-one-pane"),
        ("hanging", "hanging"),
        ("headers", "see"),
        ("3D", "the-3d-view"),
        ("lesion", "find-the-tumour-slice"),
        ("correction", "correct-the-segmentation"),
        ("classification", "classify"),
        ("own models", "bring-your-own-model"),
        ("occlusion test", "what-if"),
        ("monitoring", "monitoring-of-models"),
        ("annotations", "annotate"),
        ("target lesions", "annotate"),
        ("prior", "compare-with-the-prior"),
        ("export", "export"),
        ("many slices", "many-slices-at-once"),
        ("report", "report"),
        ("DICOM export", "results-as-dicom"),
        ("series", "dicom-series"),
        ("study list", "study-list"),
        ("PACS", "pacs"),
        ("limits", "what-it-is-and-what-it-is-not"),
        ("settings", "settings"),
        ("graphics", "settings"),
        ("privacy", "settings"),
        ("audit trail", "audit-trail"),
        ("sign-in", "sign-in-at-the-window"),
        ("errors", "if-something-goes-wrong"),
        ("recovery", "after-a-crash-or-a-power-cut"),
        ("mouse", "mouse"),
        ("keys", "keys"),
    )
}
"""A topic of the field by name, and its place."""
