"""NIfTI: header, orientation, voxels."""
