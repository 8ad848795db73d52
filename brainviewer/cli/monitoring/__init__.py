"""The command ``monitor`` and what belongs to it."""
