"""Train a model: pretraining, cross-validation by patient, and the final network.

    python -m brainviewer.training.fit --data DIR --out DIR

Each finished part is a file in the output folder; run again, and only what is missing is done.
The schedule is fixed beforehand: no fold's test patients decide when its training stops.
"""

import copy
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import nn

from brainviewer.core.errors import Report
from brainviewer.inference.card import ModelInput
from brainviewer.inference.pipeline import head_mask, prepare_slice
from brainviewer.training.augment import Random, rough_outline, strip_skull, vary
from brainviewer.training.datasets import (
    LabelledPicture,
    Patient,
    TumourSlice,
    ellipse,
    patient_folds,
    read_cheng,
    read_lgg,
)
from brainviewer.training.evaluate import PREDICTIONS_FILE, RECIPE
from brainviewer.training.network import ResNet50, load_numbers, new_top, save_numbers
from brainviewer.training.recipes import Recipe, Schedule, read_recipe

Sample = tuple[NDArray[np.float32], int]
Sampler = Callable[[Random], Sample]

FINAL_FILE = "final.npz"


def fit(recipe: Recipe, data: Path, out: Path, report: Report) -> None:
    """Make everything that the recipe describes, in the folder ``out``.

    Leaves there ``pretrained.npz``, one ``fold-N.npz`` per fold, ``final.npz`` (trained on all
    patients) and ``predictions.json`` (the folds' answers for the patients they never saw).
    """
    out.mkdir(parents=True, exist_ok=True)
    pretrained = out / "pretrained.npz"
    if not pretrained.exists():
        save_numbers(pretrain(recipe, data / "cheng", report), pretrained)
    report(0.0, "reading the patients")
    patients = read_lgg(data / "lgg", recipe.slices_per_patient, recipe.least_of_largest)
    fold_of = patient_folds([patient.label for patient in patients], recipe.folds, recipe.seed)
    predictions: list[dict[str, Any]] = []
    for fold in range(recipe.folds):
        path = out / f"fold-{fold}.npz"
        learned = [p for p, f in zip(patients, fold_of, strict=True) if f != fold]
        unseen = [p for p, f in zip(patients, fold_of, strict=True) if f == fold]
        if not path.exists():
            network = train(recipe, learned, pretrained, f"fold {fold + 1}", fold, report)
            save_numbers(network, path)
        network = ResNet50(len(recipe.classes))
        load_numbers(network, path)
        predictions += predict_unseen(network, recipe, unseen, fold, len(predictions))
    _write_json(out / PREDICTIONS_FILE, predictions)
    if not (out / FINAL_FILE).exists():
        network = train(recipe, patients, pretrained, "all patients", recipe.folds, report)
        save_numbers(network, out / FINAL_FILE)
    report(1.0, "done")


def pretrain(recipe: Recipe, folder: Path, report: Report) -> ResNet50:
    """Learn to see on the four classes of ``cheng``: other patients, one sequence, all planes."""
    pictures = read_cheng(folder)
    labels = sorted({picture.label for picture in pictures})
    torch.manual_seed(recipe.seed)
    network = ResNet50(len(labels))

    def sample(random: Random) -> Sample:
        picture = pictures[random.integers(len(pictures))]
        tumour = as_sequences(picture, recipe.input.channels, random)
        return _tensor(vary(tumour, random), recipe.input), labels.index(picture.label)

    return learn(network, sample, recipe.pretraining, recipe.seed, "pretraining", report)


def as_sequences(picture: LabelledPicture, names: tuple[str, ...], random: Random) -> TumourSlice:
    """One picture in the place of every sequence, now and then with inverted contrast."""
    grey = picture.picture
    head = head_mask([grey])
    mask = picture.mask
    if mask is None or not mask.any():
        inside = np.argwhere(head if head.any() else np.ones_like(head))
        row, column = inside[random.integers(len(inside))]
        axes = random.uniform(0.05, 0.2, 2) * min(grey.shape)
        mask = ellipse(grey.shape, (column, row), (axes[0], axes[1]))
    inverted = np.where(head, np.float32(np.percentile(grey, 99.5)) - grey, grey).clip(0)
    return TumourSlice({name: inverted if random.random() < 0.25 else grey for name in names}, mask)


def train(
    recipe: Recipe, patients: list[Patient], pretrained: Path, text: str, run: int, report: Report
) -> ResNet50:
    """Train the classifier on these patients; every class and every patient weighs the same."""
    torch.manual_seed(recipe.seed + 1 + run)
    with np.load(pretrained, allow_pickle=False) as numbers:
        network = ResNet50(len(numbers["dense.bias"]))
    load_numbers(network, pretrained)
    new_top(network, len(recipe.classes))
    by_class = [[p for p in patients if p.label == code] for code in recipe.classes]

    def sample(random: Random) -> Sample:
        label = int(random.integers(len(by_class)))
        patient = by_class[label][random.integers(len(by_class[label]))]
        tumour = patient.slices[random.integers(len(patient.slices))]
        return _tensor(vary(tumour, random), recipe.input), label

    return learn(network, sample, recipe.training, recipe.seed + 1 + run, text, report)


