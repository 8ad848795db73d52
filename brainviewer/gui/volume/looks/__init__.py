"""The looks of the 3D view: chosen by pictures of the study, and made by the user."""
