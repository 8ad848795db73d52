"""A viewer for brain-tumour MR that finds the tumour, types it and says how sure it is."""

import signal
import sys

if sys.orig_argv[1:3] == ["-m", "brainviewer"] or "".join(sys.argv[:1]).endswith(
    ("/brainviewer", "\\brainviewer.exe")
):
    # Started as a program: until a command has begun, Ctrl-C ends it at once and in silence.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import socket

__version__ = "0.1.0"

# Nothing leaves the computer, and no process makes a socket for it: the window, the command line,
# the engine, training and its workers import this package before any library.
# ONNX Runtime reads this while it is imported (its own switch comes too late).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# urllib3, which Keras and pydicom import, would open a socket to see whether the machine has IPv6.
socket.has_ipv6 = False
# OpenBLAS, which NumPy brings, keeps a core busy for a tenth of a second after each piece of work,
# waiting for more. This is the shortest it can be told to wait; results do not depend on it.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
