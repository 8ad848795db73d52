#!/usr/bin/env bash
# Runs every test, a process for each core and real windows on a screen of their own (Xvfb):
#   bash packaging/test.sh [ARGUMENTS OF PYTEST]
# The first start installs what is missing; later ones need no network.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

prepare test

cd "$ROOT"
# What computes in threads would fight over the cores with the other processes.
export OMP_NUM_THREADS=1
# They start the program hundreds of times, which would compile it as often.
unset PYTHONDONTWRITEBYTECODE
# Qt talks to Xvfb, which pytest-xvfb starts for each process, whatever the desktop speaks.
if [ "$(uname -s)" = Linux ]; then
    unset WAYLAND_DISPLAY
    export QT_QPA_PLATFORM=xcb
fi
exec "$VENV_PYTHON" -m pytest --numprocesses auto --dist worksteal "$@"
