"""Decoders of foreign files run in a child process: what goes wrong there is a sentence here."""

import socket

CHILD_FLAG = "--decode-images"
"""What a frozen application starts itself with to be that child; others start Python itself."""
HANDS_OVER = hasattr(socket, "send_fds")
"""Whether the child is given a file open; else its path. Windows hands over none."""
