"""Single images in the formats of cameras, screens and microscopes."""
