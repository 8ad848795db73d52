"""The command on single images: one object, lines of objects, heatmaps, and mistakes."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from command_line import refused, run
from PIL import Image
from toy_images import CLASSES, mr_head, write_frames, write_model

from brainviewer.models.engine.inline import InlineEngine
from brainviewer.models.engine.runtimes import EngineOutput
from tests.provenance import read_provenance

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two images; the model is a toy that answers in this process."""
    card = write_model(tmp_path / "models" / "toy-pictures")
    monkeypatch.setattr("brainviewer.models.registry.model", lambda model_id: card)
    monkeypatch.setattr(InlineEngine, "_load", lambda self, network: (None, 0.1))

    def predict(self, network, tensor, report):
        logits = np.array([[0, 0, 0, 2 + 2 * (tensor.max() < 8)]] * 2, np.float32)
        features = np.ones((2, 4, 4, 2), np.float32)
        return EngineOutput(logits, features, np.ones((2, 4), np.float32), "toy", "CPU", 0.1, 0.01)

    monkeypatch.setattr(InlineEngine, "predict", predict)
    made = tmp_path / "pictures"
    made.mkdir()
    Image.fromarray(mr_head()).save(made / "a.png")
    Image.fromarray(mr_head(lesion=True)).save(made / "b.jpg")
    (made / "notes.txt").write_text("not an image")
    return made


def lines(capfd) -> list[dict]:
    out, err = capfd.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def test_one_image_is_one_object(folder, capfd):
    assert run("classify", folder / "a.png", "--json") == 0
    (record,) = lines(capfd)
    assert record["file"] == str(folder / "a.png")
    assert record["size"] == [160, 160]
    assert set(record["classes"]) == set(CLASSES)
    assert list(record["classes"].values()) == sorted(record["classes"].values(), reverse=True)
    assert record["predicted"] == "none"
    assert record["tumour"] == pytest.approx(1 - record["classes"]["none"])
    assert (record["in_scope"], record["model"], record["heatmap"]) == (True, "toy-pictures", None)
    assert len(record["study_sha256"]) == 64
    assert not {"slice", "age_years", "descriptors"} & record.keys()


def test_several_images_are_a_line_each_and_a_folder_is_its_images(folder, capfd):
    assert run("classify", folder / "b.jpg", folder / "a.png", "--json", "--top", 2) == 0
    two = lines(capfd)
    assert [Path(record["file"]).name for record in two] == ["b.jpg", "a.png"]
    assert all(len(record["classes"]) == 2 for record in two)
    assert run("classify", folder, "--json") == 0
    assert [Path(record["file"]).name for record in lines(capfd)] == ["a.png", "b.jpg"]


def test_a_broken_image_among_others_does_not_stop_them(folder, capfd):
    (folder / "aa.png").write_text("words")
    assert run("classify", folder, "--json") == 2
    first, broken, last = lines(capfd)
    assert first["predicted"] == last["predicted"] == "none"
    assert broken.keys() == {"schema", "notice", "file", "error"}
    assert "not an image" in broken["error"]
    assert run("classify", folder) == 2
    out, err = capfd.readouterr()
    assert out.count("No tumour (none)") == 2
    assert "not an image" in err


def test_a_folder_and_a_missing_file_among_images_do_not_stop_them(folder, capfd):
    (folder / "empty.jpg").mkdir()
    names = ("a.png", "empty.jpg", "gone.png", "b.jpg")
    assert run("classify", *(folder / name for name in names), "--json") == 2
    records = lines(capfd)
    assert [Path(record["file"]).name for record in records] == list(names)
    assert [record.get("predicted") for record in records] == ["none", None, None, "none"]
    assert records[1]["error"].startswith("empty.jpg is a folder.")


def test_an_image_that_may_not_be_read_among_others(folder, capfd, monkeypatch):
    # Permissions do not bind whoever runs the tests as root.
    allowed, opened = os.access, Path.open

    def access(path, mode, **options):
        return Path(path).name != "a.png" and allowed(path, mode, **options)

    def refuse(path, *arguments, **options):
        if path.name == "a.png":
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setattr(Path, "open", refuse)
    assert run("classify", folder / "a.png", folder / "b.jpg", "--json") == 2
    closed, classified = lines(capfd)
    assert closed["error"].startswith("You have no permission to read a.png. ")
    assert classified["predicted"] == "none"


