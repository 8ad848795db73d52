"""Arithmetic on volumes: no Qt, no network."""
