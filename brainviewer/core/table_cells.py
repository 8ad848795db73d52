"""Text for the cells of a table that spreadsheets open."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula. Source: OWASP, CSV Injection."""


def harmless(text: str) -> str:
    """The same text, which no spreadsheet computes."""
    return f"'{text}" if text.startswith(_FORMULA) else text