def test_a_heatmap_that_cannot_be_saved(folder, capfd, tmp_path, monkeypatch):
    heat = tmp_path / "heat.png"
    monkeypatch.setattr("os.fsync", no_space)
    assert run("classify", folder / "a.png", "--json", "--heatmap", heat) == 2
    assert "The disk is full, so 'heat.png' was not saved." in refused(capfd)
    assert run("classify", folder, "--json", "--heatmap", tmp_path / "heat") == 2
    for record in lines(capfd):  # the answers are not lost with it
        assert "disk is full" in record["error"]
        assert (record["predicted"], record["heatmap"]) == ("none", None)
    assert run("classify", folder, "--heatmap", tmp_path / "heat") == 2
    out, err = capfd.readouterr()
    assert (out.count("No tumour (none)"), err.count("disk is full")) == (2, 2)
    assert not [path for path in tmp_path.rglob("*") if "heat" in path.name]


def test_a_folder_for_heatmaps_stays_only_if_it_was_there(folder, capfd, tmp_path):
    text, heat = tmp_path / "text.jpg", tmp_path / "heat"
    text.write_text("no image")
    assert run("classify", text, "--heatmap", heat) == 2
    assert "text.jpg is not an image" in refused(capfd)
    assert not heat.exists()
    heat.mkdir()
    assert run("classify", text, "--heatmap", heat) == 2
    assert heat.is_dir()


def no_space(number):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_broken_image_alone_is_a_mistake(folder, capfd):
    (folder / "aa.png").write_text("words")
    assert run("classify", folder / "aa.png", "--json") == 2
    assert "not an image" in refused(capfd)
    assert run("classify", folder / "gone.png", "--json") == 2
    assert "no file gone.png" in refused(capfd)


def test_words(folder, capfd):
    assert run("classify", folder / "a.png") == 0
    out = capfd.readouterr().out
    assert out.startswith(f"{folder / 'a.png'}: No tumour (none), ")
    assert "Any tumour: " in out
    assert "Research use only" in out


def test_out_of_scope_is_a_prediction(folder, capfd, tmp_path):
    Image.fromarray(np.full((90, 90), 9, np.uint8)).save(folder / "flat.png")
    heat = tmp_path / "heat.png"
    assert run("classify", folder / "flat.png", "--json", "--heatmap", heat) == 0
    (record,) = lines(capfd)
    assert (record["in_scope"], record["predicted"], record["tumour"]) == (False, None, None)
    assert not heat.exists()
    assert run("classify", folder / "flat.png") == 0
    assert "Out of scope. There is nothing to be seen" in capfd.readouterr().out


def test_heatmaps(folder, capfd, tmp_path):
    heat = tmp_path / "heat.png"
    assert run("classify", folder / "a.png", "--json", "--heatmap", heat) == 0
    assert lines(capfd)[0]["heatmap"] == str(heat)
    with Image.open(heat) as image:
        assert (image.size, image.mode) == ((160, 160), "RGB")
    inside = read_provenance(heat)
    assert (inside["model"], inside["file"]) == ("toy-pictures", None)
    assert run("classify", folder, "--heatmap", tmp_path / "heat") == 0
    names = sorted(path.name for path in (tmp_path / "heat").iterdir())
    assert names == ["a-heatmap.png", "b-heatmap.png"]


