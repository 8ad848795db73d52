"""An engine without a network: what it does is written in the first number of the tensor."""

import hashlib
import os
import signal
import time
from pathlib import Path

import h5py
import numpy as np

from brainviewer.core.errors import ModelError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.models.card import ModelCard, ModelClass, ModelInput, Network, Step, Task
from brainviewer.models.card_metrics import Metric
from brainviewer.models.subtype.fusion_head import AgePart, FusionHead, Prevalence, Source

PREDICTION, SLEEP, DIE, FAIL, PRINT = 0.0, 1.0, 2.0, 3.0, 4.0


class ToyRuntime:
    """Answers with the mean of the tensor."""

    engine = "toy"
    device = "CPU"

    def __init__(self):
        self.loads = 0

    def load(self, network):
        self.loads += 1
        if network.id == "cannot be loaded":
            raise ModelError("The toy model does not fit.", "Take another.")
        if network.id == "slow":
            time.sleep(0.5)
        if network.id == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)

    def predict(self, tensor):
        order = float(tensor[0, 0, 0, 0])
        if order == SLEEP:
            time.sleep(60)
        elif order == DIE:
            os.kill(os.getpid(), signal.SIGKILL)
        elif order == FAIL:
            raise ValueError("what a tensor")
        elif order == PRINT:
            print("chatter of a library", flush=True)
        logits = np.array([[tensor.mean(), self.loads, os.getpid()]], np.float64)
        return logits, np.ones((1, 2, 2, 5), np.float32)


class ToyTensorflow(ToyRuntime):
    """Stands for TensorFlow: cannot be made."""

    def __init__(self):
        raise ImportError("no such library")


class DeadlyTensorflow(ToyRuntime):
    """Stands for TensorFlow on a GPU that brings the process down."""

    def load(self, network):
        os.kill(os.getpid(), signal.SIGKILL)


def choose_tensorflow():
    """What a machine with a GPU says."""
    return "tensorflow"


def choose_and_die():
    """A machine whose GPU driver brings the process down."""
    os.kill(os.getpid(), signal.SIGKILL)


def tensor(order=PREDICTION, fill=0.5, size=32):
    """(1, size, size, 3) float32 with an order for the toy."""
    numbers = np.full((1, size, size, 3), fill, np.float32)
    numbers[0, 0, 0, 0] = order
    return numbers


def network(folder: Path, name="toy", channels=("FLAIR", "T1", "T1ce")) -> Network:
    """A network with one small weights file in ``folder``."""
    weights = folder / "toy.weights.h5"
    with h5py.File(weights, "w") as file:
        file["dense"] = np.eye(5, 3, dtype=np.float32)
    steps = (
        Step(
            "standardise_near_lesion",
            {"gap": 0.02, "reach": 0.2, "rim": 0.05, "floor": 0.05, "low": -4.0, "high": 6.0},
        ),
        Step("crop_around_lesion", {"margin": 1.5, "least_of_head": 0.4}),
    )
    return Network(
        id=name,
        folder=folder,
        input=ModelInput(32, channels, steps),
        dense_layer="dense",
        files={"toy.weights.h5": hashlib.sha256(weights.read_bytes()).hexdigest()},
        roles={"weights": "toy.weights.h5"},
    )


def card(folder: Path, channels=("FLAIR", "T1", "T1ce")) -> ModelCard:
    """A card with the toy network in ``folder``, which knows age but no descriptors."""
    fractions = (
        ("A", "astrocytoma", 0.5),
        ("O", "oligodendroglioma", 0.3),
        ("G", "glioblastoma", 0.2),
    )
    made = network(folder, channels=channels)
    return ModelCard(
        id="toy",
        version="1",
        name="toy",
        task=Task.IMAGE_CLASSIFICATION if IMAGE in channels else Task.SUBTYPE,
        classes=tuple(ModelClass(c, n) for c, n, _ in fractions),
        sequences=channels,
        needed=("FLAIR",),
        fusion_head=FusionHead(
            classes=("A", "O", "G"),
            network=Source(1.0, 1.0),
            descriptors=None,
            age=AgePart(1.0, (45.0, 45.0, 45.0), (10.0, 10.0, 10.0)),
            prevalences={
                "training": Prevalence(tuple(p for _, _, p in fractions), "tests"),
                "clinic": Prevalence((0.1, 0.05, 0.85), "tests"),
            },
            default="training",
            least_confident=0.5,
        ),
        network=made,
        ood_check=None,
        metrics={
            "image": (
                Metric("accuracy", 0.7, 0.6, 0.8, 93),
                Metric("balanced accuracy", 0.61, 0.52, 0.7, 93),
                Metric("error below the threshold", 0.5, 0.3, 0.7, 12),
            ),
            "image and age": (Metric("balanced accuracy", 0.65, 0.55, 0.74, 93),),
        },
        training_data="none",
        intended_use="tests",
        limits=("It knows nothing.",),
        files=made.files,
        folder=folder,
    )


def say_half(connection, *_):
    """A child that hangs in the middle of its first message."""
    os.write(connection.fileno(), (1000).to_bytes(4, "big") + b"half")
    time.sleep(600)
