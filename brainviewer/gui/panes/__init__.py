"""Slices, strips and layouts."""
