"""The 3D scene, drawn by VTK off screen."""
