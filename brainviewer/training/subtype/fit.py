"""Train the subtype network: pretraining, cross-validation with several seeds, final network.

Each finished part is a file in the output folder; run again, and only what is missing is done.
The schedule is fixed beforehand: no fold's test patients decide when its training stops.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from brainviewer.assets import resources
from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report
from brainviewer.training.json_files import write_arrays, write_json
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import Case, folds_of
from brainviewer.training.labelled_data.detections import (
    DETECTIONS_FOLDER,
    detect_all,
    load_detection,
)
from brainviewer.training.labelled_data.pretraining_images import cheng_folder
from brainviewer.training.learning import MakeBatch, from_features, from_samples, learn
from brainviewer.training.recipes import FINAL_FILE, PRETRAINED_FILE, Recipe
from brainviewer.training.resnet50 import ResNet50, from_imagenet, from_pretrained
from brainviewer.training.subtype.augmentation_cache import AugmentationCache, make_cache
from brainviewer.training.subtype.feature_cache import Hide, build_feature_cache
from brainviewer.training.subtype.predictions import (
    entry,
    inputs_of,
    predict,
    summary,
    with_shuffled_weights,
)
from brainviewer.training.subtype.pretraining import pretrain
from brainviewer.training.weights import load_weights, save_weights

RECIPE = resources() / "recipes" / "resnet50-glioma.toml"
CACHE_FOLDER = "bank"


def fit(recipe: Recipe, data: Path, out: Path, report: Report, workers: int = 1) -> None:
    """Make everything that the recipe describes, in the folder ``out``.

    data : a folder of labelled cases (see ``cases.find_cases``); pretraining takes the images
        of ``cheng`` in it or beside it and is left out where there are none.
    workers : processes that draw the samples.

    Leaves there the samples, ``pretrained.npz``, ``seedS-foldN.npz``, ``final.npz`` (trained on
    all patients), and for each seed what its folds say about the patients they never saw (see
    ``predict_held_out``).
    """
    out.mkdir(parents=True, exist_ok=True)
    report(0.0, "reading the cases")
    cases = labelled_cases(recipe, data)
    if not (out / PRETRAINED_FILE).exists():
        save_weights(_pretrained(recipe, data, report), out / PRETRAINED_FILE)
    detect_all(cases, out / DETECTIONS_FOLDER, report)
    cases = with_lesion(recipe, cases, out / DETECTIONS_FOLDER, report)
    cache = make_cache(cases, out / CACHE_FOLDER, out / DETECTIONS_FOLDER, recipe, report, workers)
    labels = [recipe.classes.index(case.label) for case in cases]
    batches = batch_maker(recipe, labels, cache, out, report)
    for seed in recipe.seeds:
        fold_of = folds_of(cases, recipe.folds, seed)
        for fold in range(int(fold_of.max()) + 1):
            path = fold_file(out, seed, fold)
            if not path.exists():
                learned = [n for n in range(len(cases)) if fold_of[n] != fold]
                text = f"seed {seed}, fold {fold + 1}"
                save_weights(train(recipe, batches(learned), out, [seed, fold], text, report), path)
        predict_held_out(recipe, cases, out, seed, report)
    if not (out / FINAL_FILE).exists():
        everyone = range(len(cases))
        network = train(recipe, batches(everyone), out, [recipe.seed], "all patients", report)
        save_weights(network, out / FINAL_FILE)
    report(1.0, "done")


def labelled_cases(recipe: Recipe, data: Path) -> list[Case]:
    """The cases whose class the recipe knows; raises FileError if a class has too few."""
    return _enough(recipe, [case for case in read_cases(data) if case.label in recipe.classes])


def cases_of_run(recipe: Recipe, data: Path, run: Path, report: Report) -> list[Case]:
    """The cases that a run learned from, and that its folds are made of (see ``with_lesion``)."""
    return with_lesion(recipe, labelled_cases(recipe, data), run / DETECTIONS_FOLDER, report)


def _enough(recipe: Recipe, cases: list[Case]) -> list[Case]:
    for code in recipe.classes:
        count = sum(case.label == code for case in cases)
        if count < recipe.folds:
            raise FileError(
                f"There {'is' if count == 1 else 'are'} {counted(count, 'case')} of class {code}, "
                f"fewer than the {recipe.folds} folds.",
                "Add cases, or ask for fewer folds in the recipe.",
            )
    return cases


def with_lesion(recipe: Recipe, cases: list[Case], found: Path, report: Report) -> list[Case]:
    """Leave out cases in which no lesion was segmented and none was found.

    found : folder of what was found in each case. Everything that needs the folds of a run needs
        its cases from here: others would be dealt out to other folds.
    """
    kept = []
    for number, case in enumerate(cases):
        said = load_detection(found, case.case_id)
        lesion = case.load().lesion if said is None or said.index is None else said.lesion
        if lesion is not None and lesion.any():
            kept.append(case)
        else:
            report((number + 1) / len(cases), f"left out {case.case_id}, which shows no lesion")
    return _enough(recipe, kept)


def batch_maker(
    recipe: Recipe,
    labels: Sequence[int],
    cache: AugmentationCache,
    out: Path,
    report: Report,
    hide: Hide | None = None,
    folder: Path | None = None,
) -> Callable[[Sequence[int]], MakeBatch]:
    """What makes batches from some of the cases: of the samples themselves or, if stages of the
    network are frozen, of what those make of them.

    hide : changes the images first (see ``controls``). folder : for the feature cache; that of the
        samples by default.
    """
    frozen = recipe.training.frozen
    if not frozen and hide is None:
        return lambda members: from_samples(cache, labels, members, recipe.input)
    network = from_pretrained(out / PRETRAINED_FILE, len(recipe.classes), recipe.input.depth)
    folder = folder or out / CACHE_FOLDER
    kept = build_feature_cache(
        cache, network, frozen, folder, recipe.input, recipe.seed, report, hide
    )
    return lambda members: from_features(kept, labels, members)


def train(
    recipe: Recipe, batches: MakeBatch, out: Path, seed: list[int], text: str, report: Report
) -> ResNet50:
    """Train the classifier from the pretrained network."""
    number = int(np.random.SeedSequence(seed).generate_state(1)[0])
    torch.manual_seed(number)
    network = from_pretrained(out / PRETRAINED_FILE, len(recipe.classes), recipe.input.depth)
    return learn(network, batches, recipe.training, number, text, report)


def predict_held_out(
    recipe: Recipe, cases: Sequence[Case], out: Path, seed: int, report: Report
) -> None:
    """Let each fold's network answer for the patients that it never saw.

    Writes ``predictions-seedS.json`` (logits in each situation), ``embeddings-seedS.npz``
    (``case_ids`` and ``embeddings``, (n, 2048) float32) and ``activation-seedS.json`` (where the
    networks looked, and where they look with shuffled weights).
    """
    entries: list[dict[str, Any]] = []
    embeddings, looked, by_chance = [], [], []
    fold_of = folds_of(cases, recipe.folds, seed)
    for fold in range(int(fold_of.max()) + 1):
        network = load_network(recipe, fold_file(out, seed, fold))
        shuffled = with_shuffled_weights(network, seed)
        for number in np.flatnonzero(fold_of == fold):
            case = cases[int(number)]
            found = load_detection(out / DETECTIONS_FOLDER, case.case_id)
            inputs = inputs_of(case, found, recipe.input)
            said = predict(network, inputs)
            entries.append(entry(case, fold, seed, said.logits, found=inputs.was_found))
            embeddings.append(said.embedding)
            if inputs.was_found:
                looked.append(said.looked)
                by_chance.append(predict(shuffled, inputs).looked)
            report(len(entries) / len(cases), f"seed {seed}: unseen patients")
    ids = [one["case_id"] for one in entries]
    features = np.stack(embeddings)
    write_arrays(out / f"embeddings-seed{seed}.npz", case_ids=np.array(ids), embeddings=features)
    about = {"trained": summary(looked), "scrambled": summary(by_chance)}
    write_json(out / f"activation-seed{seed}.json", about)
    write_json(out / f"predictions-seed{seed}.json", entries)


def load_network(recipe: Recipe, path: Path) -> ResNet50:
    """A network of this recipe, ready to answer."""
    network = ResNet50(len(recipe.classes), recipe.input.depth)
    load_weights(network, path)
    network.eval()
    return network


def fold_file(out: Path, seed: int, fold: int) -> Path:
    """Where the network of a fold lies."""
    return out / f"seed{seed}-fold{fold}.npz"


def _pretrained(recipe: Recipe, data: Path, report: Report) -> ResNet50:
    if recipe.weights == "imagenet":
        return from_imagenet(len(recipe.classes))
    if (folder := cheng_folder(data)).is_dir():
        return pretrain(recipe, folder, report)
    torch.manual_seed(recipe.seed)
    return ResNet50(len(recipe.classes), len(recipe.input.channels))
