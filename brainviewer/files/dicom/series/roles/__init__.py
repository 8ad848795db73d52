"""Which MR sequence a DICOM series is, by its elements and words."""
