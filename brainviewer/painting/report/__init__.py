"""A report as a value, painted on pages and written as HTML."""
