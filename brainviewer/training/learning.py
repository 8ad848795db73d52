"""How a network learns: batches from the bank, and one schedule fixed beforehand."""

import copy
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brainviewer.core.errors import Report
from brainviewer.inference.card import ModelInput
from brainviewer.training.augment import Random
from brainviewer.training.bank import Bank
from brainviewer.training.network import Coverage, ResNet50
from brainviewer.training.recipes import Schedule


@dataclass(frozen=True, eq=False)
class Batch:
    """images : (n, depth, size, size) float32; labels : (n,) int64
    covered : (n, slices, size, size) float32, share of lesion; None where it is not known.
    """

    images: Tensor
    labels: Tensor
    covered: Tensor | None = None


MakeBatch = Callable[[int, Random], Batch]


def from_bank(
    bank: Bank, labels: Sequence[int], members: Sequence[int], model_input: ModelInput
) -> MakeBatch:
    """Batches of the bank's samples; every class and every patient in it weighs the same.

    labels : class of each case in the bank
    members : the cases that may be learned from.
    """
    by_class = [[m for m in members if labels[m] == label] for label in range(max(labels) + 1)]
    by_class = [group for group in by_class if group]

    def make(size: int, random: Random) -> Batch:
        groups = [by_class[n] for n in random.integers(len(by_class), size=size)]
        cases = np.array([group[random.integers(len(group))] for group in groups])
        drawn = bank.samples[cases, random.integers(bank.samples.shape[1], size=size)]
        has = bank.has[cases].copy()
        images, covered = vary_cheaply(drawn, has, bank.low, bank.high, random)
        if model_input.stacked:
            images = images.reshape(size, -1, *images.shape[-2:])
        else:
            one = random.integers(images.shape[1], size=size)
            images = images[np.arange(size), one]
            covered = covered[np.arange(size), one][:, None]
        return Batch(
            torch.from_numpy(np.ascontiguousarray(images)),
            torch.tensor([labels[case] for case in cases]),
            torch.from_numpy(np.ascontiguousarray(covered)),
        )

    return make


def vary_cheaply(
    drawn: NDArray[np.uint8], has: NDArray[np.bool_], low: float, high: float, random: Random
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vary samples of the bank again, in a way that costs nearly nothing.

    drawn : (n, slices, size, size, channels + 1); has : (n, channels), sequences that are there

    Returns images (n, slices, channels, size, size) and coverage (n, slices, size, size): mirrored,
    upside down in the order of the slices, with another gain, more noise and fewer sequences.
    """
    count, slices, size, _, planes = drawn.shape
    codes = np.empty((count, slices, planes, size, size), np.uint8)
    for n, sample in enumerate(drawn):
        across = sample[:, :, ::-1] if random.random() < 0.5 else sample
        upward = across[::-1] if random.random() < 0.5 else across
        codes[n] = np.moveaxis(upward, -1, 1)
    covered = codes[:, :, -1] * np.float32(1 / 255)
    codes = codes[:, :, :-1]
    shape = (count, 1, planes - 1, 1, 1)
    gain = np.exp(random.normal(0, 0.12, shape))
    shift = low * gain + random.normal(0, 0.15, shape)
    values: NDArray[np.float32] = codes * (gain * (high - low) / 255).astype(np.float32)
    values += shift.astype(np.float32)
    strength = random.uniform(0, 0.25, shape) * (random.random(shape) < 0.5)
    # Drawing noise for every pixel would take as long as learning from it.
    pool = random.standard_normal(8 * size * size, np.float32)
    for n, _, c in np.argwhere(strength[..., 0, 0] > 0):
        for k in range(slices):
            start = random.integers(7 * size * size)
            grain = pool[start : start + size * size].reshape(size, size)
            values[n, k, c] += np.float32(strength[n, 0, c, 0, 0]) * grain
    np.clip(values, low, high, out=values)
    values[codes == 0] = low
    kept = has & (random.random(has.shape) > 0.15)
    kept = np.where(kept.any(axis=1, keepdims=True), kept, has)
    values *= kept[:, None, :, None, None]
    return values, covered


def learn(
    network: ResNet50, make: MakeBatch, schedule: Schedule, seed: int, text: str, report: Report
) -> ResNet50:
    """Fit the network with AdamW and one cosine cycle; returns the running mean of its weights."""
    network = network.to(memory_format=torch.channels_last).train()
    kept: ResNet50 = copy.deepcopy(network).eval()
    for number in kept.parameters():
        number.requires_grad_(False)
    steps = max(1, schedule.samples // schedule.batch)
    coverage: Coverage | None = None
    optimizer = torch.optim.AdamW(
        network.parameters(),
        lr=schedule.learning_rate,
        weight_decay=schedule.weight_decay,
        fused=True,
    )
    rate: torch.optim.lr_scheduler.LRScheduler | None = None
    mean_loss = 0.0
    for step, batch in enumerate(_batches(make, schedule.batch, steps, seed)):
        if coverage is None and schedule.coverage and batch.covered is not None:
            coverage = Coverage(batch.covered.shape[1])
            optimizer.add_param_group({"params": coverage.parameters()})
        if rate is None:
            rate = torch.optim.lr_scheduler.OneCycleLR(
                optimizer, schedule.learning_rate, total_steps=steps + 1, pct_start=0.1
            )
        inputs = batch.images.to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            maps = network.maps(inputs)
            logits = network.logits(maps[1])
            aside = (
                coverage.loss(maps, batch.covered)
                if coverage is not None and batch.covered is not None
                else torch.zeros(())
            )
        loss = nn.functional.cross_entropy(
            logits.float(), batch.labels, label_smoothing=schedule.label_smoothing
        )
        optimizer.zero_grad()
        (loss + schedule.coverage * aside).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        rate.step()
        _average(kept, network, min(schedule.average, (1 + step) / (10 + step)))
        mean_loss += (loss.item() - mean_loss) / min(step + 1, 20)
        report((step + 1) / steps, f"{text}: loss {mean_loss:.3f}")
    return kept


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


def _average(kept: ResNet50, network: ResNet50, decay: float) -> None:
    newest = network.state_dict()
    with torch.no_grad():
        for name, number in kept.state_dict().items():
            if number.is_floating_point():
                number.lerp_(newest[name], 1 - decay)
            else:
                number.copy_(newest[name])
