"""Commands that draw a study, write its slices, and write results as DICOM."""
