"""What stands in the images in words."""
