"""What is measured in 3D, over the image of the head."""
