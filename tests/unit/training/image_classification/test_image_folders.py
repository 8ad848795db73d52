"""Images are found in their layouts, and what belongs together is never torn apart."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from labelled_images import CLASSES, write_images, write_table
from PIL import Image

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.labelled_images import (
    FOLDERS,
    FOLDS,
    TRAIN_TEST,
    LabelledImage,
    LabelledImages,
    class_name,
    find_images,
)
from brainviewer.training.image_classification.data.split import Chosen, choose, split
from brainviewer.training.image_classification.recipes.recipe import ImageRecipe
from brainviewer.training.image_classification.recipes.recipe_file import read_image_recipe

SHIPPED = Path(__file__).resolve().parents[4] / "resources" / "recipes" / "images"


def recipe(name: str = "cnn-128-flip") -> ImageRecipe:
    return read_image_recipe(SHIPPED / f"{name}.toml")[0]


def names(chosen: Chosen, members: np.ndarray) -> set[str]:
    return {chosen.images[index].file for index in members}


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("glioma_tumor", "glioma"), ("Meningioma Tumour", "meningioma"), ("no_tumor", "none"),
        ("notumor", "none"), ("no", "none"), ("yes", "tumour"), ("pituitary", "pituitary"),
        ("no tumor", "none"), ("healthy", "none"), ("tumor", "tumour"),
    ],
)  # fmt: skip
def test_the_names_of_classes(folder: str, name: str) -> None:
    assert class_name(folder) == name


def test_a_table_with_folds(tmp_path: Path) -> None:
    found = find_images(write_table(tmp_path, 8))
    assert (found.layout, found.grouped, found.notices) == (FOLDS, True, ())
    assert found.classes == CLASSES
    assert len(found.images) == 32
    assert {p.fold for p in found.images} == {"1", "2", "3", "4", None}


def test_folders_for_training_and_testing(tmp_path: Path) -> None:
    for name in ("Training", "Testing"):
        for label in ("glioma_tumor", "no_tumor"):
            (tmp_path / name / label).mkdir(parents=True)
            Image.new("L", (20, 20)).save(tmp_path / name / label / "a.jpg")
            Image.new("L", (20, 20)).save(tmp_path / name / label / "b.JPG")
    found = find_images(tmp_path)
    assert (found.layout, found.grouped, found.classes) == (TRAIN_TEST, False, ("glioma", "none"))
    assert "too good" in found.notices[0]
    assert {p.file for p in found.images if p.testing} == {
        f"Testing/{label}/{file}"
        for label in ("glioma_tumor", "no_tumor")
        for file in ("a.jpg", "b.JPG")
    }


def test_each_fold_is_tested_by_a_network_that_never_saw_it(tmp_path: Path) -> None:
    chosen = choose(recipe(), find_images(write_table(tmp_path, 16)))
    parts = split(recipe(), chosen, "all")
    assert [part.name for part in parts] == ["1", "2", "3", "4"]
    tested = [names(chosen, part.test) for part in parts]
    assert sum(map(len, tested)) == len(set().union(*tested)) == 64
    for part in parts:
        for label in range(4):
            for members in (part.train, part.validation, part.test):
                assert np.any(chosen.labels[members] == label)
        assert len(set(part.train) | set(part.validation) | set(part.test)) == 64
        assert {chosen.images[n].fold for n in part.test} <= {part.name, None}
        assert part.name not in {chosen.images[n].fold for n in (*part.train, *part.validation)}
    assert [part.name for part in split(recipe(), chosen)] == ["4"]
    again = split(recipe(), chosen, "2")[0]
    assert np.array_equal(again.validation, parts[1].validation) or again.name == "2"
    with pytest.raises(FileError, match="no fold '7'"):
        split(recipe(), chosen, "7")


def test_a_patient_is_never_on_both_sides(tmp_path: Path) -> None:
    write_images(tmp_path, 12)
    lines = ["file,class,patient"]
    lines += [f"{c}/{n}.png,{c},{c}-{n % 6}" for c in CLASSES for n in range(1, 13)]
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    found = find_images(tmp_path)
    assert (found.layout, found.grouped) == (FOLDERS, True)
    chosen = choose(recipe(), found)
    part = split(recipe(), chosen)[0]
    sides = [
        {chosen.images[n].group for n in members}
        for members in (part.train, part.validation, part.test)
    ]
    assert sum(map(len, sides)) == len(set().union(*sides)) == 24


def test_the_folders_of_patients_are_never_torn_apart(tmp_path: Path) -> None:
    for label in ("glioma", "none"):
        for patient in range(6):
            folder = tmp_path / label / f"p{patient}"
            folder.mkdir(parents=True)
            for number in range(3):
                Image.new("L", (20, 20)).save(folder / f"{number}.jpg")
    found = find_images(tmp_path)
    assert found.grouped
    chosen = choose(recipe(), found)
    part = split(recipe(), chosen)[0]
    sides = [
        {chosen.images[n].file.split("/")[1] for n in members}
        for members in (part.train, part.validation, part.test)
    ]
    assert sum(map(len, sides)) == len(set().union(*sides)) == 6


@pytest.mark.parametrize("each", [6, 7, 10, 13, 20, 30, 39, 40, 59, 60, 90, 250])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_image_is_tested_between_two_that_were_learned_from(
    each: int, seed: int, tmp_path: Path
) -> None:
    """Slices of one patient have neighbouring names: 1846 between 1845 and 1847."""
    images = [
        LabelledImage(f"{label}/IMG_{n}.jpg", label, f"{label}/IMG_{n}.jpg")
        for label in ("glioma", "none")
        for n in range(1840, 1840 + each)
    ]
    source = LabelledImages(tmp_path, FOLDERS, tuple(images), False)
    how = replace(recipe(), seed=seed)
    chosen = choose(how, source)
    part = split(how, chosen)[0]
    side = {}
    for name in ("train", "validation", "test"):
        side |= {int(n): name for n in getattr(part, name)}
    assert len(side) == len(images)
    for n in range(1, len(images) - 1):
        labels = {chosen.images[m].label for m in (n - 1, n, n + 1)}
        if len(labels) == 1:
            assert side[n] in (side[n - 1], side[n + 1])


@pytest.mark.parametrize("each", [5, 8, 20, 39])
def test_few_images_in_no_fold_are_dealt_to_all(each: int, tmp_path: Path) -> None:
    source = find_images(write_table(tmp_path, 8))
    extra = [LabelledImage(f"none/x{n}.png", "none", f"none/x{n}.png") for n in range(each)]
    images = [p for p in source.images if p.label != "none"] + extra
    chosen = choose(recipe(), replace(source, images=tuple(images)))
    assert len(split(recipe(), chosen, "all")) == 4


def test_a_binary_recipe_joins_classes_and_a_limit_thins_them(tmp_path: Path) -> None:
    found = find_images(write_table(tmp_path, 16))
    chosen = choose(recipe("binary-200-augmented"), found)
    assert chosen.classes == ("tumour", "none")
    assert np.bincount(chosen.labels).tolist() == [48, 16]
    two = choose(recipe("binary-cnn-64-grey"), found, limit=2)
    # two of each class and fold; none, which is in no fold, is to be dealt to all four
    assert np.bincount(two.labels).tolist() == [8, 8]
    less = choose(recipe("binary-cnn-64-grey"), found, excluded=["none/1.png"])
    assert np.bincount(less.labels).tolist() == [16, 15]
    with pytest.raises(FileError, match="none/77"):
        choose(recipe(), found, excluded=["none/77.png"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("glioma/99.png,glioma,1", "There is no file glioma/99.png"),
        ("glioma/1.png,glioma,1", "twice"),
    ],
)
def test_a_table_that_is_wrong(tmp_path: Path, row: str, said: str) -> None:
    write_table(tmp_path, 2)
    table = tmp_path / "labels.csv"
    table.write_text(table.read_text() + row + "\n")
    with pytest.raises(FileError, match=said):
        find_images(tmp_path)
    table.write_text("name,kind\n")
    with pytest.raises(FileError, match="file and class"):
        find_images(tmp_path)


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="does not exist"):
        find_images(tmp_path / "nowhere")
    with pytest.raises(FileError, match="is empty"):
        find_images(tmp_path)
    write_images(tmp_path / "one", 2, ("glioma",))
    with pytest.raises(FileError, match="one class only, glioma"):
        find_images(tmp_path / "one")
    (tmp_path / "one" / "none").mkdir()
    with pytest.raises(FileError, match="class none in one holds no image"):
        find_images(tmp_path / "one")
    two = find_images(write_images(tmp_path / "two", 4, ("glioma", "pituitary")))
    with pytest.raises(FileError, match="no images for the class 'none'"):
        choose(recipe("binary-200-augmented"), two)
    single = find_images(write_images(tmp_path / "few", 1, ("glioma", "pituitary")))
    with pytest.raises(FileError, match="too few images of 'glioma'"):
        split(recipe(), choose(recipe(), single))


def test_names_that_mean_one_class_are_one_class(tmp_path: Path) -> None:
    write_images(tmp_path, 1, ("none", "glioma"))
    (tmp_path / "glioma").rename(tmp_path / "no")
    with pytest.raises(FileError, match="one class only, none"):
        find_images(tmp_path)
