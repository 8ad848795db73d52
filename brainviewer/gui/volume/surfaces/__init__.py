"""Which surfaces of lesions stand in the 3D view: their list, and what is told of them."""
