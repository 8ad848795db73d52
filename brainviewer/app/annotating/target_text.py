"""Target lesions in words, the same in the window and in reports."""

from brainviewer.app.annotating.target_lesions import Size, Target
from brainviewer.app.report.follow_up_text import signed
from brainviewer.painting.text.wording import number

UNKNOWN = "–"


def diameters_text(size: Size | None) -> str:
    """The diameters of a lesion's largest part, and what must be known to read them."""
    if size is None:
        return UNKNOWN
    if not size.longest_mm:
        return "< 5 mm" if size.there else "not there"
    both = f"{number(size.longest_mm, 1)} × {number(size.perpendicular_mm, 1)} mm"
    if size.parts > 1:
        return f"{both}, {size.parts} parts"
    return f"{both}, too small" if size.small else both


def size_text(size: Size | None) -> str:
    """The same with the product; that of a lesion in parts is the sum of theirs."""
    diameters = diameters_text(size)
    return f"{diameters}: {area_text(size.product_mm2)}" if size and size.longest_mm else diameters


def area_text(mm2: float | None) -> str:
    """A product, or a sum of them."""
    return UNKNOWN if mm2 is None else f"{number(mm2)} mm²"


def change_text(now: float | None, before: float | None) -> str:
    """How much more of a product there is, in per cent; empty where nobody can tell."""
    if now is None or not before:
        return ""
    return f"{signed(100 * (now / before - 1), 0)} %"


def target_change(target: Target) -> str:
    """The change of one lesion; empty where it was not measured in both studies.

    A lesion that is there but too small for diameters has a product that nobody knows.
    """
    now, before = target.current, target.prior
    if (
        now is None
        or before is None
        or any(one.there and not one.longest_mm for one in (now, before))
    ):
        return ""
    return change_text(now.product_mm2, before.product_mm2)
