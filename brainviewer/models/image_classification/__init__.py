"""Models that classify single images: eligibility, input, prediction, calibration, OOD."""
