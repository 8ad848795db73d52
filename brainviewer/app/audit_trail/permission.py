"""Who may see and change the audit trail."""

from brainviewer.app.sign_in.permission import require, sign_in_is_on
from brainviewer.core.process.reader import Role

__all__ = ["require_administrator", "sign_in_is_on"]


def require_administrator() -> None:
    """Raises BrainViewerError if there are accounts, and this is no administrator."""
    require(Role.ADMINISTRATOR)
