"""Runs networks: runtimes, and the child process around them."""
