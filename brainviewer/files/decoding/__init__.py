"""Decoders of foreign files run in a child process: what goes wrong there is a sentence here."""

CHILD_FLAG = "--decode-images"
"""What a frozen application starts itself with to be that child; others start Python itself."""
