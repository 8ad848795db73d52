"""The loop follows the schedule of the learning rate, and tells what it computes on."""

import pytest

torch = pytest.importorskip("torch")

from collections.abc import Iterator  # noqa: E402
from typing import Any  # noqa: E402

from brainviewer.training import learning  # noqa: E402
from brainviewer.training.precision import device, mixed_precision  # noqa: E402
from brainviewer.training.recipes import ONE_CYCLE, SCHEDULES, Schedule, rate_factor  # noqa: E402

WARM_UP, RATE = 0.25, 0.01


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_fits(schedule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    network = torch.nn.Conv2d(1, 1, 1)
    start = network.weight.detach().clone()
    plan = Schedule(64, 8, RATE, 0.0, 0.0, 0.0, schedule=schedule, warm_up=WARM_UP)
    optimizers: list[Any] = []
    made = learning._rate
    monkeypatch.setattr(
        learning, "_rate", lambda optimizer, of: optimizers.append(optimizer) or made(optimizer, of)
    )
    rates: list[float] = []

    def losses(first: int) -> Iterator[tuple[Any, Any]]:
        for _ in range(first, plan.steps):
            rates.append(optimizers[0].param_groups[0]["lr"])
            loss = (network(torch.ones(1, 1, 4, 4, device=device())) - 3).square().mean()
            yield loss, loss

    said: list[str] = []
    fitted = learning.descend(
        network, losses, plan, "fold 1", lambda _, text: said.append(text), [network]
    )
    wanted = [RATE * rate_factor(schedule, WARM_UP, step, plan.steps) for step in range(plan.steps)]
    if schedule == ONE_CYCLE:  # PyTorch's own, which puts the top between two steps
        assert rates[0] == pytest.approx(wanted[0])
        assert max(rates) == pytest.approx(RATE, rel=0.2)
        assert rates[-1] < RATE / 5
    else:
        assert rates == pytest.approx(wanted)
    assert fitted.weight.device.type == "cpu"
    assert not torch.equal(fitted.weight, start)
    assert said[0].startswith("fold 1: loss") == (device().type == "cpu")


def test_half_the_bits_where_they_are_asked_for() -> None:
    assert mixed_precision().device == "cpu"
    assert mixed_precision(device()).device == device().type
