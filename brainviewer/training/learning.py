"""Training loop of classifiers: batches from the caches, and one schedule fixed beforehand."""

import copy
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import Report
from brainviewer.models.card import ModelInput
from brainviewer.training.augment import Random
from brainviewer.training.frozen_features import as_maps
from brainviewer.training.precision import (
    PROCESSOR,
    device,
    device_words,
    images_on_device,
    mixed_precision,
)
from brainviewer.training.recipes import ONE_CYCLE, Schedule, rate_factor
from brainviewer.training.resnet50 import Coverage, MapNetwork, guidance_loss
from brainviewer.training.subtype.augmentation_cache import AugmentationCache
from brainviewer.training.subtype.feature_cache import FeatureCache, as_images, vary_cheaply
from brainviewer.training.weights import read_state, update_average, write_state


@dataclass(frozen=True, eq=False)
class Batch:
    """images : (n, depth, size, size) float32
    labels : (n,) int64
    covered : (n, slices, size, size) float32, fraction of lesion; None where it is not known.
    """

    images: Tensor
    labels: Tensor
    covered: Tensor | None = None


MakeBatch = Callable[[int, Random], Batch]
Trained = TypeVar("Trained", bound=MapNetwork)
Fitted = TypeVar("Fitted", bound=nn.Module)


def from_samples(
    cache: AugmentationCache, labels: Sequence[int], members: Sequence[int], model_input: ModelInput
) -> MakeBatch:
    """Batches of the cache's samples; every class and every patient in it weighs the same.

    labels : class of each case in the cache
    members : the cases that may be learned from.
    """

    def make(cases: NDArray[np.int64], random: Random) -> tuple[Tensor, Tensor]:
        size = len(cases)
        drawn = cache.samples[cases, random.integers(cache.samples.shape[1], size=size)]
        images, covered = vary_cheaply(drawn, cache.has[cases], cache.low, cache.high, random)
        images, covered = as_images(images, covered, model_input)
        one = (np.arange(size), random.integers(images.shape[1], size=size))
        return torch.from_numpy(images[one]), torch.from_numpy(covered[one])

    return _balanced(labels, members, make)


def from_features(kept: FeatureCache, labels: Sequence[int], members: Sequence[int]) -> MakeBatch:
    """Batches of what the lower stages made of the cache's samples; see ``from_samples``."""
    _, draws, images = kept.maps.shape[:3]

    def make(cases: NDArray[np.int64], random: Random) -> tuple[Tensor, Tensor]:
        size = len(cases)
        chosen = (cases, random.integers(draws, size=size), random.integers(images, size=size))
        covered = kept.covered[chosen].astype(np.float32) / np.float32(255)
        return as_maps(kept.maps[chosen]), torch.from_numpy(covered)

    return _balanced(labels, members, make)


def _balanced(
    labels: Sequence[int],
    members: Sequence[int],
    make: Callable[[NDArray[np.int64], Random], tuple[Tensor, Tensor]],
) -> MakeBatch:
    """Batches of cases; make : images and coverage of some of them."""
    by_class = [[m for m in members if labels[m] == label] for label in range(max(labels) + 1)]
    by_class = [group for group in by_class if group]

    def batch(size: int, random: Random) -> Batch:
        groups = [by_class[n] for n in random.integers(len(by_class), size=size)]
        cases = np.array([group[random.integers(len(group))] for group in groups])
        images, covered = make(cases, random)
        return Batch(images, torch.tensor([labels[case] for case in cases]), covered)

    return batch


def learn(
    network: Trained,
    make: MakeBatch,
    schedule: Schedule,
    seed: int,
    text: str,
    report: Report,
) -> Trained:
    """Fit the network to batches (see ``descend``)."""
    if schedule.frozen:
        network.freeze(schedule.frozen)
    batches = _batches(make, schedule.batch, schedule.steps, seed)
    first = next(batches)
    aside: Coverage | None = None
    if schedule.coverage and first.covered is not None:
        aside = Coverage(first.covered.shape[1], *network.channels)

    def losses(_: int) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in chain([first], batches):
            inputs, labels = images_on_device(batch.images), batch.labels.to(device())
            covered = None if batch.covered is None else batch.covered.to(device())
            with mixed_precision(device()):
                maps = network.maps(inputs, after=schedule.frozen)
                logits = network.logits(maps[1])
                beside = torch.zeros(()) if aside is None else aside.loss(maps, covered)
            loss = nn.functional.cross_entropy(
                logits.float(), labels, label_smoothing=schedule.label_smoothing
            )
            whole = loss + schedule.coverage * beside
            if schedule.guidance and covered is not None:
                whole = whole + schedule.guidance * guidance_loss(network, maps[1], covered)
            yield whole, loss

    tasks = [network] if aside is None else [network, aside]
    return descend(network, losses, schedule, text, report, tasks)


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


def _batches(make: MakeBatch, size: int, steps: int, seed: int) -> Iterator[Batch]:
    """Batches, each made in a thread while the network learns from the one before."""

    def at(step: int) -> Batch:
        return make(size, np.random.default_rng([seed, step]))

    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(at, 0)
        for step in range(1, steps + 1):
            batch = coming.result()
            if step < steps:
                coming = maker.submit(at, step)
            yield batch
