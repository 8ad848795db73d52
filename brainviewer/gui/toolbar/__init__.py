"""The tool bar: icons, words, and what the user put on it."""
