"""Planes with an image on them in the 3D view: slices, and the faces of cuts."""
