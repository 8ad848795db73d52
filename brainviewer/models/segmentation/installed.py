"""The segmentation network that ships: its files and its calibration."""

import json
from functools import cache
from pathlib import Path

from brainviewer.assets import resources
from brainviewer.core.errors import FileError, ModelError
from brainviewer.models.card import Network, Task
from brainviewer.models.registry import verify
from brainviewer.models.segmentation.calibration import Calibration, parse_calibration

FOLDER = "lesion-outline"
GRAPH_FILE = "graph.onnx"
SETTINGS_FILE = "outline.json"


def read_network(folder: Path) -> tuple[Network, Calibration]:
    """Files of a network and its calibration.

    Raises FileError if the settings beside it do not fit, ModelError if a file is missing or
    damaged.
    """
    try:
        content = json.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8"))
        calibration = parse_calibration(content["trust"])
        files = {GRAPH_FILE: str(content["sha256"])}
        version = str(content["version"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise FileError(f"{SETTINGS_FILE} cannot be used: {error}.", "Install it again.") from None
    roles = {"graph": GRAPH_FILE}
    network = Network(FOLDER, folder, None, "", files, roles, version, Task.SEGMENTATION)
    verify(network)
    return network, calibration


@cache
def installed() -> tuple[Network, Calibration] | None:
    """The network that ships; None if it is missing or damaged."""
    try:
        return read_network(resources() / "models" / FOLDER)
    except (FileError, ModelError):
        return None


def installed_network() -> Network | None:
    """The files of the network that ships; None if it is missing or damaged."""
    found = installed()
    return None if found is None else found[0]
