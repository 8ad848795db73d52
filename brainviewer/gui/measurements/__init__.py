"""Rows of measurements: what stands in the panels."""
