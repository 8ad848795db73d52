"""What a network learns from another one."""

import pytest

pytest.importorskip("torch")

from dataclasses import replace

import torch

from brainviewer.training.image_classification.fitting.distillation import Teacher
from brainviewer.training.learning import Batch
from brainviewer.training.resnet50 import MapNetwork


class Small(MapNetwork):
    """Two layers that stand for a network; ``maps`` of halves and quarters."""

    def __init__(self, seed: int, channels: tuple[int, int]) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.channels = channels
        self.first = torch.nn.Conv2d(1, channels[0], 3, 2, 1)
        self.second = torch.nn.Conv2d(channels[0], channels[1], 3, 2, 1)
        self.dropout = torch.nn.Dropout(0.0)
        self.dense = torch.nn.Linear(channels[1], 4)

    def maps(self, x: torch.Tensor, after: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
        middle = torch.relu(self.first(x))
        return middle, torch.relu(self.second(middle))


@pytest.fixture
def batch() -> Batch:
    torch.manual_seed(5)
    shown = torch.randn(6, 1, 24, 24)
    images = torch.nn.functional.interpolate(shown, (16, 16), mode="bilinear")
    return Batch(images, None, None, shown)


def test_the_student_learns_and_the_teacher_stays(batch: Batch) -> None:
    teacher, student = Small(0, (6, 10)), Small(1, (4, 8))
    before = [number.clone() for number in teacher.parameters()]
    task = Teacher(teacher, 0, student, torch.full((4,), 0.25))
    own = [*student.parameters(), *task.parameters()]
    assert not {id(number) for number in teacher.parameters()} & {id(number) for number in own}
    optimizer, losses = torch.optim.Adam(own, lr=0.02), []
    for _ in range(60):
        maps = student.maps(batch.images)
        loss = task.loss(maps, student.logits(maps[1]), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    for number, was in zip(teacher.parameters(), before, strict=True):
        assert torch.equal(number, was)
        assert number.grad is None


def test_predictions_count_only_with_frequencies_and_are_shifted_by_them(batch: Batch) -> None:
    teacher, student = Small(0, (6, 10)), Small(1, (4, 8))
    often = torch.tensor([0.4, 0.3, 0.2, 0.1])
    silent, speaking = Teacher(teacher, 0, student), Teacher(teacher, 0, student, often)
    speaking.load_state_dict(silent.state_dict())
    with torch.no_grad():
        maps = student.maps(batch.images)
        right = teacher(batch.shown) + torch.log(often)
        said = [task.loss(maps, right, batch).item() for task in (silent, speaking)]
        wrong = speaking.loss(maps, right.flip(1), batch).item()
    assert said[0] == pytest.approx(said[1], abs=1e-5)
    assert wrong > said[1] + 0.01


def test_a_batch_for_a_teacher_shows_it_something(batch: Batch) -> None:
    teacher, student = Small(0, (6, 10)), Small(1, (4, 8))
    with pytest.raises(AssertionError):
        Teacher(teacher, 0, student).loss(
            student.maps(batch.images), torch.zeros(6, 4), replace(batch, shown=None)
        )
