"""What is solid in the 3D scene, drawn by the processor alone: no OpenGL is touched."""
