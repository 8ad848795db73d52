"""Results as DICOM: the images' geometry, segmentation, structured report and pictures."""
