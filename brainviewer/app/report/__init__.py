"""Findings and predictions as data, in words and as images."""
