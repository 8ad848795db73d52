"""Entering what histology said of a study, and deleting what is kept."""

from brainviewer.app.monitoring.prediction_log import now
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.monitoring.histology import HISTOLOGY_TYPES
from brainviewer.core.monitoring.prediction import KeptHistology
from brainviewer.files.predictions.database import PredictionDatabase


def types_for(names: dict[str, str]) -> dict[str, str]:
    """Every type that can be entered: a model's own classes first, then the others.

    names : class code to name.
    """
    return {**{code: HISTOLOGY_TYPES.get(code, name) for code, name in names.items()},
            **HISTOLOGY_TYPES}  # fmt: skip


def enter_histology(database: PredictionDatabase, content: str, entered: str) -> KeptHistology:
    """Keep the histology of a study, in place of an earlier one.

    content : hash of the study or image. entered : code of a type, in any case.

    Raises BrainViewerError for an unknown type, DatabaseError if it cannot be kept.
    """
    known = {code.casefold(): code for code in _codes()}
    code = known.get(entered.strip().casefold())
    if code is None:
        raise BrainViewerError(
            f"There is no histology called {entered}.", f"Enter one of: {', '.join(_codes())}."
        )
    made = KeptHistology(content, code, now())
    database.keep_histology(made)
    return made


def _codes() -> list[str]:
    """Codes of all types, and the classes of models that users added."""
    from brainviewer.models.registry import classification_models

    own = [code for card in classification_models() for code in card.codes]
    return list(dict.fromkeys([*HISTOLOGY_TYPES, *own]))
