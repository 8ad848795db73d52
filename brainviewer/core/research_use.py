"""What every window, file and page of the application says of itself."""

FOR_RESEARCH = "Research use only"
"""In DICOM objects, in which the word diagnosis may be searched for."""
RESEARCH_ONLY = f"{FOR_RESEARCH}, not for diagnosis"
"""Stands on every image, and in every file that goes out."""
