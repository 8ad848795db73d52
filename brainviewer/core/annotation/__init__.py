"""Annotations: what they are, and how large they may be."""
