"""Training loop of all networks in PyTorch: one schedule fixed beforehand, and checkpoints."""

import copy
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from brainviewer.core.errors import Report
from brainviewer.training.packing.weights import read_state, update_average, write_state
from brainviewer.training.precision import PROCESSOR, device, device_words
from brainviewer.training.recipes import ONE_CYCLE, Schedule, rate_factor

Fitted = TypeVar("Fitted", bound=nn.Module)


class Checkpoint:
    """What a training that was broken off goes on from; written now and then."""

    def __init__(self, path: Path, seconds: float = 120.0) -> None:
        self._path, self._seconds = path, seconds
        self._written = time.monotonic()

    def take_up(
        self, network: nn.Module, kept: nn.Module, fitted: list[nn.Parameter], optimizer: Any
    ) -> int:
        """Put everything back as it was, and return how many steps were done; 0 without a file."""
        if not self._path.exists():
            return 0
        state = read_state(self._path)
        steps = int(state.pop("steps"))
        for name, module in (("network", network), ("kept", kept)):
            module.load_state_dict(_below(state, name))
        for number, parameter in enumerate(fitted):
            own = _below(state, f"optimizer.{number}")
            # The fused optimizer goes through memory: it must lie as the parameter's does.
            optimizer.state[parameter] = {
                name: torch.empty_like(parameter).copy_(value)
                if value.ndim
                else value.to(parameter.device)
                for name, value in own.items()
            }
        return steps

    def write(
        self, steps: int, network: nn.Module, kept: nn.Module, fitted: list[nn.Parameter],
        optimizer: Any,
    ) -> None:  # fmt: skip
        """Write the state after so many steps, unless that was done a moment ago."""
        if time.monotonic() - self._written < self._seconds:
            return
        self._written = time.monotonic()
        state = {"steps": torch.tensor(steps)}
        for name, module in (("network", network), ("kept", kept)):
            state |= {f"{name}.{key}": value for key, value in module.state_dict().items()}
        for number, parameter in enumerate(fitted):
            own = optimizer.state.get(parameter, {})
            state |= {f"optimizer.{number}.{key}": value for key, value in own.items()}
        write_state(state, self._path)

    def remove(self) -> None:
        """Take the file away; the training is done."""
        self._path.unlink(missing_ok=True)


def _below(state: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    return {
        key.removeprefix(f"{name}."): value
        for key, value in state.items()
        if key.startswith(f"{name}.")
    }


def descend(
    network: Fitted,
    losses: Callable[[int], Iterator[tuple[Tensor, Tensor]]],
    schedule: Schedule,
    text: str,
    report: Report,
    tasks: Sequence[nn.Module],
    checkpoint: Checkpoint | None = None,
) -> Fitted:
    """Fit with AdamW on ``device()``; returns the running mean of the network's weights, on the
    processor.

    losses : the loss of each step from the one that is given on, and what of it is told; made
        while the network changes, from batches that are brought to ``device()``.
    tasks : the network, and what else is fitted.
    """
    network.to(device(), memory_format=torch.channels_last).train()
    for task in tasks:
        task.to(device())
    kept: Fitted = copy.deepcopy(network).eval()
    for number in kept.parameters():
        number.requires_grad_(False)
    fitted = [number for task in tasks for number in task.parameters() if number.requires_grad]
    optimizer = torch.optim.AdamW(
        fitted, lr=schedule.learning_rate, weight_decay=schedule.weight_decay, fused=True
    )
    rate = _rate(optimizer, schedule)
    done = checkpoint.take_up(network, kept, fitted, optimizer) if checkpoint else 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that no step came before
        for _ in range(done):
            rate.step()
    mean, text = 0.0, f"{text}{device_words()}"
    for step, (whole, loss) in enumerate(losses(done), start=done + 1):
        optimizer.zero_grad()
        whole.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        rate.step()
        update_average(kept, network, min(schedule.average, step / (9 + step)))
        mean += (loss.item() - mean) / min(step - done, 20)
        report(step / schedule.steps, f"{text}: loss {mean:.3f}")
        if checkpoint:
            checkpoint.write(step, network, kept, fitted, optimizer)
    kept.to(PROCESSOR)
    return kept


def _rate(optimizer: torch.optim.Optimizer, schedule: Schedule) -> Any:
    """What changes the learning rate from step to step; one cycle changes the momentum as well."""
    kind, warm_up, steps = schedule.schedule, schedule.warm_up, schedule.steps
    if kind == ONE_CYCLE:
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer, schedule.learning_rate, total_steps=steps + 1, pct_start=warm_up
        )
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: rate_factor(kind, warm_up, step, steps)
    )
