"""Made-up numbers of a ResNet50 v2, in the files that GluonCV's lie in."""

from pathlib import Path

import numpy as np
from torch import nn

from brainviewer.training.image_classification.networks import resnet50v2
from brainviewer.training.image_classification.networks.backbones import build_network


def write_gluon_arrays(folder: Path, last: int) -> None:
    """Made-up numbers of every layer; of the last stage so many convolutions."""
    random = np.random.default_rng(4)

    def write(name: str, *shape: int) -> None:
        values = random.normal(0, (0.5 / np.prod(shape[1:])) ** 0.5, shape)
        if len(shape) == 1:
            values = random.uniform(0.5, 1.5, shape)
        np.save(folder / f"resnetv24_{name}.npy", values.astype(np.float32))

    made = build_network("resnet50v2")
    for name, module in resnet50v2.gluon_names(made):
        if isinstance(module, nn.Conv2d):
            if not name.startswith("stage4") or int(name.partition("conv")[2]) < last:
                write(f"{name}_weight", *module.weight.shape)
        else:
            for part in ("gamma", "beta", "running_mean", "running_var"):
                write(f"{name}_{part}", module.num_features)
    write("conv0_weight", 64, 3, 7, 7)
    for part in ("gamma", "beta", "running_mean", "running_var"):
        write(f"batchnorm0_{part}", 3)
