"""The report of a study in a window: written, looked at, saved, printed."""
