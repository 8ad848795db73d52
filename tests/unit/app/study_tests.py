"""A classifier of the phantom that sees how much of the lesion and which sequences are left."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from brainviewer.core.errors import Report, silent
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality, Study
from brainviewer.models.subtype.prediction import NotClassified
from tests.phantoms import marker_mask
from tests.unit.app.desk import a_result

CARD = "glioma-fused"
"""A real card: it needs FLAIR, does not look at T2, and takes the age into account."""
NO_T1 = "It looks unlike every glioma that the model knows."


class ToyTyping:
    """Stands in for ``classify``: G is as probable as a fraction of the lesion is left.

    asked : what it was asked about, each with the names of the sequences, the age and the slice.
    hook : called in every question; may raise.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, float | None, int | None]] = []
        self.findings: list[TumourFinding] = []
        self.hook: Callable[[], object] = lambda: None
        for place in (
            "brainviewer.models.subtype.prediction.classify",
            "brainviewer.app.prediction.study_what_if.classify",
        ):
            monkeypatch.setattr(place, self)

    def __call__(
        self,
        study: Study,
        finding: TumourFinding,
        _: object,
        *,
        age_years: float | None = None,
        slice_index: int | None = None,
        report: Report = silent,
        **named: Any,
    ) -> Classification:
        self.asked.append(("+".join(study.modalities), age_years, slice_index))
        self.findings.append(finding)
        self.hook()
        report(0.5, "half")
        if not finding.found:
            raise NotClassified("No lesion was found, so the study was not classified.")
        if Modality.T1 not in study.volumes:
            return toy_answer(study, in_scope=False, reason=NO_T1, classes={}, predicted="")
        whole = np.count_nonzero(marker_mask(study.grid))
        left = np.count_nonzero(finding.mask) / whole
        g = 0.8 * left - (0.1 if Modality.T1CE not in study.volumes else 0)
        g -= 0 if age_years is None else (60 - age_years) / 100
        return toy_answer(
            study,
            classes={"A": 0.9 - g, "O": 0.1, "G": g},
            predicted="G" if g > 0.45 else "A",
            age_years=age_years,
        )


def toy_answer(study: Study, **changes: Any) -> Classification:
    """An answer under the name of a real card."""
    return a_result(study, **{"model_id": CARD, "prevalence": "equal", **changes})
