"""A network learns from another one what there is to be seen on an image.

It learns the other's maps of features (Romero et al. 2015, "FitNets") and, where the other was
trained for the classes, its answers (Hinton et al. 2015, "Distilling the knowledge in a neural
network"). Maps say far more about an image than its class does, so a network without pretraining
learns from thousands of images what otherwise takes a million.
"""

import torch
from torch import Tensor, nn

from brainviewer.training.learning import Batch, FurtherTask
from brainviewer.training.resnet50 import MapNetwork

# Answers are made softer by this, so that those that are nearly 0 tell something, too.
_TEMPERATURE = 2.0


class Teacher(FurtherTask):
    """The network that is learned from; it stays as it is.

    after : how many of its parts what is ``shown`` with a batch has passed already.
    frequencies : (classes,) how often the learning network is shown each class; the teacher's
        answers are taken to be for equally frequent ones. None: its answers are not learned.
    """

    def __init__(
        self,
        teacher: MapNetwork,
        after: int,
        student: MapNetwork,
        frequencies: Tensor | None = None,
    ) -> None:
        super().__init__()
        self._teacher = (teacher.eval().to(memory_format=torch.channels_last),)
        self._after = after
        self._prior = None if frequencies is None else torch.log(frequencies)
        self.links = nn.ModuleList(
            [
                nn.Conv2d(own, theirs, 1)
                for own, theirs in zip(student.channels, teacher.channels, strict=True)
            ]
        )

    def loss(self, maps: tuple[Tensor, Tensor], logits: Tensor, batch: Batch) -> Tensor:
        """How far the directions of the maps, place by place, and the answers differ."""
        assert batch.shown is not None
        (teacher,) = self._teacher
        with torch.no_grad():
            theirs = teacher.maps(batch.shown, after=self._after)
            predictions = teacher.logits(theirs[1]).float()
        total = torch.zeros(())
        for link, own, their in zip(self.links, maps, theirs, strict=True):
            said = link(own).float()
            wanted = nn.functional.interpolate(
                their.float(), said.shape[2:], mode="bilinear", antialias=True
            )
            total = total + (1 - nn.functional.cosine_similarity(said, wanted)).mean()
        if self._prior is not None:
            total = total + nn.functional.kl_div(
                torch.log_softmax(logits.float() / _TEMPERATURE, dim=1),
                torch.log_softmax((predictions + self._prior) / _TEMPERATURE, dim=1),
                reduction="batchmean",
                log_target=True,
            ) * (_TEMPERATURE**2)
        return total
