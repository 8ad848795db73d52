"""Results as DICOM files in a folder of their own."""
