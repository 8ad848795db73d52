"""A segmentation that the user corrects: its steps, and what is said of where it comes from."""
