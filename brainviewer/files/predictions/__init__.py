"""Predictions that are kept for monitoring."""
