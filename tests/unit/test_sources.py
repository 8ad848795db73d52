"""What is read is never replaced by what is made from it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import refused as sentence
from command_line import run
from PIL import Image
from toy_images import mr_head

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.files.sources import files_of, refuse_source
from brainviewer.files.writing import write_whole

pytestmark = pytest.mark.usefixtures("home")
WHY = "is one of the files that are read"


def refused(capfd: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The sentence with which a command ends."""
    assert run(*arguments) == 2
    return sentence(capfd)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    for file in (resources() / "demo").glob("*.nii.gz"):
        shutil.copy(file, folder / file.name)
    return folder


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "a.png"
    Image.fromarray(mr_head()).save(file)
    return file


@pytest.mark.parametrize("named", ["folder", "file", "sequence", "link"])
def test_a_mask_does_not_replace_a_sequence(study, tmp_path, capfd, named):
    flair = next(study.glob("*flair*"))
    before, mask = flair.read_bytes(), flair
    given = {"folder": study, "file": flair, "sequence": f"FLAIR={flair}", "link": study}[named]
    if named == "link":
        mask = tmp_path / "mask.nii.gz"
        mask.symlink_to(flair)
    assert WHY in refused(capfd, "pick", given, "--mask", mask)
    assert flair.read_bytes() == before


def test_an_image_is_not_replaced_by_its_export_or_its_heatmap(image, capfd):
    before = image.read_bytes()
    assert WHY in refused(capfd, "export", image, "-o", image)
    assert WHY in refused(capfd, "classify", image, "--heatmap", image)
    assert image.read_bytes() == before


def test_other_files_beside_the_sources_are_replaced(image, tmp_path, capfd):
    (tmp_path / "b.png").write_bytes(b"old")
    assert run("export", image, "-o", tmp_path / "b.png") == 0
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")


def test_files_of_a_study(study):
    assert {file.name for file in files_of([study])} == {f.name for f in study.iterdir()}
    refuse_source(study / "new.nii.gz", files_of([study]))


@pytest.mark.parametrize("option", ["--html", "--write-clean"])
@pytest.mark.parametrize("name", ["labels.csv", "g0.png"])
def test_an_audit_replaces_none_of_its_images_and_labels(tmp_path, capfd, option, name):
    for number in range(4):
        grey = np.full((32, 32), 40 * number, np.uint8)
        Image.fromarray(grey).save(tmp_path / f"g{number}.png")
    rows = "".join(f"g{n}.png,{'ab'[n % 2]}\n" for n in range(4))
    (tmp_path / "labels.csv").write_text("file,class\n" + rows)
    before = (tmp_path / name).read_bytes()
    assert WHY in refused(capfd, "data", "audit", tmp_path, option, tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    both = tmp_path / "a.html"
    assert "two names" in refused(
        capfd, "data", "audit", tmp_path, "--html", both, "--write-clean", both
    )


def test_one_image_and_a_folder_that_is_called_like_an_image(image, tmp_path, capfd):
    (tmp_path / "maps.png").mkdir()
    run("classify", image, "--heatmap", tmp_path / "maps.png")
    assert "names one file" not in capfd.readouterr().err


def test_why_there_is_no_folder_is_true(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link.png").symlink_to("missing/x.png")
    for path, said in (
        (tmp_path / "file" / "x.png", "is a file, not a folder"),
        (tmp_path / "link.png", f"The folder '{tmp_path / 'missing'}' does not exist"),
        (Path("/proc/x.png"), "Nothing can be saved in the folder '/proc'"),
        (tmp_path / "no" / "x.png", f"The folder '{tmp_path / 'no'}' does not exist"),
    ):
        with pytest.raises(FileError) as error:
            write_whole(path, b"x")
        assert said in error.value.message


def test_a_run_is_not_replaced_by_its_evaluation(tmp_path, capfd):
    for name in ("run.json", "result.json", "predictions.json"):
        (tmp_path / name).write_text("{}")
        assert WHY in refused(capfd, "evaluate", tmp_path, "--out", tmp_path / name)
        assert (tmp_path / name).read_text() == "{}"


def test_results_are_not_replaced_by_the_page_about_them(tmp_path, capfd):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "result.json").write_text("{}")
    page = tmp_path / "a" / "result.json"
    assert WHY in refused(capfd, "leaderboard", tmp_path, "--html", page)
    assert page.read_text() == "{}"
