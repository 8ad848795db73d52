"""The volume of the 3D view: what its voxels look like, and what draws them."""
