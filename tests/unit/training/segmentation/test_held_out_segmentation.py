"""A run is measured on the patients that each fold's network never saw, and packed."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from labelled_folders import write_challenge
from onnx import TensorProto, helper, numpy_helper

from brainviewer.core.errors import silent
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.training.labelled_data.detections import load_detection
from brainviewer.training.recipes import Schedule
from brainviewer.training.segmentation.evaluate import FINAL, figures_file, write_detections
from brainviewer.training.segmentation.recipe import SegmentationRecipe

WANTED = SliceInput({"FLAIR": 1, "T1": 0, "T1ce": 0, "T2": 0}, 4.0, 12.0, ("whole",))
RECIPE = SegmentationRecipe(
    seed=1, folds=2, in_full=0.5, input=WANTED, training=Schedule(12, 12, 1e-3, 0.0, 0.0, 0.9)
)


def write_brightness(path: Path, least: float) -> None:
    """A network to whom whatever FLAIR shows brighter than ``least`` is lesion."""
    kernel = np.zeros((1, WANTED.channels, 1, 1), np.float32)
    kernel[0, 1] = 20
    numbers = {"kernel": kernel, "bias": np.array([-20 * least], np.float32)}
    shape = ("n", WANTED.channels, "h", "w")
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["slices", "kernel", "bias"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["lesion"]),
        ],
        "brightness",
        [helper.make_tensor_value_info("slices", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("lesion", TensorProto.FLOAT, ("n", 1, "h", "w"))],
        [numpy_helper.from_array(array, name) for name, array in numbers.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose first network sees lesions and whose second takes every brain for one."""
    folder = tmp_path_factory.mktemp("run")
    write_challenge(folder / "data")
    for name, least in (("fold-0", 0.8), ("fold-1", -0.9), ("final", 0.8)):
        write_brightness(folder / f"{name}.onnx", least)
    return folder


def test_each_case_is_measured_by_the_network_that_never_saw_it(run: Path) -> None:
    figures = json.loads(figures_file(RECIPE, run / "data", run, silent).read_text())
    (rows,) = figures["rows"].values()
    dice = {fold: [row["dice"] for row in rows if row["fold"] == fold] for fold in (0, 1)}
    assert sorted(row["number"] for row in rows) == list(range(9))
    assert min(dice[0]) > 0.85 and max(dice[1]) < 0.3
    (collection,) = figures["collections"].values()
    methods = collection["methods"]
    assert collection["patients"] == 9
    assert methods[FINAL]["mean_dice"][0] == pytest.approx(np.mean(dice[0] + dice[1]), abs=1e-3)
    fewer = figures["confidence"]["with_fewer_sequences"]
    assert fewer["network, FLAIR alone"]["patients"] == 9
    assert fewer["network, FLAIR alone"]["right"] == pytest.approx(len(dice[0]) / 9, abs=1e-3)
    assert methods["network, FLAIR alone"] == methods[FINAL]


def test_what_is_found_is_written_for_those_who_train_on_it(run: Path, tmp_path: Path) -> None:
    figures = json.loads(figures_file(RECIPE, run / "data", run, silent).read_text())
    (rows,) = figures["rows"].values()
    write_detections(RECIPE, run / "data", run, tmp_path, figures, silent)
    names = sorted(path.stem for path in tmp_path.glob("*.npz"))
    assert len(names) == 9
    for row, name in zip(rows, names, strict=True):
        detection = load_detection(tmp_path, name)
        assert detection is not None
        assert (detection.index is not None) == (row["distance"] is not None)
