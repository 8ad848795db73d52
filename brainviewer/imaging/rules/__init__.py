"""Lesion detection without a network."""
