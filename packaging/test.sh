#!/usr/bin/env bash
# Runs every test, in real windows on a screen of its own (Xvfb):
#   bash packaging/test.sh [ARGUMENTS OF PYTEST]
# The first start installs what is missing; later ones need no network.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

prepare test

cd "$ROOT"
if [ "$(uname -s)" = Linux ]; then
    exec env -u WAYLAND_DISPLAY QT_QPA_PLATFORM=xcb \
        xvfb-run -a -s "-screen 0 1680x1050x24" "$VENV_PYTHON" -m pytest "$@"
fi
exec "$VENV_PYTHON" -m pytest "$@"
