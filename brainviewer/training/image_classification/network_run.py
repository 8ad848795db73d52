"""One network of a recipe: trained for each split, saved and measured.

What is done is not done again, so that the same command goes on where it was stopped.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.core.errors import Report
from brainviewer.files.writing import write_whole
from brainviewer.training.image_classification.data.preparation import Images
from brainviewer.training.image_classification.data.split import Chosen, Split
from brainviewer.training.image_classification.evaluation import results
from brainviewer.training.image_classification.evaluation.duplicate_leak import leak_of
from brainviewer.training.image_classification.evaluation.result_files import (
    PREDICTIONS_FILE,
    RunPredictions,
    read_predictions,
    write_predictions,
)
from brainviewer.training.image_classification.evaluation.results import RESULT_FILE, Predictions
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.image_classification.recipes.recipe import IMAGE_CLASSES, ImageRecipe
from brainviewer.training.json_files import dump
from brainviewer.training.provenance import made_with

PART_FILE = "part.npz"


@dataclass(frozen=True, eq=False)
class NetworkRun:
    """One network: trained for each split, saved and measured in ``out``."""

    recipe: ImageRecipe
    chosen: Chosen
    images: Images
    splits: Sequence[Split]
    out: Path
    named: str
    report: Report
    logs: Path | None

    def run(
        self,
        options: Options,
        recipe_sha256: str,
        notices: Sequence[str],
        changes: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Do what is not done yet and write the result; returns it.

        changes : in words, what is otherwise than the recipe says.
        """
        from brainviewer.training.image_classification.evaluation.page import write_page
        from brainviewer.training.image_classification.networks.saving import write_card

        parts = [self._part(split_) for split_ in self.splits]
        tested = results.joined([part.test for part in parts])
        validated = results.joined([part.validation for part in parts if part.validation])
        self.report(1.0, f"{self.named}: measuring")
        classes = list(self.chosen.classes)
        about = [json.loads(part.about) for part in parts]
        history = [entry for one in about for entry in one["history"]]
        result = results.result_record(
            IMAGE_CLASSES,
            classes,
            tested,
            self.recipe.seed,
            recipe=self.recipe.name,
            network=self.recipe.network,
            about=self.recipe.about,
            reported=self.recipe.reported,
            recipe_sha256=recipe_sha256,
            data=results.data_record(self.chosen.source, classes, self.chosen.labels, tested),
            protocol=results.protocol_record(
                self.chosen.source,
                tested,
                train=len(self.splits[0].train),
                validation=len(self.splits[0].validation),
                limit=options.limit,
            ),
            settings=results.settings(self.recipe, about[0]["weights"], options.changed()),
            changes=list(changes),
            made_with=made_with(),
            operating_point=results.operating_point(self.recipe, classes, validated, tested),
            validation=results.in_short(validated),
            leak=leak_of(self.chosen.source, tested),
            epochs=[len(one["history"]) for one in about],
            training_seconds=round(sum(entry["seconds"] for entry in history), 1),
            notices=list(notices),
            history=history,
            **about[0]["cost"],
        )
        places = {image.file: place for place, image in enumerate(self.chosen.images)}
        shown = self.images[[places[file] for file in tested.files]]
        write_predictions(self.out / PREDICTIONS_FILE, tested, validated)
        write_page(result, tested, shown, self.out)
        write_card(result, self.out)
        write_whole(self.out / RESULT_FILE, dump(result).encode())
        for split_ in self.splits:  # what only going on would have needed
            shutil.rmtree(self._folder(split_), ignore_errors=True)
        return result

    def _part(self, part: Split) -> RunPredictions:
        """Train for one split, unless that is done; the first network is the one that is saved."""
        folder = self._folder(part)
        done = read_predictions(folder / PART_FILE)
        if done is not None:
            return done
        from brainviewer.training.image_classification.fitting.keras_fit import fit, predictions
        from brainviewer.training.image_classification.fitting.keras_precision import device_words
        from brainviewer.training.image_classification.fitting.phase import Samples
        from brainviewer.training.image_classification.networks.saving import save_network

        where = f"{self.named}, fold {part.name}" if part.name != "test" else self.named
        where += device_words(self.recipe)

        def report(fraction: float, text: str) -> None:
            self.report(fraction, f"{where}, {text}")

        train, validation = (
            Samples(self.images[members], self.chosen.labels[members])
            for members in (part.train, part.validation)
        )
        logs = None if self.logs is None else self.logs / self.recipe.network / part.name
        classes = len(self.chosen.classes)
        fitted = fit(self.recipe, classes, train, validation, folder, report, logs)
        cost = save_network(fitted.model, self.out) if part is self.splits[0] else None
        history = [{"fold": part.name, **entry} for entry in fitted.history]
        made = RunPredictions(
            self._tested(
                part, part.test, predictions(fitted.model, self.images[part.test], report)
            ),
            self._tested(part, part.validation, predictions(fitted.model, validation.values)),
            json.dumps({"history": history, "weights": fitted.weights, "cost": cost}),
        )
        write_predictions(folder / PART_FILE, *made)
        return made

    def _tested(self, part: Split, members: Any, probabilities: Any) -> Predictions:
        files = tuple(self.chosen.images[place].file for place in members)
        groups = np.array([self.chosen.images[place].group for place in members])
        named = self.chosen.source.grouped and groups.tolist() != list(files)
        return Predictions(
            files,
            (part.name,) * len(files),
            self.chosen.labels[members],
            probabilities,
            groups if named else None,
            "patients" if named else "images",
        )

    def _folder(self, part: Split) -> Path:
        return self.out / f"fold-{part.name}"