def learn(
    network: ResNet50, sample: Sampler, schedule: Schedule, seed: int, text: str, report: Report
) -> ResNet50:
    """Fit the network with AdamW and one cosine cycle; returns the running mean of its weights."""
    network = network.to(memory_format=torch.channels_last).train()
    kept: ResNet50 = copy.deepcopy(network).eval()
    for number in kept.parameters():
        number.requires_grad_(False)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    steps = max(1, schedule.samples // schedule.batch)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, schedule.learning_rate, total_steps=steps + 1, pct_start=0.1
    )
    mean_loss = 0.0
    for step, (images, labels) in enumerate(_batches(sample, schedule.batch, steps, seed)):
        inputs = images.to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(inputs)
        loss = nn.functional.cross_entropy(
            logits.float(), labels, label_smoothing=schedule.label_smoothing
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        rate.step()
        _average(kept, network, min(schedule.average, (1 + step) / (10 + step)))
        mean_loss += (loss.item() - mean_loss) / min(step + 1, 20)
        report((step + 1) / steps, f"{text}: loss {mean_loss:.3f}")
    return kept


def predict_unseen(
    network: ResNet50, recipe: Recipe, patients: list[Patient], fold: int, number: int
) -> list[dict[str, Any]]:
    """Logits for patients that the network never saw, in several situations.

    ``largest``: the slice with the largest tumour area, as inference gets it. ``three_largest``:
    mean over three slices. ``rough_outline``: largest slice, lesion drawn carelessly.
    ``stripped``: largest slice, scalp and skull cut off.
    """
    network.eval()

    def logits(slices: list[TumourSlice]) -> list[float]:
        tensors = np.stack([_tensor(tumour, recipe.input) for tumour in slices])
        with torch.no_grad():
            return [round(float(v), 5) for v in network(torch.from_numpy(tensors)).mean(dim=0)]

    entries = []
    for offset, patient in enumerate(patients):
        random = np.random.default_rng([recipe.seed, fold, offset])
        largest = patient.slices[0]
        rough = TumourSlice(largest.channels, rough_outline(largest.mask, random))
        bare = TumourSlice(strip_skull(largest.channels, largest.mask, random), largest.mask)
        entries.append(
            {
                "number": number + offset,
                "fold": fold,
                "label": patient.label,
                "age_years": patient.age_years,
                "logits": {
                    "largest": logits([largest]),
                    "three_largest": logits(list(patient.slices[:3])),
                    "rough_outline": logits([rough]),
                    "stripped": logits([bare]),
                },
            }
        )
    return entries


def _tensor(tumour: TumourSlice, model_input: ModelInput) -> NDArray[np.float32]:
    """(3, size, size) float32, for PyTorch"""
    tensor = prepare_slice(tumour.channels, tumour.mask, model_input).tensor
    return np.ascontiguousarray(tensor[0].transpose(2, 0, 1))


def _batches(
    sample: Sampler, size: int, steps: int, seed: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches, each made in a thread while the network learns from the one before."""

    def make(step: int) -> tuple[torch.Tensor, torch.Tensor]:
        random = np.random.default_rng([seed, step])
        images, labels = zip(*(sample(random) for _ in range(size)), strict=True)
        return torch.from_numpy(np.stack(images)), torch.tensor(labels)

    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(make, 0)
        for step in range(1, steps + 1):
            batch = coming.result()
            if step < steps:
                coming = maker.submit(make, step)
            yield batch


def _average(kept: ResNet50, network: ResNet50, decay: float) -> None:
    newest = network.state_dict()
    with torch.no_grad():
        for name, number in kept.state_dict().items():
            if number.is_floating_point():
                number.lerp_(newest[name], 1 - decay)
            else:
                number.copy_(newest[name])


def _write_json(path: Path, content: Any) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def _print_progress() -> Report:
    last = [""]

    def report(fraction: float, text: str) -> None:
        line = f"{100 * fraction:3.0f} % {text.split(':', maxsplit=1)[0]}"
        if line != last[0]:
            last[0] = line
            typer.echo(f"{100 * fraction:3.0f} % {text}", err=True)

    return report


def main(
    data: Annotated[Path, typer.Option(help="Folder that holds lgg and cheng.")],
    out: Annotated[Path, typer.Option(help="Folder for the trained networks.")],
    recipe: Annotated[Path, typer.Option(help="How to train.")] = RECIPE,
    threads: Annotated[int, typer.Option(help="Processor threads to use.")] = os.cpu_count() or 1,
) -> None:
    """Train the networks of a recipe, with cross-validation by patient."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    fit(read_recipe(recipe), data, out, _print_progress())


if __name__ == "__main__":
    typer.run(main)
