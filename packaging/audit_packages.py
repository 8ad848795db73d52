"""Ask whether flaws are known in the packages that are installed, where their list can be reached.

    .venv/bin/python packaging/audit_packages.py

Exit code 1: a flaw is known. Where the list cannot be reached in 20 seconds, that is said in one
line, and the exit code is 0: without a network nothing can be known.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PATIENCE_S = 20
CONSTRAINTS = Path(__file__).resolve().parent / "constraints.txt"
NOT_ASKED = "Known flaws of packages were not asked for: their list cannot be reached from here."


def audit(command: list[str]) -> tuple[int, str]:
    """Exit code, and what is to be said.

    command : what prints the flaws as pip-audit does, as JSON.
    """
    with tempfile.TemporaryFile("w+") as out:
        try:
            subprocess.run(
                command, stdout=out, stderr=subprocess.DEVNULL, timeout=PATIENCE_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return 0, NOT_ASKED
        out.seek(0)
        try:
            packages = json.load(out)["dependencies"]
        except (ValueError, LookupError, TypeError):
            return 0, NOT_ASKED
    flaws = [
        f"{one['name']} {one.get('version', '')}: {flaw['id']}"
        f" (mended in {', '.join(flaw.get('fix_versions') or ['no version yet'])})"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    if flaws:
        return 1, "\n".join(["Flaws are known:", *flaws])
    asked = sum("vulns" in one for one in packages)
    if not asked:
        return 0, NOT_ASKED
    left = f"; {len(packages) - asked} could not be asked for" if asked < len(packages) else ""
    return 0, f"No flaw is known in {asked} packages{left}."


def main() -> None:
    """Ask for the versions that were tested."""
    os.environ.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--timeout", "5", "--disable-pip", "--no-deps", "-r", str(CONSTRAINTS)]
    code, said = audit(command)
    print(said)
    sys.exit(code)


if __name__ == "__main__":
    main()
