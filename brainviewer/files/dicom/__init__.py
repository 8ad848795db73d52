"""DICOM: what the header says, and pixels frame by frame."""
