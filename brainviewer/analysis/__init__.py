"""Arithmetic on whole studies: no Qt, no network."""
