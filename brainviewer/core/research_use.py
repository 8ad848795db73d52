"""What every window, file and page of the application says of itself."""

RESEARCH_ONLY = "Research use only, not for diagnosis"
"""Stands on every image, and in every file that goes out."""
