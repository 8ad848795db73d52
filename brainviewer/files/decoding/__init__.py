"""Decoders of foreign files run in a child process: what goes wrong there is a sentence here."""
