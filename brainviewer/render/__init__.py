"""Values to pixels without a toolkit: figures (Pillow) and the 3D scene (VTK)."""
