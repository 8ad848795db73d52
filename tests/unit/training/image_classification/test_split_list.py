"""A list as the audit writes it decides what is trained on, and groups stay whole."""

from pathlib import Path

import pytest
from image_folders import write_collection
from labelled_images import CLASSES, write_images

from brainviewer.core.errors import FileError
from brainviewer.training.audit import clean_split as clean
from brainviewer.training.audit import record
from brainviewer.training.image_classification.data.labelled_images import (
    LabelledImages,
    find_images,
)
from brainviewer.training.image_classification.data.split import Chosen, Split, choose, split
from brainviewer.training.image_classification.data.split_list import LISTED, with_split_list
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe

RECIPES = Path(__file__).resolve().parents[4] / "resources" / "recipes" / "images"
HEADER = "file,class,split,fold,group\n"


def chosen_and_parts(source: LabelledImages, fold: str | None = None) -> tuple[Chosen, list[Split]]:
    recipe = read_image_recipe(RECIPES / "cnn-128-flip.toml")[0]
    chosen = choose(recipe, source)
    return chosen, split(recipe, chosen, fold)


def list_of(folder: Path, rows: list[str]) -> Path:
    file = folder / "clean.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def test_what_the_audit_writes_can_be_trained_on(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_collection(data)
    file = tmp_path / "clean.csv"
    done = record.audit(data, None, 1)
    file.write_bytes(clean.as_table(done.clean))
    whole = find_images(data)
    found = with_split_list(whole, file)
    assert len(found.images) == len(done.clean.kept) < len(whole.images)
    assert found.layout == LISTED
    assert found.sha256 != whole.sha256
    assert any("Nobody checked" in notice for notice in whole.notices)
    assert not any("Nobody checked" in notice for notice in found.notices)
    assert found.notices[-1].endswith("what looks alike, no more.")
    chosen, (part,) = chosen_and_parts(found)
    tested = {chosen.images[place].file for place in part.test}
    assert tested == {kept.entry.name for kept in done.clean.kept if kept.split == "test"}


def test_folds_of_the_list_are_tested_and_groups_stay_whole(tmp_path: Path) -> None:
    data = write_images(tmp_path / "data", 12)
    rows = [
        f"{label}/{n}.png,{label},train,{1 + n % 3},{100 * place + n // 2}"
        for place, label in enumerate(CLASSES)
        for n in range(1, 13)
    ]
    chosen, parts = chosen_and_parts(with_split_list(find_images(data), list_of(data, rows)), "all")
    assert [part.name for part in parts] == ["1", "2", "3"]
    for part in parts:
        assert {chosen.images[place].fold for place in part.test} == {part.name}
        train, validation, test = (
            {chosen.images[place].group for place in members}
            for members in (part.train, part.validation, part.test)
        )
        assert not train & validation
        assert not (train | validation) & test
        # Neighbours share a group, and lie in different folds: some are in no part.
        assert len(part.train) + len(part.validation) + len(part.test) < len(chosen.images)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("glioma/99.png,glioma,train,1,9", "no image glioma/99.png"),
        ("glioma/1.png,none,train,1,9", "of the class glioma in the data"),
        ("glioma/1.png,glioma,exam,1,9", "'exam' .row 2 of clean.csv. is no split"),
        ("glioma/1.png,glioma,train,1,9\nglioma/1.png,glioma,train,1,9", "named twice"),
        ("glioma/1.png,glioma,train,1,9", "one class only"),
        ("glioma/1.png", "number of cells"),
    ],
)
def test_lists_that_cannot_be_right(tmp_path: Path, row: str, said: str) -> None:
    source = find_images(write_images(tmp_path, 1))
    with pytest.raises(FileError, match=said) as refused:
        with_split_list(source, list_of(tmp_path, [row]))
    assert refused.value.advice


def test_a_list_without_rows_or_columns(tmp_path: Path) -> None:
    source = find_images(write_images(tmp_path, 1))
    with pytest.raises(FileError, match="names no image"):
        with_split_list(source, list_of(tmp_path, []))
    (tmp_path / "clean.csv").write_text("file,class\n")
    with pytest.raises(FileError, match="no columns called file, class, split, fold and group"):
        with_split_list(source, tmp_path / "clean.csv")


def test_a_column_of_the_list_names_the_patients(tmp_path: Path) -> None:
    data = write_images(tmp_path / "data", 12)
    rows = [
        f"{label}/{n}.png,{label},train,,{100 * place + n},{label} {n % 4}"
        for place, label in enumerate(CLASSES)
        for n in range(1, 13)
    ]
    file = list_of(tmp_path, [])
    file.write_text(HEADER.strip() + ",patient\n" + "\n".join(rows), encoding="utf-8")
    found = with_split_list(find_images(data), file)
    assert found.grouped
    assert not any("which images are of one patient" in notice for notice in found.notices)
    chosen, (part,) = chosen_and_parts(found)
    sides = [
        {chosen.images[place].group for place in members}
        for members in (part.train, part.validation, part.test)
    ]
    assert sum(map(len, sides)) == len(set().union(*sides)) == 16


def test_what_the_data_and_what_the_list_hold_together_stays_together(tmp_path: Path) -> None:
    data = write_images(tmp_path / "data", 12)
    source = find_images(data, r"(\d)\.png")  # 1 and 11, 2 and 12 are of one patient
    rows = [
        f"{label}/{n}.png,{label},train,,{100 * place + (n + 1) // 2}"
        for place, label in enumerate(CLASSES)
        for n in range(1, 13)
    ]
    found = with_split_list(source, list_of(tmp_path, rows))
    group = {image.file: image.group for image in found.images}
    of = {n: group[f"glioma/{n}.png"] for n in range(1, 13)}
    assert of[1] == of[2] == of[11] == of[12] == group["none/1.png"]
    assert of[3] == of[4] != of[1]
