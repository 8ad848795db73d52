"""The log of predictions of a command, as the settings of the user want it."""

from pathlib import Path

from brainviewer.app.monitoring.prediction_log import PredictionLog
from brainviewer.app.report.terminal import remark
from brainviewer.app.settings.settings import Settings
from brainviewer.files.predictions.database import PredictionDatabase, database_file


class _Own:
    log: PredictionLog | None = None
    path: Path | None = None


def own_log() -> PredictionLog:
    """The log of this process; trouble is told at the end, once."""
    path = database_file()
    if _Own.log is None or _Own.path != path:
        if _Own.log is not None:
            _Own.log.close()
        settings = Settings.load()
        _Own.path, _Own.log = (
            path,
            PredictionLog(
                lambda: settings.keep_predictions,
                lambda: settings.predictions_months,
                lambda why: remark(str(why)),
                PredictionDatabase(path),
            ),
        )
    return _Own.log
