"""Errors that nobody expected, in the window: where they come from, and how they are shown."""
