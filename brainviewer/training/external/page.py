"""The comparison of two models as a page that needs no other file."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.metrics.metrics import area_under_curve, risk_coverage
from brainviewer.training.metrics.plots import (
    DARK,
    LIGHT,
    Theme,
    as_png,
    called,
    drawn_in,
    side_by_side,
)
from brainviewer.training.templates import render_page


def comparison_page(record: Mapping[str, Any], first: Predictions, second: Predictions) -> bytes:
    """first, second : answers of both models to the cases that are compared."""
    plots = {}
    for name, theme in (("light", LIGHT), ("dark", DARK)):
        with drawn_in(theme):
            png = as_png(_curves(record, (first, second), theme))
        plots[name] = base64.b64encode(png).decode()
    title = f"{record['first']['id']} and {record['second']['id']}"
    return render_page("comparison", title, record=record, plots=plots)


def _curves(
    record: Mapping[str, Any], answers: tuple[Predictions, Predictions], theme: Theme
) -> Any:
    """The ROC curves of both, averaged over the classes, and their risk against coverage."""
    figure, (roc, risk) = side_by_side(2)
    grid = np.linspace(0, 1, 201)
    names = (record["first"]["id"], record["second"]["id"])
    for said, name, colour in zip(answers, names, (theme.first, theme.second), strict=True):
        rises, areas = [], []
        for place in range(len(record["classes"])):
            ill, score = said.truth == place, said.probabilities[:, place]
            if ill.all() or not ill.any():
                continue
            true, false = called(ill, score)
            rises.append(np.interp(grid, false / (~ill).sum(), true / ill.sum()))
            areas.append(area_under_curve(ill, score))
        roc.plot(grid, np.mean(rises, axis=0), color=colour, label=f"{name} {np.mean(areas):.3f}")
        coverage, wrong = np.transpose(risk_coverage(said.truth, said.probabilities))
        risk.plot(coverage, wrong, color=colour, label=name)
    roc.plot([0, 1], [0, 1], color=theme.grid, zorder=0)
    roc.set_title("ROC, mean of the classes against the rest", fontsize=10)
    roc.set_xlabel("fraction of the others called so")
    roc.set_ylabel("fraction of the class called so")
    roc.legend(fontsize=8, frameon=False, loc="lower right")
    risk.set_title("risk–coverage", fontsize=10)
    risk.set_xlabel("fraction answered, the most confident first")
    risk.set_ylabel("fraction of wrong answers")
    risk.set_xlim(0, 1)
    risk.set_ylim(bottom=0)
    risk.legend(fontsize=8, frameon=False)
    return figure
