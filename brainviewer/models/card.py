"""The model card: everything that is known about a model, as plain data.

What a card names comes from closed lists, so that nothing in it can be executed; ``card_file``
reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from brainviewer.core.errors import ModelError
from brainviewer.core.findings.classification import IMAGE
from brainviewer.core.findings.networks import NetworkIdentity
from brainviewer.core.monitoring.reference import MonitoringReference
from brainviewer.models.card_metrics import ExternalTest, Metric
from brainviewer.models.segmentation.calibration import Calibration
from brainviewer.models.segmentation.logistic import LogisticFunction
from brainviewer.models.segmentation.slice_input import SliceInput
from brainviewer.models.subtype.fusion_head import FusionHead
from brainviewer.models.subtype.out_of_distribution import LesionDistribution


class Task(StrEnum):
    """What a network is for."""

    SEGMENTATION = "segmentation"
    BRAIN_EXTRACTION = "brain_extraction"
    SUBTYPE = "subtype"
    IMAGE_CLASSIFICATION = "image_classification"


NETWORK_ROLES = frozenset({"architecture", "weights", "graph"})
ROLES = NETWORK_ROLES | {"scope", "locator"}
_REINSTALL = "Install the model again."

# The closed list: every step a card may name, with the numbers it must give.
STEP_NUMBERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "standardise_near_lesion": frozenset({"gap", "reach", "rim", "floor", "low", "high"}),
        "blacken_outside_brain": frozenset({"value"}),
        "crop_around_lesion": frozenset({"margin", "least_of_head"}),
        "standardise_in_head": frozenset({"floor", "low", "high"}),
        "blacken_outside_head": frozenset({"value"}),
        "crop_to_head": frozenset({"margin"}),
        "grey_levels": frozenset({"low", "high"}),
        "crop_to_contour": frozenset(),
        "stretch_to_square": frozenset(),
    }
)
LESION_STEPS = frozenset({"standardise_near_lesion", "crop_around_lesion"})
IMAGE_STEPS = frozenset({"standardise_in_head", "crop_to_head"})
PLAIN_STEPS = frozenset({"grey_levels"})
"""What models need that were trained elsewhere, on grey values 0..255."""


@dataclass(frozen=True)
class Step:
    """One named preparation step and its numbers (see ``pipeline`` for their meaning)."""

    name: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class ModelInput:
    """Input of a classification network.

    size : side of the square crop, in pixels.
    channels : names of the sequences, in the order of the network's channels.
    steps : preparation steps, in order.
    slices : how many slices of the lesion it sees.
    stacked : they are the channels of one image (slice by slice); else one image each.
    mirrored : it sees every image and its mirror image, and the answers are averaged.
    """

    size: int
    channels: tuple[str, ...]
    steps: tuple[Step, ...]
    slices: int = 1
    stacked: bool = False
    mirrored: bool = False

    @property
    def depth(self) -> int:
        """Channels of the network's input."""
        return len(self.channels) * (self.slices if self.stacked else 1)


@dataclass(frozen=True)
class ModelClass:
    """One answer the model can give."""

    code: str
    name: str


