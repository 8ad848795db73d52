"""What tests ask about processes."""

import os
from pathlib import Path


def running(pid: int) -> bool:
    """Whether a process is there and not merely unburied."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
