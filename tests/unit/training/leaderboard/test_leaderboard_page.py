"""The page: complete, self-contained, well-formed and in order."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from board_results import epoch, leak, result, write

from brainviewer.training.image_classification.evaluation.learning_curves import learning_curves
from brainviewer.training.leaderboard.entries import read_tables
from brainviewer.training.leaderboard.page import as_page

# Tags whose end HTML lets one leave out, or that have none.
_LOOSE = {"meta", "input", "td", "th", "tr", "tbody", "thead", "li", "p", "br"}


class Reader(HTMLParser):
    """Every tag is closed in its place; what a page would load is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.columns: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in _LOOSE and tag not in ("path", "polyline", "circle"):
            self.open.append(tag)
        found = dict(attributes)
        self.loaded += [str(found[key]) for key in ("src", "href") if key in found]

    def handle_endtag(self, tag: str) -> None:
        if tag not in _LOOSE and tag not in ("path", "polyline", "circle"):
            assert self.open.pop() == tag


def page_of(folder: Path) -> str:
    return as_page(read_tables(folder)).decode()


def test_it_is_whole_and_needs_nothing_else(tmp_path: Path) -> None:
    binary = result("binary", classes=("tumour", "none"))
    binary["operating_point"] = {
        "positive": "tumour", "wanted_sensitivity": 0.98, "threshold": 0.123,
        "figures": [
            {"name": name, "value": value, "low": 0.9, "high": 1.0}
            for name, value in (("sensitivity", 0.981), ("specificity", 0.765))
        ],
    }  # fmt: skip
    write(tmp_path, result(), result(right=0.9, apart=False), binary)
    page = page_of(tmp_path)
    reader = Reader()
    reader.feed(page)
    assert reader.open == [] and reader.loaded == []
    assert "http" not in page and "@import" not in page and "url(" not in page
    for said in ("0.981", "0.765", "0.123", "accuracy 73 %", "The data was made up."):
        assert said in page
    assert "read them as too narrow" in page
    assert "prefers-color-scheme: light" in page


def test_rows_are_ranked_and_cells_carry_what_they_sort_by(tmp_path: Path) -> None:
    write(tmp_path, result("weak", 0.5), result("strong", 0.9), result("middle", 0.7))
    page = page_of(tmp_path)
    names = re.findall(r'<th class=name data-value="([^"]+)"', page)
    assert names == ["strong", "middle", "weak"]
    ranked = re.findall(r"</label></th><td data-value=\"([^\"]+)\"", page)
    assert [float(value) for value in ranked] == sorted(map(float, ranked), reverse=True)
    heads, cells = len(re.findall("data-column=", page)), page.split("<tbody class=best>")[1]
    row = cells.split("<tr class=more>")[0]
    assert row.count("<td") + 1 == heads


def test_what_others_wrote_is_shown_and_not_run(tmp_path: Path) -> None:
    spoilt = result("<script>alert(1)</script>")
    spoilt |= {"about": "<b>bold", "reported": "<i>9 %", "notices": ["<u>", 'a"b']}
    write(tmp_path, spoilt)
    page = page_of(tmp_path)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    for raw in ("<b>bold", "<i>9", "<u>"):
        assert raw not in page


def test_a_network_without_times_or_history_has_a_row(tmp_path: Path) -> None:
    bare: dict[str, Any] = result() | {
        "kind": "shipped-model", "parameters": None, "size_bytes": None, "ms_per_image": None,
        "training_seconds": None, "history": [],
    }  # fmt: skip
    write(tmp_path, bare)
    page = page_of(tmp_path)
    assert "<svg" not in page and "<td>–" in page and ">ships<" in page


def curves_of(folder: Path, history: list[dict[str, Any]]) -> str:
    write(folder, result() | {"history": history})
    return page_of(folder).split("<div class=side>")[1]


def test_curves_go_on_from_phase_to_phase_and_stay_inside(tmp_path: Path) -> None:
    history = [epoch("1", "frozen", n) for n in (1, 2, 3)] + [epoch("1", "fine-tuning", 1)]
    drawn = curves_of(tmp_path, history)
    assert drawn.count("<svg") == 2 and "4 epochs" in drawn
    lines = [
        [tuple(map(float, point.split(","))) for point in points.split()]
        for points in re.findall(r'points="([^"]+)"', drawn)
    ]
    assert len(lines) == 4
    for line in lines:
        across = [x for x, _ in line]
        assert across == sorted(set(across)) and len(across) == 4
        assert all(0 <= x <= 250 and 0 <= y <= 132 for x, y in line)


def test_the_page_says_first_how_many_test_images_are_copies(tmp_path: Path) -> None:
    leaky = [result(name, apart=False) for name in ("a", "b")]
    leaky[0]["leak"], leaky[1]["leak"] = leak(0.9, 0.3), leak(0.8, 0.2)
    write(tmp_path, result("a"), result("b"), *leaky)
    page = page_of(tmp_path)
    assert "40 of 60 test images are copies" in page
    # Which is more accurate, the classes decide as well: nothing is drawn from it.
    assert "on average" not in page and "dot copies" not in page
    assert ">inflation<" not in page
    leaky[0]["leak"]["by_class"] = [
        {"copies": 20, "right_on_copies": 18, "others": 20, "right_on_others": 2}
    ] * 2
    write(tmp_path / "told", result("a"), *leaky)
    assert ">inflation<" in page_of(tmp_path / "told")


def test_the_chart_says_what_was_less_and_leaves_out_what_was_reported(tmp_path: Path) -> None:
    whole = result("cnn-128-flip", training={"epochs": 20, "batch": 20})
    stub = result("cnn-150-deep", 0.7) | {"changes": ["32 of 150 px", "1 of 50 epochs"]}
    write(tmp_path, whole, stub)
    chart = page_of(tmp_path).split("</section>")[0]
    first, second = chart.split("<b>cnn-150-deep")
    assert "32 of 150 px, 1 of 50 epochs" in second
    assert second.count("dot reported") == 0
    assert first.count("dot reported") == 2  # of the row, and of the key
    assert "60 test images of apart, folds 1, 2, 3, 4" in chart


def test_tables_of_other_images_have_titles_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, result("a"), result("b"), result("c", tested=("4",), images=20))
    page = page_of(tmp_path)
    assert "60 test images of apart, folds 1, 2, 3, 4" in page
    assert "20 test images of apart, fold 4" in page
    assert page.count("<h2>Accuracy of the best") == 1  # one row is no comparison
    assert "asked the same" not in page


def test_one_epoch_is_a_dot(tmp_path: Path) -> None:
    assert curves_of(tmp_path, [epoch("1", "training", 1)]).count("<circle") == 4
    assert learning_curves([]) == []


@pytest.mark.parametrize(("count", "fraction"), [(3, "0.75"), (1, "0.25")])
def test_a_confusion_matrix_is_shaded_by_row(tmp_path: Path, count: int, fraction: str) -> None:
    made = result(classes=("a", "b"))
    made["confusion"] = [[3, 1], [0, 0]]
    write(tmp_path, made)
    assert re.search(rf'--share:{fraction}"[^>]*>{count}', page_of(tmp_path))
