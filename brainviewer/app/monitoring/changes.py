"""What is changed and taken out of the list of predictions: by whom, and recorded."""

from contextlib import AbstractContextManager
from pathlib import Path

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.monitoring.cases import by_model, first_of_each
from brainviewer.app.monitoring.comparisons import LEAST_OWN
from brainviewer.app.monitoring.prediction_log import now
from brainviewer.app.sign_in.permission import require
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.monitoring.prediction import ModelVersion
from brainviewer.core.process.reader import Role
from brainviewer.files.predictions.database import PredictionDatabase


def delete_predictions(database: PredictionDatabase, before: str = "") -> int:
    """Delete predictions of all readers; see ``PredictionDatabase.delete``.

    Raises AccountError for who is no administrator, where readers sign in, and DatabaseError.
    """
    require(Role.ADMINISTRATOR)
    with audited(Action.DELETED, facts={"what": "predictions", "before": before[:10]}):
        return database.delete(before)


def recorded_export(path: Path) -> AbstractContextManager[None]:
    """While predictions are written into a file."""
    return audited(Action.EXPORTED, facts={"what": "predictions", "format": path.suffix[1:]})


def accept_past(database: PredictionDatabase, model_id: str, *, back: bool = False) -> ModelVersion:
    """Compare the version of a model that was used last with what it said here until now.

    back : compare it with its card again instead.

    Raises as ``set_accepted``.
    """
    models = by_model(database.predictions(model_id=model_id))
    if not models:
        raise BrainViewerError(
            f"No prediction of a model called {model_id} is kept.",
            "'brainviewer monitor' lists the models that were used here.",
        )
    model = next(iter(models))
    set_accepted(database, model, back=back)
    return model


def set_accepted(database: PredictionDatabase, model: ModelVersion, *, back: bool = False) -> None:
    """Compare a model with what it said here until now, or with its card again.

    Raises BrainViewerError if too few of its cases are kept, AccountError for who is no
    administrator, where readers sign in, and DatabaseError.
    """
    require(Role.ADMINISTRATOR)
    own = by_model(database.predictions(model_id=model.id)).get(model, [])
    cases = len(first_of_each(own))
    if not back and cases < LEAST_OWN:
        raise BrainViewerError(
            f"Only {cases} cases of {model.name} are kept.",
            f"With {LEAST_OWN} or more it can be told what is usual here.",
        )
    facts = {"what": "reference of monitoring", "model": model.id, "version": model.version}
    with audited(Action.MODELS, facts=facts):
        database.accept(model, "" if back else now())
