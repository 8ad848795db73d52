"""Accounts of readers as values: names, passwords that are acceptable, delays after failures."""
