"""Correcting a segmentation: every tool is a function of labels that says what it changes."""
