"""Tests of the answer for a study: what is shown of them beside the images."""
