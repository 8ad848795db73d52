"""Between disk and core values."""
