"""Immutable values and arithmetic; numpy only."""
