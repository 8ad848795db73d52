"""Correcting the segmentation of the open study."""
