# What run.sh and test.sh share: system libraries, Python, and the environment in .venv.
# To be sourced; sets ROOT (the checkout) and VENV_PYTHON (the interpreter of .venv).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV_PYTHON="$ROOT/.venv/bin/python"
CONSTRAINTS="$ROOT/packaging/constraints.txt"
OLDEST=3.11
NEWEST=3.13

# What a bare Debian or Ubuntu lacks: how to see that it is there, the package that brings it.
LIBRARIES="
libGL.so.1 libgl1
libEGL.so.1 libegl1
libOpenGL.so.0 libopengl0
libglib-2.0.so.0 libglib2.0-0
libfontconfig.so.1 libfontconfig1
libdbus-1.so.3 libdbus-1-3
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-shape.so.0 libxcb-shape0
/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core
"
TEST_PROGRAMS="
Xvfb xvfb
xauth xauth
dcmdump dcmtk
dciodvfy dicom3tools
/usr/sbin/Orthanc orthanc
/usr/share/orthanc/plugins/libOrthancDicomWeb.so orthanc-dicomweb
openssl openssl
"

say() { printf 'brainviewer: %s\n' "$*" >&2; }

has_apt() { command -v apt-get >/dev/null && command -v dpkg >/dev/null; }

# as_root COMMAND…: directly or through sudo. Fails if neither is possible.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

# apt_install PACKAGE…: from fresh lists, quietly; apt's own errors are shown.
apt_install() {
    as_root apt-get update -qq >/dev/null || true
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# missing_packages LIST: the packages of a list above whose file or program is not there.
missing_packages() {
    local there sign package
    there=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
    while read -r sign package; do
        case $sign in
            "") continue ;;
            /*) [ -e "$sign" ] && continue ;;
            *.so.*) [[ $there == *"$sign "* ]] && continue ;;
            *) command -v "$sign" >/dev/null && continue ;;
        esac
        printf '%s ' "$package"
    done <<<"$1"
}

# install_libraries app|test: what the window, the 3D view and the tests need of the system.
install_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    local list=$LIBRARIES missing
    if [ "$1" = test ]; then list+=$TEST_PROGRAMS; fi
    missing=$(missing_packages "$list")
    [ -n "$missing" ] || return 0
    if ! has_apt; then
        say "This system lacks what these Debian packages bring: $missing"
        say "Install them with the package manager of your system; going on without."
        return 0
    fi
    say "Installing system libraries that the window and the 3D view need: $missing"
    # shellcheck disable=SC2086  # one word per package
    if ! apt_install $missing; then
        say "That did not work. As an administrator: apt-get install $missing"
        if [ "$1" = test ]; then exit 1; fi
        say "Going on without; the window may not open."
    fi
    case " $missing " in
        # Tests start a PACS of their own; that of the system need not run.
        *" orthanc "*) as_root systemctl disable --now orthanc >/dev/null 2>&1 || true ;;
    esac
}

# fits PYTHON: does it run, is it of a version that BrainViewer supports, can it make environments?
fits() {
    "$1" - "$OLDEST" "$NEWEST" >/dev/null 2>&1 <<'PYTHON'
import ensurepip, sys, venv
oldest, newest = (tuple(map(int, text.split("."))) for text in sys.argv[1:])
sys.exit(not oldest <= sys.version_info[:2] <= newest)
PYTHON
}

find_python() {
    local name
    for name in ${PYTHON:+"$PYTHON"} python3 python3.12 python3.13 python3.11 python; do
        if command -v "$name" >/dev/null && fits "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# install_python: from the system's own packages, where it has a version that fits.
install_python() {
    local version
    has_apt || return 1
    as_root apt-get update -qq >/dev/null || true
    for version in 3.13 3.12 3.11; do
        if apt-cache show "python$version-venv" >/dev/null 2>&1; then
            say "Installing Python $version, because none of $OLDEST to $NEWEST was found."
            apt_install "python$version" "python$version-venv"
            return
        fi
    done
    return 1
}

# make_venv: .venv with a Python that fits; one that does not fit any more is made anew.
make_venv() {
    [ -x "$VENV_PYTHON" ] && fits "$VENV_PYTHON" && return 0
    local python
    if ! python=$(find_python); then
        install_python || true
        if ! python=$(find_python); then
            say "No Python $OLDEST to $NEWEST with its module venv was found."
            say "Install one, or name it: PYTHON=/path/to/python3.12 bash packaging/run.sh"
            exit 1
        fi
    fi
    say "Making .venv with $("$python" --version)."
    "$python" -m venv --clear "$ROOT/.venv"
}

# fingerprint: changes when the project's needs, its Python or its place change.
fingerprint() {
    {
        cat "$ROOT/pyproject.toml" "$CONSTRAINTS" "$ROOT/.venv/pyvenv.cfg"
        printf '%s' "$ROOT"
    } | cksum
}

# pip_install TARGET [OPTION…]: into .venv, editable.
pip_install() {
    local quiet=()
    [ -t 2 ] || quiet=(--quiet)
    "$VENV_PYTHON" -m pip install --disable-pip-version-check ${quiet[@]+"${quiet[@]}"} \
        "${@:2}" --editable "$1" >&2
}

# prepare app|test: everything up to an installed BrainViewer. Once done, it is not done again
# (and needs no network) until pyproject.toml, constraints.txt, the Python or the place of
# the checkout changes.
prepare() {
    local stamp="$ROOT/.venv/.brainviewer-$1" what="$ROOT"
    if [ -x "$VENV_PYTHON" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]; then
        return 0
    fi
    install_libraries "$1"
    make_venv
    if [ "$1" = test ]; then what+="[test]"; fi
    say "Installing BrainViewer and its Python packages into .venv (once; about 4 GB)."
    if ! pip_install "$what" --constraint "$CONSTRAINTS"; then
        say "The tested versions are not all there for this Python or system; trying newer ones."
        if ! pip_install "$what"; then
            say "The packages could not be installed. Check the network, then start this again."
            exit 1
        fi
    fi
    fingerprint >"$stamp"
    [ "$1" = app ] || cp "$stamp" "$ROOT/.venv/.brainviewer-app"
}
