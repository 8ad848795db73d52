"""DICOM series as a study: which series is which sequence, and what makes no volume."""
