"""Segmentation of lesions: training, evaluation, packaging."""
