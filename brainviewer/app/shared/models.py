"""Models of one's own: installed and removed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.sign_in.permission import require
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import Report, silent
from brainviewer.core.process.reader import Role
from brainviewer.models.card import ModelCard
from brainviewer.models.installation import external_tests, install

Options = install.Options


def check_may_change_models() -> None:
    """Raises AccountError if the reader may not: before long work, not after it."""
    require(Role.ADMINISTRATOR)


def add_model(path: Path, options: Options, report: Report = silent) -> ModelCard:
    """Install a model; see ``install.add_model``. Raises AccountError if the reader may not."""
    require(Role.ADMINISTRATOR)
    with audited(Action.MODELS, facts={"change": "added", "model": options.name}):
        return install.add_model(path, options, report)


def remove_model(model_id: str) -> None:
    """Remove a model; see ``install.remove_model``. Raises AccountError if the reader may not."""
    require(Role.ADMINISTRATOR)
    with audited(Action.MODELS, facts={"change": "removed", "model": model_id}):
        install.remove_model(model_id)


def keep_external_test(model_id: str, entry: Mapping[str, Any]) -> ModelCard:
    """Write a test into the card of a model. Raises AccountError if the reader may not."""
    require(Role.ADMINISTRATOR)
    with audited(Action.MODELS, facts={"change": "test kept", "model": model_id}):
        return external_tests.keep_external_test(model_id, entry)
