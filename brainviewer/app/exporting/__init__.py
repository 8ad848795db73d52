"""Exports images and annotations of the open study."""