@dataclass(frozen=True)
class Network:
    """The files of a network and its input.

    id, version : the model that owns the files.
    folder : where they lie.
    input : None for a segmentation network, whose input is that of its card.
    dense_layer : name of the dense layer's weights inside the weights file; "" for a segmentation
        network, and for one that does not end in global average pooling and one dense layer.
    files : sha256 by file name; ``roles`` says which file is what. A graph without a weights file
        beside it holds its own weights.
    """

    id: str
    folder: Path
    input: ModelInput | None
    dense_layer: str
    files: Mapping[str, str]
    roles: Mapping[str, str]
    version: str = ""
    task: Task = Task.SUBTYPE

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what the network returns, in order.

        Segmentation: ``lesion`` (n, regions, h, w), probabilities, for slices
        (n, channels, h, w).
        Brain extraction: ``brain``, probabilities, for an image, both (1, 1, x, y, z).
        Classification: ``logits`` (n, classes) and ``features`` (n, h, w, c), its last feature map,
        for images (n, size, size, depth); without a dense layer the logits alone. All float32.
        """
        if self.task is Task.SEGMENTATION:
            return ("lesion",)
        if self.task is Task.BRAIN_EXTRACTION:
            return ("brain",)
        return ("logits", "features") if self.dense_layer else ("logits",)

    @property
    def segments(self) -> bool:
        """Whether it tells voxels apart, which ONNX Runtime alone does, rather than classes."""
        return self.task in (Task.SEGMENTATION, Task.BRAIN_EXTRACTION)

    @property
    def of_onnx_only(self) -> bool:
        """Whether ONNX Runtime alone can run it."""
        return "graph" in self.roles and "architecture" not in self.roles

    def path(self, role: str) -> Path:
        """The file that plays ``role`` (architecture, weights, graph)."""
        try:
            return self.folder / self.roles[role]
        except KeyError:
            raise ModelError(f"The model {self.id} has no {role} file.", _REINSTALL) from None

    @property
    def weights_sha256(self) -> str:
        """Fingerprint of the weights, to be written beside every result."""
        return self.files[self.roles.get("weights") or self.roles["graph"]]

    @property
    def identity(self) -> NetworkIdentity:
        """Which network this is, for whoever wants to repeat a result."""
        return NetworkIdentity(self.id, self.version, self.weights_sha256)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What the ``card.json`` of every model says.

    sequences : what it was trained on; ``needed`` are those it cannot do without.
    network : None where lesion descriptors alone are used. Another model's where the files are
        shared.
    metrics : measured by cross-validation, by what the answer rests on (``SITUATIONS``).
    external : tests on other data.
    files : sha256 by name of every file of this model, in ``folder``.
    own : the user added it: nobody has measured it here.
    reference : what its predictions were like in development; None if unknown.
    """

    id: str
    version: str
    name: str
    task: Task
    sequences: tuple[str, ...]
    needed: tuple[str, ...]
    network: Network | None
    metrics: Mapping[str, tuple[Metric, ...]]
    training_data: str
    intended_use: str
    limits: tuple[str, ...]
    files: Mapping[str, str]
    folder: Path
    external: tuple[ExternalTest, ...] = ()
    own: bool = False
    reference: MonitoringReference | None = None

    @property
    def of_images(self) -> bool:
        """Whether it answers for single images, not for studies."""
        return IMAGE in self.sequences

    @property
    def counted(self) -> str:
        """What its figures count."""
        return "images" if self.of_images else "patients"

    @property
    def weights_sha256(self) -> str:
        """Fingerprint of the network's weights; empty without a network."""
        return "" if self.network is None else self.network.weights_sha256


@dataclass(frozen=True, kw_only=True)
class SegmentationCard(Card):
    """A model that segments lesions.

    input : what its network sees and tells.
    calibration : how likely what it finds is right.
    enhancing : how likely a voxel of the lesion enhances (see ``segmentation.enhancing``); None
        where the network's own region is taken.
    """

    network: Network
    input: SliceInput
    calibration: Calibration
    enhancing: LogisticFunction | None = None


@dataclass(frozen=True, kw_only=True)
class ModelCard(Card):
    """A model that classifies: the subtype of a lesion, or a single image.

    fusion_head : what turns the network's output, descriptors and age into calibrated
        probabilities.
    ood_check : file that says what the network's features look like in scope; None if unknown.
    lesions : what the lesions of the training patients are like; None if unknown.
    calibrated : its probabilities were calibrated on cases that it never saw.
    """

    classes: tuple[ModelClass, ...]
    fusion_head: FusionHead
    ood_check: Path | None
    lesions: LesionDistribution | None = None
    calibrated: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """Class codes in the order of the network's outputs."""
        return tuple(item.code for item in self.classes)

    @property
    def input(self) -> ModelInput:
        """Input of the network; raises ModelError if there is none."""
        if self.network is None or self.network.input is None:
            raise ModelError(f"The model {self.id} has no network.", "Choose another model.")
        return self.network.input

    def class_name(self, code: str) -> str:
        """Full name of a class."""
        return next(item.name for item in self.classes if item.code == code)
