#!/usr/bin/env bash
# Starts BrainViewer from this checkout, on a study or on the embedded demo study:
#   bash packaging/run.sh [STUDY]
# The first start installs what is missing; later ones need no network.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

prepare app

# -P: a folder that happens to hold a 'brainviewer' is not what is meant.
brainviewer() { "$VENV_PYTHON" -P -m brainviewer "$@"; }

has_screen() {
    [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]
}

if [ $# -eq 0 ] || [ "$1" = --demo ]; then
    study=("$ROOT/resources/demo") window=(--demo)
else
    study=("$@") window=("$@")
fi

if has_screen; then
    brainviewer "${window[@]}"
else
    folder="$PWD"
    [ -w "$folder" ] || folder=$(mktemp -d)
    folder+="/brainviewer-results-$(date +%Y%m%d-%H%M%S)"
    say "There is no screen here; analysing the study without a window, into $folder"
    brainviewer analyze "${study[@]}" --output "$folder"
fi
