"""Measurements of a lesion: volume, diameters, enhancement, cavity, descriptors."""
