"""What the pixels of DICOM files stand for: bits, rescaling, palettes, windows, compression."""
