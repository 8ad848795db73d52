"""DICOM series: which slices belong together, where they lie, and which sequence they are."""
