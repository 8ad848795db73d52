"""Signing in: the page before the window, the lock over it, another reader at it, accounts."""
