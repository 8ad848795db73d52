"""Labelled images: reading, splits, preparation, augmentation."""
