"""``brainviewer data audit``: what it finds, prints, writes and refuses."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import command_line
import numpy as np
import pytest
from image_folders import head, write, write_collection

from brainviewer.core.errors import Report
from brainviewer.training.audit import image_signature, record

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return write_collection(tmp_path / "set")


def run(*arguments: object) -> int:
    return command_line.run("data", "audit", *arguments)


def audited(capfd: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert run(*arguments, "--json") == 0
    out, _ = capfd.readouterr()
    found: dict[str, Any] = json.loads(out)
    return found


def test_it_finds_the_planted_copies(
    folders: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    found = audited(capfd, *folders)
    assert found["schema"] == "brainviewer-data-audit/1"
    assert found["splits"] == {"train": 16, "test": 7}
    (leak,) = found["copies"]["across_splits"]
    assert (leak["with_copy"], leak["with_identical"], leak["pictures"]) == (5, 3, 7)
    groups = {tuple(group["files"]): group for group in found["copies"]["list"]}
    assert groups["Training/glioma/1.png", "Testing/glioma/near.jpg"]["identical"] is False
    assert groups["Training/glioma/0.png", "Testing/glioma/same.tif"]["identical"] is True
    wrong = groups["Training/glioma/2.png", "Testing/none/contrary.png"]
    assert wrong["classes"] == ["glioma", "none"]
    assert found["copies"]["contradicting_groups"] == 1
    assert len(groups) == 5
    assert found["findings"][0]["text"].startswith("5 of the 7 images of test (71%)")


def test_a_mirrored_copy_is_found(
    folders: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    train, _ = folders
    write(train / "none" / "mirror.png", np.ascontiguousarray(head(103)[:, ::-1]))
    found = audited(capfd, train)
    (group,) = found["copies"]["list"]
    assert group["files"] == ["none/3.png", "none/mirror.png"]
    assert group["mirrored"]


def test_what_cannot_be_read_is_listed_and_the_rest_audited(
    folders: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    train, test = folders
    (train / "none" / "text.jpg").write_text("no image")
    (train / "none" / "Thumbs.db").write_text("x")
    found = audited(capfd, train, test)
    assert found["readable"] == 23
    assert found["unreadable"] == [
        {
            "file": "Training/none/text.jpg",
            "reason": "text.jpg is not an image but a text file.",
        }
    ]
    assert found["other_files"] == ["Training/none/Thumbs.db"]


def test_the_clean_split_holds_no_copies(
    folders: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "clean.csv"
    found = audited(capfd, *folders, "--write-clean", target)
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == found["clean"]["kept"] == 17
    split = {row["file"]: row["split"] for row in rows}
    assert "Training/glioma/2.png" not in split  # contradicted
    assert "Testing/glioma/near.jpg" not in split
    assert [name for name, part in split.items() if part == "test"] == [
        "Testing/glioma/new.png", "Testing/none/new.png"
    ]  # fmt: skip
    assert {row["fold"] for row in rows if row["split"] == "train"} == set("12345")
    assert {row["fold"] for row in rows if row["split"] == "test"} == {""}


def test_given_folds_and_patients_stay_together(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = ["file,class,fold,patient"]
    for number in range(12):
        write(tmp_path / "set" / f"{number}.png", head(number))
        fold = "" if number >= 8 else "x" if number % 2 else "y"
        lines.append(f"{number}.png,{'ab'[number % 3 == 0]},{fold},p{number // 4 if fold else 9}")
    (tmp_path / "set" / "labels.csv").write_text("\n".join(lines))
    audited(capfd, tmp_path / "set", "--write-clean", tmp_path / "clean.csv")
    with (tmp_path / "clean.csv").open(encoding="utf-8") as file:
        folds = {row["file"]: row["fold"] for row in csv.DictReader(file)}
    assert all(folds[f"{n}.png"] == ("x" if n % 2 else "y") for n in range(8))
    assert len({folds[f"{n}.png"] for n in range(8, 12)} & {"x", "y"}) == 1


class _Balance(HTMLParser):
    """Tags that were opened and not closed, and what the page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.images = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.loads += [v for k, v in attrs if k in ("src", "href") and v]
        self.images += tag == "img"
        assert "onclick" not in known
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else(
    folders: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    train, test = folders
    write(train / "<b>&" / "a.png", head(900))
    assert run(train, test, "--html", tmp_path / "page.html") == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    parsed = _Balance()
    parsed.feed(page)
    assert parsed.open == []
    assert parsed.images == 10
    assert all(source.startswith("data:image/jpeg;base64,") for source in parsed.loads)
    assert "&lt;b&gt;&amp;" in page
    assert "<b>&<" not in page
    assert str(tmp_path) not in page
    out, _ = capfd.readouterr()
    assert "Problem: 5 of the 7 images" in out


def test_bad_input_ends_with_one_sentence_and_nothing_written(
    folders: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    train, test = folders
    unreadable = tmp_path / "unreadable"
    for label in "ab":
        (unreadable / label).mkdir(parents=True)
        (unreadable / label / "x.jpg").write_text("text")
    page = tmp_path / "page.html"
    cases: dict[str, tuple[object, ...]] = {
        "does not exist": (tmp_path / "gone", "--html", page),
        "one class only": (write(tmp_path / "one" / "a" / "1.png", head(1)).parents[1],),
        "None of the 2 images": (unreadable, "--html", page),
        "No such option": (train, "--htlm", page),
        "does not exist. Create": (train, test, "--html", tmp_path / "no" / "page.html"),
        "is a folder": (train, test, "--write-clean", tmp_path),
    }
    for said, arguments in cases.items():
        assert run(*arguments) == 2
        out, err = capfd.readouterr()
        assert out == ""
        last = err.splitlines()[-1]
        assert last.startswith("brainviewer: ")
        assert said in last
    assert not page.exists()


def test_stopping_it_writes_nothing(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(record, "find_duplicates", stop)
    page = tmp_path / "page.html"
    assert run(*folders, "--html", page) == 130
    assert not page.exists()


def test_several_processes_find_the_same(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_signature, "_WORTH_PROCESSES", 1)
    told: list[str] = []

    def report(fraction: float, text: str) -> None:
        told.append(text)

    listener: Report = report
    both = [record.audit(*folders, processes=count, report=listener) for count in (1, 2)]
    one, two = ({**record.as_record(done), "seconds": 0} for done in both)
    assert one == two
    assert "Reading the images: 23 of 23" in told
