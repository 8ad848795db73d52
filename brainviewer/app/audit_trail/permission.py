"""Who may see and change the audit trail."""


def sign_in_is_on() -> bool:
    """Whether there are accounts."""
    return False


def require_administrator() -> None:
    """Raises BrainViewerError if there are accounts, and this is no administrator."""