def test_an_export_holds_the_prediction_and_where_the_network_looked(folder, capfd, tmp_path):
    out = tmp_path / "out.png"
    assert run("export", folder / "b.jpg", "-o", out, "--json", "--scale", 1) == 0
    (plain,) = lines(capfd)
    assert "classification" not in plain
    with Image.open(out) as image:
        narrow = image.width
    assert run("export", folder / "b.jpg", "-o", out, "--json", "--heatmap", "--scale", 1) == 0
    (record,) = lines(capfd)
    assert record["classification"]["model"] == "toy-pictures"
    assert record["panes"][0]["heatmap"] is True
    assert read_provenance(out)["classification"] == record["classification"]
    with Image.open(out) as image:
        assert image.width > narrow  # the answer stands beside the image
        colours = np.asarray(image, np.int16)[:700, :700]
    assert np.ptp(colours, axis=2).max() > 60
    named = ("--model", "toy-pictures", "--scale", 1)
    assert run("export", folder / "b.jpg", "-o", out, "--json", *named) == 0
    (record,) = lines(capfd)
    assert record["classification"]["predicted"] == "none"
    assert record["panes"][0]["heatmap"] is False


def test_an_export_of_one_frame_is_classified_for_that_frame(folder, capfd, tmp_path):
    image_series = write_frames(tmp_path / "film.dcm", (False, True, False))
    out = tmp_path / "out.png"
    arguments = (image_series, "-o", out, "--heatmap", "--scale", 1, "--slice")
    assert run("export", *arguments, 2, "--json") == 0
    (record,) = lines(capfd)
    assert record["classification"]["slice"] == record["panes"][0]["slice"] == 2
    out.unlink()
    assert run("export", *arguments, 3) == 2
    assert "There is no frame 3 in film.dcm" in refused(capfd)
    assert not out.exists()


def test_an_export_of_what_is_out_of_scope_says_so(folder, capfd, tmp_path):
    Image.fromarray(np.full((90, 90), 9, np.uint8)).save(folder / "flat.png")
    out = tmp_path / "out.png"
    assert run("export", folder / "flat.png", "-o", out, "--heatmap") == 0
    assert "Out of scope. There is nothing to be seen" in capfd.readouterr().out
    inside = read_provenance(out)
    assert inside["classification"]["in_scope"] is False
    assert inside["panes"][0]["heatmap"] is False


def test_an_export_refuses_a_model_of_studies(folder, capfd, tmp_path, monkeypatch):
    import toy_runtime

    card = toy_runtime.card(tmp_path)
    monkeypatch.setattr("brainviewer.models.registry.model", lambda model_id: card)
    out = tmp_path / "out.png"
    assert run("export", folder / "a.png", "-o", out, "--model", "toy") == 2
    assert "answers for studies" in refused(capfd)
    assert not out.exists()


def test_what_does_not_fit_together_is_refused(folder, capfd, tmp_path):
    (tmp_path / "t1.nii.gz").write_text("")
    (tmp_path / "empty").mkdir()
    cases = (
        ([folder, "--heatmap", tmp_path / "one.png"], "one.png names one file"),
        ([folder / "a.png", "--heatmap", tmp_path / "heat.jpg"], ".png"),
        ([folder / "a.png", "--age", 40], "--age is for studies"),
        ([folder / "a.png", "--slice", 4], "There is no frame 4 in a.png"),
        ([tmp_path / "t1.nii.gz", "--top", 2], "--top is for images"),
        ([tmp_path / "t1.nii.gz", folder / "a.png"], "is no image"),
        (
            [tmp_path / "empty", "--heatmap", tmp_path / "heat"],
            "There is no image in the folder empty: it is empty",
        ),
        ([folder / "a.png", "--prevalence", "village"], "no prevalence called village"),
    )
    for arguments, said in cases:
        assert run("classify", *arguments) == 2
        assert said in refused(capfd)


def test_explain(capfd):
    assert run("explain", "glioma") == 0
    assert capfd.readouterr().out.startswith("# Glioma\n")
    assert run("explain", "--json") == 0
    assert set(json.loads(capfd.readouterr().out)["classes"]) == set(CLASSES)
    assert run("explain", "stroke") == 2
    assert "no class called stroke" in refused(capfd)


def test_the_model_says_what_it_predictions_for(folder, capfd, monkeypatch):
    from brainviewer.models import registry

    card = registry.model("any")
    monkeypatch.setattr("brainviewer.models.registry.installed_models", lambda: [card])
    assert run("models") == 0
    out = capfd.readouterr().out
    assert "toy-pictures 1.0.0: Toy of images (for images)" in out
    assert "accuracy 0.95 (0.94–0.96), 2832 images" in out
